// An upstream over raw sockets that answers as badly as it is told: the path of the URL names the behaviour (see
// nasty_behaviours.ts). Counts connections and requests, so that a test can wait for what a client did.

import { Buffer } from "node:buffer";
import net from "node:net";
import tls from "node:tls";
import { type Behaviour, behaviours, early } from "./nasty_behaviours.ts";

export interface NastyRequest {
  /** Request line and fields as wire text. */
  readonly head: string;
  /** The body as wire text; empty for an early answer. */
  readonly body: string;
  /** Which request on its connection, from 1. */
  readonly turn: number;
}

export class NastyServer implements AsyncDisposable {
  readonly #server: net.Server;
  readonly #sockets = new Set<net.Socket>();
  readonly #watchers = new Set<() => void>();
  readonly #behaviour: Behaviour | null;
  readonly requests: NastyRequest[] = [];
  /** All connections that were ever accepted. */
  accepted = 0;

  private constructor(behaviour: Behaviour | null, tlsOptions: tls.TlsOptions | null) {
    this.#behaviour = behaviour;
    const onSocket = (socket: net.Socket): void => this.#onSocket(socket);
    this.#server = tlsOptions === null ? net.createServer(onSocket) : tls.createServer(tlsOptions, onSocket);
    this.#server.on("tlsClientError", () => {});
  }

  /** Listens on a free port of `host`. Without `behaviour` the path chooses one. */
  static async start(
    options: { host?: string; behaviour?: Behaviour; tls?: tls.TlsOptions; port?: number } = {},
  ): Promise<NastyServer> {
    const server = new NastyServer(options.behaviour ?? null, options.tls ?? null);
    await new Promise<void>((resolve, reject) => {
      server.#server.once("error", reject);
      server.#server.listen(options.port ?? 0, options.host ?? "127.0.0.1", () => resolve());
    });
    return server;
  }

  get port(): number {
    return (this.#server.address() as net.AddressInfo).port;
  }

  /** Connections open at this moment. */
  get open(): number {
    return this.#sockets.size;
  }

  url(path = "ok", host = "127.0.0.1"): string {
    return `http://${host}:${this.port}/${path}`;
  }

  /** Resolves once `condition` holds; it is looked at after each event of the server. */
  until(condition: (server: NastyServer) => boolean): Promise<void> {
    if (condition(this)) return Promise.resolve();
    return new Promise((resolve) => {
      const watch = (): void => {
        if (!condition(this)) return;
        this.#watchers.delete(watch);
        resolve();
      };
      this.#watchers.add(watch);
    });
  }

  /** Ends all connections in order, as a server does with idle ones. */
  endAll(): void {
    for (const socket of this.#sockets) socket.end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #changed(): void {
    for (const watch of [...this.#watchers]) watch();
  }

  #onSocket(socket: net.Socket): void {
    this.accepted++;
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("error", () => {});
    socket.on("close", () => {
      this.#sockets.delete(socket);
      this.#changed();
    });
    socket.on("end", () => socket.destroy());
    let pending = Buffer.alloc(0);
    let turn = 0;
    let announced = false;
    socket.on("data", (bytes: Buffer) => {
      pending = Buffer.concat([pending, bytes]);
      // A TLS greeting where plain HTTP is spoken: answered as real servers do.
      if (pending[0] === 0x16) return void socket.end("HTTP/1.1 400 Bad Request\r\n\r\n");
      const end = pending.indexOf("\r\n\r\n");
      if (end === -1) return;
      const head = pending.toString("latin1", 0, end);
      const length = Number(/\r\ncontent-length: ([0-9]+)/i.exec(head)?.[1] ?? 0);
      const isEarly = head.startsWith("POST /early ");
      if (isEarly && !announced) {
        announced = true;
        this.#answer(socket, { head, body: "", turn: ++turn }, early);
      }
      if (pending.length < end + 4 + length) return;
      const body = pending.toString("latin1", end + 4, end + 4 + length);
      pending = pending.subarray(end + 4 + length);
      announced = false;
      if (!isEarly) this.#answer(socket, { head, body, turn: ++turn }, this.#choose(head));
    });
    this.#changed();
  }

  #choose(head: string): Behaviour {
    const name = /^POST \/([a-z0-9_]+)/.exec(head)?.[1] ?? "";
    return this.#behaviour ?? behaviours[name] ?? behaviours["garbage"]!;
  }

  #answer(socket: net.Socket, request: NastyRequest, behaviour: Behaviour): void {
    this.requests.push(request);
    // A behaviour ends early when its client hangs up: that is the point of some tests.
    Promise.resolve(behaviour(socket, request)).catch(() => socket.destroy());
    this.#changed();
  }
}
