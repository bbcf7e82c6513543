// A TCP proxy in front of one provider, on a loopback port of its own, that can break the wire in every way of
// `WireFault`, several at once, switched while it runs. It knows bytes and connections, not HTTP or WebSocket: both go
// through it alike. It must never break anything that it was not told to.

import { connect, createServer, type Server, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import type { Clock } from "../../core/clock.ts";
import { LassoError } from "../../core/errors.ts";
import type { Random } from "../../core/random.ts";
import type { WireFault } from "../model/fault.ts";
import { type ServedCertificate, TlsDoors } from "./tls_doors.ts";
import { WireLane } from "./wire_lane.ts";
import { type TlsFault, wireFaultProblem, WireState } from "./wire_state.ts";

/**
 * Connections to any loopback address come from 127.0.0.1: on another one, no client's own port can sit on a port that
 * a killed proxy has to take again. Where there is no such address (macOS), 127.0.0.1 serves.
 */
const HOSTS = ["127.0.0.2", "127.0.0.1"] as const;
const LISTEN_TRIES = 50;
const LISTEN_RETRY_MS = 20;

/** What a name that resolves to somebody else leads to: a web server that knows nothing of JSON-RPC. */
const strangerBody = "<html><head><title>404 Not Found</title></head><body><h1>Not Found</h1></body></html>";
const strangerAnswer = `HTTP/1.1 404 Not Found\r\nserver: nginx\r\ncontent-type: text/html\r\n` +
  `content-length: ${strangerBody.length}\r\nconnection: close\r\n\r\n${strangerBody}`;

export interface TcpProxyDeps {
  readonly clock: Clock;
  /** For jitter. */
  readonly random: Random;
}

export interface TcpProxyOptions {
  /** Where bytes go to. */
  readonly host: string;
  readonly port: number;
  /** The good certificate and the bad ones, by fault; null: plain TCP, and `tls` faults are refused. */
  readonly certificates?: Readonly<Record<"good" | TlsFault, ServedCertificate>> | null;
}

/** One accepted connection. */
interface Line {
  readonly client: Socket;
  readonly server: Socket;
  readonly lanes: readonly WireLane[];
  /** To be reset as soon as bytes flow. */
  doomed: boolean;
}

export class TcpProxy implements AsyncDisposable {
  readonly #options: TcpProxyOptions;
  readonly #deps: TcpProxyDeps;
  readonly #doors: TlsDoors | null;
  readonly #wire = new WireState();
  readonly #lines = new Set<Line>();
  /** Accepted while the name led elsewhere. */
  readonly #strangers = new Set<Socket>();
  #host: string = HOSTS[0];
  #port = 0;
  #server: Server | null = null;
  /** Opening and closing of the port, one after the other. */
  #switching: Promise<void> = Promise.resolve();
  #accepted = 0;

  private constructor(options: TcpProxyOptions, deps: TcpProxyDeps, doors: TlsDoors | null) {
    this.#options = options;
    this.#deps = deps;
    this.#doors = doors;
  }

  static async start(options: TcpProxyOptions, deps: TcpProxyDeps): Promise<TcpProxy> {
    const { certificates = null, host, port } = options;
    const doors = certificates === null ? null : await TlsDoors.open(certificates, { host, port });
    const proxy = new TcpProxy(options, deps, doors);
    try {
      await proxy.#listen();
    } catch (thrown) {
      await doors?.[Symbol.asyncDispose]();
      throw thrown;
    }
    return proxy;
  }

  /** An address, never a name. */
  get host(): string {
    return this.#host;
  }

  /** Kept for the proxy's life. */
  get port(): number {
    return this.#port;
  }

  /** Is TLS spoken to it? */
  get isTls(): boolean {
    return this.#doors !== null;
  }

  /** Connections that it has taken so far. */
  get accepted(): number {
    return this.#accepted;
  }

  get open(): number {
    return this.#lines.size;
  }

  /**
   * Puts a fault in force; the function that is given back ends it. Resolves when it holds: for `kill` the port is
   * closed. `isAct`: it is not to be ended, a `reset` hits the sockets that are open now and no others.
   *
   * Bytes of `slow_body` and `cut_body` are those on the wire, head and frames included, since the last request on the
   * connection or the beginning of the fault. `tls` ends open connections, as the restart does with which a server
   * takes another certificate. `dns` shows what a client meets once its name is gone (new connections are refused) or
   * wrong (they reach a web server that is somebody else's), while open connections live on. No name is looked up:
   * routers go on with the addresses that they have, so that a false name service would show nothing for a long time.
   *
   * LassoError `usage` for figures that make no sense, and for `tls` where the proxy speaks none.
   */
  async begin(fault: WireFault, isAct = false): Promise<() => Promise<void>> {
    const problem = wireFaultProblem(fault);
    if (problem !== null) throw new LassoError("usage", `Cannot break the wire as ${problem}.`);
    if (fault.kind === "tls" && this.#doors === null) {
      throw new LassoError("usage", "Cannot show a bad certificate as nothing speaks TLS to this provider.", {
        hint: "name the provider among those that are reached over TLS when the world is started",
      });
    }
    // A copy: the same object may be begun twice.
    const own = { ...fault };
    switch (own.kind) {
      case "drop_sockets":
        this.#dropAll();
        return () => Promise.resolve();
      case "reset":
        for (const line of this.#lines) line.doomed = true;
        if (isAct) return () => Promise.resolve();
        break;
      case "tls":
        // A server takes another certificate with a restart, and its connections end with it.
        this.#dropAll();
        break;
      case "kill":
        this.#dropAll();
        break;
    }
    for (const { lanes } of this.#lines) for (const lane of lanes) lane.nextAnswer();
    this.#wire.add(own);
    await this.#changed();
    return async () => {
      this.#wire.remove(own);
      if (own.kind === "reset") { for (const line of this.#lines) line.doomed = this.#wire.resetting; }
      if (own.kind === "dns") { for (const socket of this.#strangers) socket.destroy(); }
      await this.#changed();
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#switching.catch(() => {});
    await this.#close();
    await this.#doors?.[Symbol.asyncDispose]();
  }

  #changed(): Promise<void> {
    for (const { lanes } of this.#lines) for (const lane of lanes) lane.pump();
    this.#switching = this.#switching.then(async () => {
      const shouldListen = !this.#wire.refusing;
      if (shouldListen && this.#server === null) await this.#listen();
      if (!shouldListen && this.#server !== null) this.#stopListening();
    });
    return this.#switching;
  }

  async #listen(): Promise<void> {
    for (let tries = 1; this.#server === null; tries++) {
      // A server that could not listen can't be asked again.
      const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.#accept(client));
      try {
        await new Promise<void>((resolve, reject) => {
          server.once("error", reject);
          server.listen(this.#port, this.#host, resolve);
        });
        this.#server = server;
        this.#port = (server.address() as AddressInfo).port;
      } catch (thrown) {
        const { code } = thrown as { readonly code?: string };
        if (code === "EADDRNOTAVAIL" && this.#host === HOSTS[0]) this.#host = HOSTS[1];
        else if (code !== "EADDRINUSE" || tries === LISTEN_TRIES) throw thrown;
        else await new Promise<void>((resolve) => void this.#deps.clock.after(LISTEN_RETRY_MS, resolve));
      }
    }
  }

  /** The port is free when it returns; connections stay. */
  #stopListening(): void {
    this.#server?.close();
    this.#server = null;
  }

  async #close(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    const closed = server === null ? null : new Promise<void>((resolve) => server.close(() => resolve()));
    this.#dropAll();
    await closed;
  }

  #dropAll(): void {
    for (const line of this.#lines) this.#drop(line);
    for (const socket of this.#strangers) socket.destroy();
  }

  #drop({ client, server, lanes }: Line): void {
    for (const lane of lanes) lane.close();
    client.destroy();
    server.destroy();
  }

  #accept(client: Socket): void {
    this.#accepted++;
    if (this.#wire.elsewhere) return this.#answerAsStranger(client);
    const { host, port } = this.#doors?.address(this.#wire.tls) ?? this.#options;
    const server = connect({ host, port, allowHalfOpen: true, noDelay: true });
    const shared = { clock: this.#deps.clock, random: this.#deps.random, wire: this.#wire };
    const onBytes = (): boolean => {
      if (line.doomed) this.#reset(line);
      return !line.doomed;
    };
    const onCut = (): void => this.#cut(line);
    const back = new WireLane(server, client, "client", { ...shared, onBytes, onCut });
    const forth = new WireLane(client, server, "server", {
      ...shared,
      onBytes: () => {
        back.nextAnswer();
        return onBytes();
      },
      onCut,
    });
    const line: Line = { client, server, lanes: [forth, back], doomed: this.#wire.resetting };
    this.#lines.add(line);
    const onClose = (): void => {
      if (client.destroyed && server.destroyed) this.#lines.delete(line);
    };
    client.on("close", onClose);
    server.on("close", onClose);
  }

  #reset(line: Line): void {
    for (const lane of line.lanes) lane.close();
    line.client.resetAndDestroy();
    line.server.destroy();
  }

  /** What was written goes out, then FIN. */
  #cut(line: Line): void {
    for (const lane of line.lanes) lane.close();
    line.client.end(() => line.client.destroy());
    line.server.destroy();
  }

  #answerAsStranger(client: Socket): void {
    this.#strangers.add(client);
    client.on("error", () => client.destroy());
    client.on("close", () => this.#strangers.delete(client));
    client.once("data", () => client.end(strangerAnswer, () => client.destroy()));
    client.on("end", () => client.end());
  }
}
