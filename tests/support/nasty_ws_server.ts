// A WebSocket server over raw sockets that can misbehave at each frame and in the handshake: the path of a connection
// chooses a behaviour from nasty_ws_behaviours.ts, or a test hands its own. Records what clients send.

import type { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import type net from "node:net";
import type tls from "node:tls";
import { wsBehaviours } from "./nasty_ws_behaviours.ts";
import { RawServer } from "./raw_server.ts";
import { ClientFrames, closePayload, frame, type FrameOptions, type ReadFrame } from "./ws_frames.ts";

export interface WsRequest {
  readonly id: number | string;
  readonly method: string;
  readonly params: readonly unknown[];
  /** The whole message; one char a byte. */
  readonly text: string;
}

/** What the server does; what is absent it does in order. */
export interface WsBehaviour {
  /** Answers the handshake itself, in place of the 101; `accept` is what Sec-WebSocket-Accept has to say. */
  handshake?(session: WsSession, accept: string): void;
  opened?(session: WsSession): void | Promise<void>;
  /** Without it each request is answered with "0x1". */
  request?(session: WsSession, request: WsRequest): void | Promise<void>;
  ping?(session: WsSession, payload: Buffer): void;
  closed?(session: WsSession, code: number): void;
}

export class WsSession {
  readonly socket: net.Socket;
  /** The request head of the handshake. */
  readonly head: string;
  readonly behaviour: WsBehaviour;
  readonly requests: WsRequest[] = [];
  readonly pings: Buffer[] = [];
  readonly pongs: string[] = [];
  /** The code of the client's close frame, 1005 for none; null: there was no frame. */
  closeCode: number | null = null;
  /** How many chunks came from the client after the handshake. */
  chunks = 0;
  readonly keys = new Set<number>();
  open = true;

  constructor(socket: net.Socket, head: string, behaviour: WsBehaviour) {
    this.socket = socket;
    this.head = head;
    this.behaviour = behaviour;
  }

  /** A text message; one char a char, sent as UTF-8. */
  text(message: string, options?: FrameOptions): void {
    this.frame(1, message, options);
  }

  frame(opcode: number, payload: string | Uint8Array, options?: FrameOptions): void {
    this.raw(frame(opcode, payload, options));
  }

  raw(bytes: Uint8Array | string): void {
    if (typeof bytes === "string") this.socket.write(bytes, "latin1");
    else this.socket.write(bytes);
  }

  result(request: WsRequest, result: unknown = "0x1"): void {
    this.text(JSON.stringify({ jsonrpc: "2.0", id: request.id, result }));
  }

  event(subscription: string, result: unknown): void {
    this.text(
      JSON.stringify({ jsonrpc: "2.0", method: "eth_subscription", params: { subscription, result } }),
    );
  }

  close(code: number, reason = ""): void {
    this.frame(8, closePayload(code, reason));
  }
}

export class NastyWsServer extends RawServer {
  readonly sessions: WsSession[] = [];
  /** Request heads of all handshakes. */
  readonly heads: string[] = [];
  readonly #behaviour: WsBehaviour | null;
  readonly #faults: unknown[] = [];

  private constructor(behaviour: WsBehaviour | null, tlsOptions: tls.TlsOptions | null) {
    super(tlsOptions);
    this.#behaviour = behaviour;
  }

  static async start(
    options: { behaviour?: WsBehaviour; tls?: tls.TlsOptions; port?: number } = {},
  ): Promise<NastyWsServer> {
    const server = new NastyWsServer(options.behaviour ?? null, options.tls ?? null);
    await server.listen(options.port ?? 0, "127.0.0.1");
    return server;
  }

  get requests(): readonly WsRequest[] {
    return this.sessions.flatMap(({ requests }) => requests);
  }

  url(path = "ok"): string {
    return `ws://127.0.0.1:${this.port}/${path}`;
  }

  /** Throws what a client did wrong at the level of frames. */
  override async [Symbol.asyncDispose](): Promise<void> {
    await super[Symbol.asyncDispose]();
    if (this.#faults.length > 0) throw this.#faults[0];
  }

  protected serve(socket: net.Socket): void {
    let head = "";
    let session: WsSession | null = null;
    const frames = new ClientFrames();
    socket.on("close", () => {
      if (session !== null) session.open = false;
    });
    socket.on("data", (bytes: Buffer) => {
      if (session !== null) {
        session.chunks++;
        return this.#onFrames(session, frames, bytes);
      }
      head += bytes.toString("latin1");
      // A TLS greeting where plain HTTP is spoken: answered as real servers do.
      if (head.charCodeAt(0) === 0x16) return void socket.end("HTTP/1.1 400 Bad Request\r\n\r\n");
      if (!head.endsWith("\r\n\r\n")) return;
      session = this.#shakeHands(socket, head.slice(0, -4));
    });
  }

  #shakeHands(socket: net.Socket, head: string): WsSession {
    const name = /^GET \/([a-z0-9_]*)/.exec(head)?.[1] ?? "";
    const behaviour = this.#behaviour ?? wsBehaviours[name] ?? {};
    const key = /\r\nsec-websocket-key: ([^\r\n]*)/i.exec(head)?.[1] ?? "";
    const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
    const session = new WsSession(socket, head, behaviour);
    this.heads.push(head);
    this.sessions.push(session);
    if (behaviour.handshake !== undefined) behaviour.handshake(session, accept);
    else session.raw(acceptance(accept));
    this.#run(() => behaviour.opened?.(session));
    this.changed();
    return session;
  }

  #onFrames(session: WsSession, frames: ClientFrames, bytes: Buffer): void {
    try {
      for (const each of frames.push(bytes)) this.#onFrame(session, each);
    } catch (thrown) {
      this.#faults.push(thrown);
      session.socket.destroy();
    }
    this.changed();
  }

  #onFrame(session: WsSession, { opcode, final, reserved, key, payload }: ReadFrame): void {
    if (!final || reserved !== 0) throw new Error("The client fragments, or sets reserved bits.");
    const { behaviour } = session;
    session.keys.add(key);
    if (opcode === 9) {
      session.pings.push(payload);
      if (behaviour.ping !== undefined) behaviour.ping(session, payload);
      else session.frame(10, payload);
    } else if (opcode === 10) session.pongs.push(payload.toString("latin1"));
    else if (opcode === 8) {
      session.closeCode = payload.length === 0 ? 1005 : payload.readUInt16BE(0);
      if (behaviour.closed !== undefined) behaviour.closed(session, session.closeCode);
      else {
        session.frame(8, payload);
        session.socket.end();
      }
    } else if (opcode === 1) this.#onRequest(session, payload);
    else throw new Error(`The client sent a frame of opcode ${opcode}.`);
  }

  #onRequest(session: WsSession, payload: Buffer): void {
    const { id, method, params } = JSON.parse(payload.toString("utf8")) as WsRequest;
    const request: WsRequest = { id, method, params, text: payload.toString("latin1") };
    session.requests.push(request);
    const { behaviour } = session;
    this.#run(() =>
      behaviour.request === undefined ? session.result(request) : behaviour.request(session, request)
    );
  }

  #run(work: () => void | Promise<void>): void {
    // A behaviour ends early when its client hangs up: that is the point of some tests.
    Promise.resolve(work()).catch(() => {});
  }
}

/** The 101 that RFC 6455 section 4.2.2 demands. */
function acceptance(accept: string, more = ""): string {
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
    `Sec-WebSocket-Accept: ${accept}\r\n${more}\r\n`;
}
