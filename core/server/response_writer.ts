// One answer on its way to the client: whole in one write, or streamed. It must never let a late caller write into
// the next answer of the same connection, so each request has a writer of its own. Made by core/server/connection.ts.

import { Buffer } from "node:buffer";
import { LassoError } from "../errors.ts";
import { giveChunk, takeChunk } from "./chunk_pool.ts";
import { fromWire } from "../rpc/wire.ts";
import { statusLine } from "./status_line.ts";

/** What is under way for a client: given up when the client leaves. An object, so that none need be made for it. */
export interface Cancellable {
  cancel(): void;
}

export interface ResponseWriter {
  /** The client left or the connection was closed before the answer was complete. */
  readonly closed: boolean;
  /** Cancelled once when that happens while the answer is not complete; not after `abort`. */
  onClose: Cancellable | null;
  /** Called when a `write` that gave false has gone out. */
  onDrain: (() => void) | null;
  /**
   * A whole answer. `headers` are lines that each end in CRLF; content-length and, where needed, connection are
   * added. A string body is wire text (one char a byte); bytes must not change afterwards. 204, 304 and answers to
   * HEAD go without body.
   */
  send(status: number, headers: string, body: string | Uint8Array): void;
  /**
   * Starts a streamed answer: chunked for HTTP/1.1, until the close for 1.0. `begun` is called when it may be written:
   * at once, or, where several answers share a connection, when those before it are through; never once the client
   * has left.
   */
  begin(status: number, headers: string, begun?: () => void): void;
  /** The next piece, behind `before` if there is one; both are copied. false: wait for `onDrain`. Once the client has left it does nothing. */
  write(chunk: string | Uint8Array, before?: Uint8Array | null): boolean;
  end(): void;
  /**
   * Cuts the answer: the socket is destroyed, so that the client sees no final chunk. For 1.0 it is reset, so that
   * the close isn't mistaken for the end.
   */
  abort(): void;
}

/** The connection, as its answers see it. */
export interface AnswerSink {
  /** No further request may be taken on this connection. */
  readonly lastAnswer: boolean;
  /**
   * Text has one char a byte. false: the client is slower than we are; `onDrain` will be called. `gone` is called
   * once the bytes are no longer needed.
   */
  put(bytes: string | Uint8Array, gone?: () => void): boolean;
  /** The answer is complete; `keep`: the next request may come. */
  answered(keep: boolean): void;
  cut(reset: boolean): void;
}

/** A longer body goes out in pieces of this size. */
const pieceBytes = 512 * 1024;
/** Smaller pieces are not worth a buffer of the pool. */
const pooledFrom = 16 * 1024;

export class HttpResponse implements ResponseWriter {
  onClose: Cancellable | null = null;
  onDrain: (() => void) | null = null;
  readonly #sink: AnswerSink;
  readonly #version: 10 | 11;
  readonly #headOnly: boolean;
  #keep: boolean;
  #chunked = false;
  #bodyless = false;
  #state: "new" | "streaming" | "complete" | "closed" = "new";

  constructor(sink: AnswerSink, version: 10 | 11, headOnly: boolean, keep: boolean) {
    this.#sink = sink;
    this.#version = version;
    this.#headOnly = headOnly;
    this.#keep = keep;
  }

  get closed(): boolean {
    return this.#state === "closed";
  }

  /** Nothing of the answer has been written. */
  get untouched(): boolean {
    return this.#state === "new";
  }

  send(status: number, headers: string, body: string | Uint8Array): void {
    if (!this.#start("complete")) return;
    this.#keep &&= !this.#sink.lastAnswer;
    let head = statusLine(status) + headers + this.#connectionLine();
    const none = status === 204 || status === 304;
    if (!none) head += `content-length: ${body.length}\r\n`;
    head += "\r\n";
    if (none || this.#headOnly || body.length === 0) this.#sink.put(head);
    else if (body.length > pieceBytes) return this.#sendLong(head, body);
    else if (typeof body === "string") this.#sink.put(head + body);
    else {
      this.#sink.put(head);
      this.#sink.put(body);
    }
    this.#sink.answered(this.#keep);
  }

  /** Piece by piece, as the client takes it: one that is slow can be told from one that has stalled. */
  #sendLong(head: string, body: string | Uint8Array): void {
    const bytes = typeof body === "string" ? fromWire(body) : body;
    let at = 0;
    this.#state = "streaming";
    this.onClose = null;
    this.onDrain = (): void => {
      while (at < bytes.length) {
        const piece = bytes.subarray(at, at + pieceBytes);
        at += piece.length;
        if (!this.#sink.put(piece) && at < bytes.length) return;
      }
      this.end();
    };
    this.#sink.put(head);
    this.onDrain();
  }

  begin(status: number, headers: string, begun?: () => void): void {
    if (!this.#start("streaming")) return;
    this.#bodyless = this.#headOnly || status === 204 || status === 304;
    this.#chunked = this.#version === 11;
    this.#keep &&= (this.#chunked || this.#bodyless) && !this.#sink.lastAnswer;
    const coding = this.#chunked && status !== 204 && status !== 304 ? "transfer-encoding: chunked\r\n" : "";
    this.#sink.put(statusLine(status) + headers + this.#connectionLine() + coding + "\r\n");
    begun?.();
  }

  write(chunk: string | Uint8Array, before: Uint8Array | null = null): boolean {
    if (this.#state === "closed") return true;
    if (this.#state !== "streaming") throw misuse("write", this.#state);
    if (this.#bodyless) return true;
    if (before !== null && typeof chunk === "string") {
      const taken = this.write(before);
      return this.write(chunk) && taken;
    }
    const bytes = chunk.length + (before?.length ?? 0);
    if (bytes === 0) return true;
    const size = this.#chunked ? `${bytes.toString(16)}\r\n` : "";
    if (typeof chunk === "string") return this.#sink.put(this.#chunked ? `${size}${chunk}\r\n` : chunk);
    const length = size.length + bytes + (this.#chunked ? 2 : 0);
    const pooled = length > pooledFrom ? takeChunk(length) : null;
    const piece = pooled?.subarray(0, length) ?? Buffer.allocUnsafe(length);
    piece.write(size, 0, "latin1");
    if (before !== null) piece.set(before, size.length);
    piece.set(chunk, length - chunk.length - (this.#chunked ? 2 : 0));
    if (this.#chunked) piece.write("\r\n", length - 2, "latin1");
    return this.#sink.put(piece, pooled === null ? undefined : (): void => giveChunk(pooled));
  }

  end(): void {
    if (this.#state === "closed") return;
    if (this.#state !== "streaming") throw misuse("end", this.#state);
    this.#state = "complete";
    if (this.#chunked && !this.#bodyless) this.#sink.put("0\r\n\r\n");
    this.#sink.answered(this.#keep && !this.#sink.lastAnswer);
  }

  abort(): void {
    if (this.#state === "closed" || this.#state === "complete") return;
    this.#state = "complete";
    this.#sink.cut(this.#version === 10);
  }

  /** The connection says that it is gone. */
  left(): void {
    if (this.#state === "closed" || this.#state === "complete") return;
    this.#state = "closed";
    this.onClose?.cancel();
  }

  #start(state: "complete" | "streaming"): boolean {
    if (this.#state === "closed") return false;
    if (this.#state !== "new") throw misuse(state === "complete" ? "send" : "begin", this.#state);
    this.#state = state;
    return true;
  }

  #connectionLine(): string {
    if (!this.#keep) return "connection: close\r\n";
    return this.#version === 10 ? "connection: keep-alive\r\n" : "";
  }
}

function misuse(call: string, state: string): LassoError {
  return new LassoError("internal", `An answer that is ${state} can't take ${call}().`);
}
