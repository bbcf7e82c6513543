// WebSocket clients of tests: one over npm:ws that keeps what it hears, and the frames of a client written by hand, for
// sockets that break the rules. Both wait for events, never for time.

import { Buffer } from "node:buffer";
// @ts-types="@types/ws"
import { type ClientOptions, type RawData, WebSocket } from "ws";
import { requestText } from "./http_exchange.ts";
import { RawClient } from "./raw_client.ts";

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

/** An answer or a notification. */
export interface WsMessage {
  readonly id?: unknown;
  readonly result?: unknown;
  readonly error?: {
    readonly code: number;
    readonly message: string;
    readonly data: Readonly<Record<string, unknown>>;
  };
  readonly lasso_meta?: Readonly<Record<string, unknown>>;
  readonly method?: string;
  readonly params?: { readonly subscription: string; readonly result?: unknown };
}

export class WsClient implements AsyncDisposable {
  readonly ws: WebSocket;
  /** Messages, as readable text. */
  readonly messages: string[] = [];
  pings = 0;
  end: Closed | null = null;
  readonly #waiting = new Set<() => void>();

  constructor(ws: WebSocket) {
    this.ws = ws;
    ws.on("message", (data: RawData) => {
      this.messages.push((data as Buffer).toString("utf8"));
      this.#wake();
    });
    ws.on("ping", () => {
      this.pings++;
      this.#wake();
    });
    ws.on("open", () => this.#wake());
    ws.on("error", () => {});
    ws.on("close", (code, reason) => {
      this.end = { code, reason: reason.toString("utf8") };
      this.#wake();
    });
  }

  /** `url`: with its path and query. */
  static async connect(url: string, options: ClientOptions = {}): Promise<WsClient> {
    const client = new WsClient(new WebSocket(url, { perMessageDeflate: false, ...options }));
    await client.until(() => client.ws.readyState === WebSocket.OPEN);
    return client;
  }

  send(message: unknown): void {
    this.ws.send(typeof message === "string" || Buffer.isBuffer(message) ? message : JSON.stringify(message));
  }

  /** The message number `index` (from 0), parsed. */
  async message(index: number): Promise<WsMessage> {
    await this.until(() => this.messages.length > index);
    return JSON.parse(this.messages[index]!) as WsMessage;
  }

  /** Sends and gives the next message, parsed. */
  ask(message: unknown): Promise<WsMessage> {
    const index = this.messages.length;
    this.send(message);
    return this.message(index);
  }

  async closed(): Promise<Closed> {
    await this.until(() => this.end !== null, true);
    return this.end!;
  }

  /** Waits until `met` holds; fails when the socket has closed without. */
  async until(met: () => boolean, evenClosed = false): Promise<void> {
    while (!met()) {
      if (this.end !== null && !evenClosed) {
        throw new Error(`The socket was closed: ${this.end.code} ${this.end.reason}`);
      }
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.ws.terminate();
    await this.closed();
  }

  #wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }
}

export interface FrameOptions {
  /** Default: text. */
  readonly opcode?: number;
  /** Default: true. */
  readonly fin?: boolean;
  /** Default: true, as a client must. */
  readonly masked?: boolean;
  /** What the head says; default: what the payload has. */
  readonly length?: number;
}

/** A frame of a client. `payload`: wire text. */
export function clientFrame(payload: string, options: FrameOptions = {}): Buffer {
  const { opcode = 1, fin = true, masked = true, length = payload.length } = options;
  const bytes = Buffer.from(payload, "latin1");
  const bit = masked ? 0x80 : 0;
  const head = length < 126
    ? [bit | length]
    : length < 65_536
    ? [bit | 126, length >> 8, length & 255]
    : [bit | 127, 0, 0, 0, 0, ...[24, 16, 8, 0].map((shift) => (length >>> shift) & 255)];
  const mask = masked ? [7, 77, 177, 17] : [];
  if (masked) bytes.forEach((byte, k) => bytes[k] = byte ^ mask[k % 4]!);
  return Buffer.concat([Buffer.from([(fin ? 0x80 : 0) | opcode, ...head, ...mask]), bytes]);
}

export function handshakeText(path: string, headers: Readonly<Record<string, string>> = {}): string {
  return requestText({
    method: "GET",
    path,
    headers: {
      connection: "Upgrade",
      upgrade: "websocket",
      "sec-websocket-version": "13",
      "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
      ...headers,
    },
  });
}

/** A socket of bytes behind its handshake; what came behind the answer's head is in `received`. */
export async function rawWs(
  port: number,
  path: string,
  behind: Uint8Array = Buffer.alloc(0),
): Promise<RawClient> {
  const client = await RawClient.connect(port);
  await client.send(Buffer.concat([Buffer.from(handshakeText(path)), behind]));
  await client.until((received) => received.includes("\r\n\r\n"));
  client.received = client.received.slice(client.received.indexOf("\r\n\r\n") + 4);
  return client;
}

export interface ServerFrame {
  readonly opcode: number;
  readonly fin: boolean;
  /** Wire text. */
  readonly payload: string;
}

/** The whole frames at the beginning of `wire`. A frame that is masked fails. */
export function serverFrames(wire: string): ServerFrame[] {
  const frames: ServerFrame[] = [];
  const bytes = Buffer.from(wire, "latin1");
  for (let at = 0; at + 2 <= bytes.length;) {
    const [first = 0, second = 0] = [bytes[at], bytes[at + 1]];
    if (second & 0x80) throw new Error("A frame of the server is masked.");
    const wide = second === 126 ? 2 : second === 127 ? 8 : 0;
    if (at + 2 + wide > bytes.length) break;
    const length = wide === 0
      ? second
      : wide === 2
      ? bytes.readUInt16BE(at + 2)
      : Number(bytes.readBigUInt64BE(at + 2));
    const from = at + 2 + wide;
    if (from + length > bytes.length) break;
    frames.push({
      opcode: first & 15,
      fin: (first & 0x80) !== 0,
      payload: bytes.toString("latin1", from, from + length),
    });
    at = from + length;
  }
  return frames;
}
