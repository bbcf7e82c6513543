// An upstream over raw sockets that answers as badly as it is told: the path of the URL names the behaviour (see
// nasty_behaviours.ts). Counts connections and requests, so that a test can wait for what a client did.

import { Buffer } from "node:buffer";
import type net from "node:net";
import type tls from "node:tls";
import { type Behaviour, behaviours, early } from "./nasty_behaviours.ts";
import { RawServer } from "./raw_server.ts";

export interface NastyRequest {
  /** Request line and fields as wire text. */
  readonly head: string;
  /** The body as wire text; empty for an early answer. */
  readonly body: string;
  /** Which request on its connection, from 1. */
  readonly turn: number;
}

export class NastyServer extends RawServer {
  readonly #behaviour: Behaviour | null;
  readonly requests: NastyRequest[] = [];
  /** All connections that were ever accepted. */
  accepted = 0;

  private constructor(behaviour: Behaviour | null, tlsOptions: tls.TlsOptions | null) {
    super(tlsOptions);
    this.#behaviour = behaviour;
  }

  /** Listens on a free port of `host`. Without `behaviour` the path chooses one. */
  static async start(
    options: { host?: string; behaviour?: Behaviour; tls?: tls.TlsOptions; port?: number } = {},
  ): Promise<NastyServer> {
    const server = new NastyServer(options.behaviour ?? null, options.tls ?? null);
    await server.listen(options.port ?? 0, options.host ?? "127.0.0.1");
    return server;
  }

  url(path = "ok", host = "127.0.0.1"): string {
    return `http://${host}:${this.port}/${path}`;
  }

  /** Ends all connections in order, as a server does with idle ones. */
  endAll(): void {
    for (const socket of this.sockets) socket.end();
  }

  protected serve(socket: net.Socket): void {
    this.accepted++;
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
  }

  #choose(head: string): Behaviour {
    const name = /^POST \/([a-z0-9_]+)/.exec(head)?.[1] ?? "";
    return this.#behaviour ?? behaviours[name] ?? behaviours["garbage"]!;
  }

  #answer(socket: net.Socket, request: NastyRequest, behaviour: Behaviour): void {
    this.requests.push(request);
    // A behaviour ends early when its client hangs up: that is the point of some tests.
    Promise.resolve(behaviour(socket, request)).catch(() => socket.destroy());
    this.changed();
  }
}
