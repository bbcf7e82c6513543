// Reads HTTP/1.1 answers from one connection, strictly, as their bytes arrive. It copies no body: the receiver is told
// where in the given buffer the data stands. It must never read past the end of an answer; what stands there is
// the caller's to judge. One parser serves all answers of a connection, one after the other.

import { Buffer } from "node:buffer";

import { ChunkedDecoder } from "./chunked.ts";
import { type HttpFault, httpFault, isFault } from "./fault.ts";
import { headEnd } from "./head_end.ts";
import { maxResponseHeadBytes, parseResponseHead, type ResponseHead } from "./response_head.ts";

export interface ResponseReceiver {
  /** The head of the final answer; 1xx ones are not shown. */
  onHead(head: ResponseHead): void;
  /** Data of the body: `bytes[from, to)`, valid only during the call. */
  onData(bytes: Buffer, from: number, to: number): void;
}

/** More interim answers (1xx) than this before the final one are a fault. */
const maxInterim = 8;
const LF = 10;
const CR = 13;
const prefix = "HTTP/1.";

export class ResponseParser {
  #receiver: ResponseReceiver | null = null;
  #state: "head" | "length" | "chunked" | "close" | "done" | "fault" = "done";
  #head: ResponseHead | null = null;
  #lastText = "";
  #lastHead: ResponseHead | null = null;
  /** Bytes still to come while in "length". */
  #left = 0;
  #interim = 0;
  #started = false;
  #fault: HttpFault | null = null;
  /** The beginning of a head that did not arrive in one piece. */
  #partial: Buffer | null = null;
  #partialLength = 0;
  readonly #chunks = new ChunkedDecoder();
  #bytes: Buffer = Buffer.alloc(0);
  readonly #onChunk = (from: number, to: number): void => this.#receiver!.onData(this.#bytes, from, to);

  /** Makes it ready for the next answer. */
  begin(receiver: ResponseReceiver): void {
    this.#receiver = receiver;
    this.#state = "head";
    this.#head = null;
    this.#interim = 0;
    this.#started = false;
  }

  /** The answer has ended, or none was begun. */
  get done(): boolean {
    return this.#state === "done";
  }

  /** Not null once the answer turned out to be broken. */
  get fault(): HttpFault | null {
    return this.#fault;
  }

  /** A byte of the answer has arrived. */
  get started(): boolean {
    return this.#started;
  }

  /** Head of the answer under way, or of the last one. */
  get head(): ResponseHead | null {
    return this.#head;
  }

  /** Reads bytes that arrived. Returns the offset behind what belongs to the answer. */
  feed(bytes: Buffer): number {
    let at = 0;
    if (bytes.length > 0) this.#started = true;
    while (this.#state === "head" && at < bytes.length) at = this.#readHead(bytes, at);
    switch (this.#state) {
      case "length": {
        const to = Math.min(bytes.length, at + this.#left);
        this.#left -= to - at;
        if (this.#left === 0) this.#state = "done";
        if (to > at) this.#receiver!.onData(bytes, at, to);
        return to;
      }
      case "chunked": {
        this.#bytes = bytes;
        at = this.#chunks.feed(bytes, at, this.#onChunk);
        if (this.#chunks.fault !== null) this.#fail(this.#chunks.fault);
        else if (this.#chunks.done) this.#state = "done";
        return at;
      }
      case "close":
        if (at < bytes.length) this.#receiver!.onData(bytes, at, bytes.length);
        return bytes.length;
      default:
        return at;
    }
  }

  /** The connection has ended. True when that ends the answer too; false when it cuts it off. */
  finish(): boolean {
    if (this.#state === "close") this.#state = "done";
    return this.#state === "done";
  }

  #readHead(bytes: Buffer, from: number): number {
    if (this.#partial !== null) return this.#continueHead(bytes, from);
    const end = headEnd(bytes, from);
    if (end === -1 || end - from > maxResponseHeadBytes) return this.#keepPartial(bytes, from);
    this.#takeHead(bytes.toString("latin1", from, end));
    return end + 4;
  }

  #takeHead(text: string): void {
    let head = this.#lastHead;
    if (head === null || text !== this.#lastText) {
      const parsed = parseResponseHead(text);
      if (isFault(parsed)) return this.#fail(parsed);
      head = parsed;
      this.#lastText = text;
      this.#lastHead = parsed;
    }
    if (head.status < 200) return this.#skipInterim(head.status);
    this.#head = head;
    switch (head.body) {
      case "length":
        this.#left = head.length;
        this.#state = head.length === 0 ? "done" : "length";
        break;
      case "chunked":
        this.#chunks.reset();
        this.#state = "chunked";
        break;
      case "close":
        this.#state = "close";
        break;
      case "none":
        this.#state = "done";
    }
    this.#receiver!.onHead(head);
  }

  #skipInterim(status: number): void {
    if (status === 101) return this.#fail(httpFault(400, "The server switched protocols unasked."));
    if (++this.#interim > maxInterim) this.#fail(httpFault(400, "There are too many interim answers."));
  }

  #keepPartial(bytes: Buffer, from: number): number {
    const length = bytes.length - from;
    if (length > maxResponseHeadBytes) {
      this.#fail(httpFault(431, "The head of the answer is too large."));
      return from;
    }
    this.#partial = Buffer.allocUnsafe(Math.max(1_024, 2 * length));
    bytes.copy(this.#partial, 0, from);
    this.#partialLength = length;
    this.#checkPartial(0);
    return bytes.length;
  }

  #continueHead(bytes: Buffer, from: number): number {
    const before = this.#partialLength;
    const taken = Math.min(bytes.length - from, maxResponseHeadBytes + 4 - before);
    const needed = before + taken;
    let partial = this.#partial!;
    if (needed > partial.length) {
      const grown = Buffer.allocUnsafe(2 * needed);
      partial.copy(grown, 0, 0, before);
      this.#partial = partial = grown;
    }
    bytes.copy(partial, before, from, from + taken);
    this.#partialLength = needed;
    const end = headEnd(partial.subarray(0, needed), Math.max(0, before - 3));
    if (end === -1) {
      if (needed >= maxResponseHeadBytes + 4) {
        this.#fail(httpFault(431, "The head of the answer is too large."));
      } else this.#checkPartial(before);
      return from + taken;
    }
    this.#partial = null;
    this.#takeHead(partial.toString("latin1", 0, end));
    return from + (end + 4 - before);
  }

  /** Faults that need not wait for the rest of a head: garbage from the start, and line ends without CR. */
  #checkPartial(from: number): void {
    const partial = this.#partial!;
    for (let i = from; i < this.#partialLength; i++) {
      if (i < prefix.length && partial[i] !== prefix.charCodeAt(i)) {
        return this.#fail(httpFault(400, "The answer is not HTTP/1.1."));
      }
      if (partial[i] === LF && partial[i - 1] !== CR) {
        return this.#fail(httpFault(400, "A line of the head ends without CR."));
      }
    }
  }

  #fail(fault: HttpFault): void {
    this.#state = "fault";
    this.#fault = fault;
    this.#partial = null;
  }
}
