// The listening socket of the ingress, plain or TLS: accepts connections, sweeps over them for what has run out of
// time, drains and closes. It must never leave a descriptor behind. Called by main; the handler is the router.

import net from "node:net";
import tls from "node:tls";
import type { Clock, Timer } from "../clock.ts";
import { LassoError, messageOf } from "../errors.ts";
import type { ClientReport } from "./client_report.ts";
import { Connection, type ConnectionHost } from "./connection.ts";
import type { ServerHandler } from "./handler.ts";
import { checkTlsPair } from "./tls_pair.ts";

export interface ListenOptions {
  /** A name or an address. */
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** PEM texts; null: no TLS. */
  readonly tls: { readonly cert: string; readonly key: string } | null;
  /** For a head from its first byte (or the accept) to its end, for the TLS handshake, and between bytes of a body. */
  readonly headerTimeoutMs: number;
  /** For a connection without requests, for a whole body, and for a client that takes nothing of its answer. */
  readonly idleTimeoutMs: number;
  readonly maxHeadBytes: number;
  readonly maxBodyBytes: number;
  readonly clock: Clock;
}

/** What may change while it listens; it holds for open connections too. */
export type LiveLimits = Pick<ListenOptions, "headerTimeoutMs" | "idleTimeoutMs" | "maxBodyBytes">;

export interface Listener extends AsyncDisposable {
  readonly port: number;
  readonly host: string;
  /** Connections open at this moment, those in their TLS handshake too. */
  readonly connections: number;
  /** Every connection but those in their handshake. */
  clients(): Iterable<ClientReport>;
  /**
   * Stops accepting, closes idle connections, lets requests under way end (their answers say `connection: close`),
   * and destroys what is left after `ms`. Resolves when all is closed.
   */
  drain(ms: number): Promise<void>;
  adjust(limits: LiveLimits): void;
  /** Closes everything at once. */
  [Symbol.asyncDispose](): Promise<void>;
}

const longestSweepMs = 500;

/** Resolves once it listens; throws a LassoError ("io") when it can't, "config" for a bad pair. */
export async function listen(options: ListenOptions, handler: ServerHandler): Promise<Listener> {
  const listener = new SocketListener(options, handler);
  await listener.open();
  return listener;
}

class SocketListener implements Listener, ConnectionHost {
  readonly handler: ServerHandler;
  headerTimeoutMs: number;
  idleTimeoutMs: number;
  readonly maxHeadBytes: number;
  maxBodyBytes: number;
  stamp: number;
  draining = false;

  readonly #options: ListenOptions;
  readonly #server: net.Server;
  readonly #connections = new Set<Connection>();
  /** Sockets in their TLS handshake by the client's address and port, and when they were accepted. */
  readonly #handshakes = new Map<string, { readonly socket: net.Socket; readonly since: number }>();
  #timer: Timer | null = null;
  #port = 0;
  #closed: Promise<void> | null = null;

  constructor(options: ListenOptions, handler: ServerHandler) {
    this.#options = options;
    this.handler = handler;
    this.headerTimeoutMs = options.headerTimeoutMs;
    this.idleTimeoutMs = options.idleTimeoutMs;
    this.maxHeadBytes = options.maxHeadBytes;
    this.maxBodyBytes = options.maxBodyBytes;
    this.stamp = options.clock.now() + this.#sweepMs;
    this.#server = this.#makeServer();
  }

  get #sweepMs(): number {
    return Math.max(5, Math.min(longestSweepMs, this.headerTimeoutMs / 4, this.idleTimeoutMs / 4));
  }

  adjust(limits: LiveLimits): void {
    this.headerTimeoutMs = limits.headerTimeoutMs;
    this.idleTimeoutMs = limits.idleTimeoutMs;
    this.maxBodyBytes = limits.maxBodyBytes;
  }

  get host(): string {
    return this.#options.host;
  }

  get port(): number {
    return this.#port;
  }

  get connections(): number {
    return this.#connections.size + this.#handshakes.size;
  }

  *clients(): Iterable<ClientReport> {
    for (const connection of this.#connections) yield connection.report;
  }

  async open(): Promise<void> {
    const { host, port } = this.#options;
    try {
      await new Promise<void>((resolve, reject) => {
        this.#server.once("error", reject);
        this.#server.listen({ host, port, backlog: 1024 }, () => {
          this.#server.off("error", reject);
          resolve();
        });
      });
    } catch (thrown) {
      throw new LassoError("io", `Cannot listen on ${host} port ${port}: ${messageOf(thrown)}`, {
        hint:
          "choose a free port and an address of this machine (--port, --host, or server.port and server.host)",
        cause: thrown,
      });
    }
    this.#server.on("error", ignore);
    const address = this.#server.address();
    this.#port = typeof address === "object" && address !== null ? address.port : port;
    this.#timer = this.#options.clock.after(this.#sweepMs, this.#sweep);
  }

  gone(connection: Connection): void {
    this.#connections.delete(connection);
  }

  async drain(ms: number): Promise<void> {
    this.draining = true;
    const closed = this.#close();
    for (const connection of [...this.#connections]) connection.drain();
    if (ms <= 0) this.#destroyAll();
    const timer = ms <= 0 ? null : this.#options.clock.after(ms, () => this.#destroyAll());
    try {
      await closed;
    } finally {
      timer?.cancel();
      this.#timer?.cancel();
      this.#timer = null;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.drain(0);
  }

  #makeServer(): net.Server {
    // Half-open, so that a refused client can still read why after we have ended.
    const common = { allowHalfOpen: true, noDelay: true };
    if (this.#options.tls === null) return net.createServer(common, (socket) => this.#accept(socket, false));
    const { cert, key } = this.#options.tls;
    checkTlsPair(cert, key);
    const server = tls.createServer({ ...common, cert, key, ALPNProtocols: ["http/1.1"] });
    server.on("connection", (socket: net.Socket) => this.#handshake(socket));
    server.on("secureConnection", (socket: tls.TLSSocket) => this.#accept(socket, true));
    server.on("tlsClientError", (_error: Error, socket: tls.TLSSocket) => socket.destroy());
    return server;
  }

  #handshake(socket: net.Socket): void {
    const peer = peerOf(socket);
    this.#handshakes.set(peer, { socket, since: this.stamp });
    socket.on("error", ignore);
    socket.on("close", () => {
      if (this.#handshakes.get(peer)?.socket === socket) this.#handshakes.delete(peer);
    });
  }

  #accept(socket: net.Socket, secure: boolean): void {
    if (secure) this.#handshakes.delete(peerOf(socket));
    if (this.draining) {
      socket.destroy();
      return;
    }
    socket.setNoDelay(true);
    this.#connections.add(new Connection(socket, this, secure));
  }

  readonly #sweep = (): void => {
    const now = this.#options.clock.now();
    this.stamp = now + this.#sweepMs;
    for (const connection of this.#connections) connection.sweep(now);
    for (const { socket, since } of this.#handshakes.values()) {
      if (now - since >= this.headerTimeoutMs) socket.destroy();
    }
    this.#timer = this.#options.clock.after(this.#sweepMs, this.#sweep);
  };

  #destroyAll(): void {
    for (const connection of [...this.#connections]) connection.destroy();
    for (const { socket } of [...this.#handshakes.values()]) socket.destroy();
  }

  #close(): Promise<void> {
    this.#closed ??= new Promise((resolve) => this.#server.close(() => resolve()));
    return this.#closed;
  }
}

/** The same for a TLS socket and for the one below it. */
function peerOf(socket: net.Socket): string {
  return `${socket.remoteAddress} ${socket.remotePort}`;
}

function ignore(): void {}
