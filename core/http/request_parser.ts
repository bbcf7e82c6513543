// Cuts a client's byte stream into HTTP/1.1 requests, strictly: what two servers could read differently is refused.
// Pull-based: `push` hands bytes in, `next` gets the next event out, so that pipelined requests wait here until their
// turn. It must not reserve memory for what was only announced. One per connection (core/server/connection.ts).

import { Buffer } from "node:buffer";
import { BodyBuffer } from "./body_buffer.ts";
import { ChunkedDecoder } from "./chunked.ts";
import { type HttpFault, httpFault } from "./fault.ts";
import { type FieldLimits, tokenChars } from "./fields.ts";
import type { Framing } from "./framing.ts";
import { headEnd } from "./head_end.ts";
import { type FramedHead, parseRequestHead, type RequestHead } from "./request_head.ts";

export interface RequestLimits {
  /** Request line and header section together, in bytes. Default 16384. */
  readonly maxHeadBytes?: number;
  /** Header lines. Default 100. */
  readonly maxFields?: number;
  /** A body above it is refused with 413, by its announced length already. */
  readonly maxBodyBytes: number;
}

/**
 * "more": nothing whole is there yet. "continue": the client waits for 100 Continue; call `next` again. "request":
 * `head` and `body` hold one. "fault": `fault` says what is wrong; nothing is read from this connection any more.
 */
export type ParserEvent = "more" | "continue" | "request" | "fault";

const CR = 13;
const LF = 10;
const noBytes: Buffer = Buffer.alloc(0);

export class RequestParser {
  readonly #fieldLimits: FieldLimits;
  readonly #maxHeadBytes: number;
  readonly #limits: { readonly maxBodyBytes: number };

  /** Bytes not taken yet: `#input` from `#at`. Up to `#scanned` there is no end of a head. */
  #input: Buffer = noBytes;
  #at = 0;
  #scanned = 0;
  /** An empty line before this request was skipped. */
  #skippedLine = false;

  /** The last head of this connection and its text: clients repeat themselves. */
  #lastText = "";
  #last: FramedHead | null = null;

  /** The request whose body is being read. */
  #framing: Framing | null = null;
  #continued = false;
  readonly #collected = new BodyBuffer();
  readonly #decoder = new ChunkedDecoder();
  readonly #takeData = (from: number, to: number): void => {
    if (this.#collected.length + to - from <= this.#limits.maxBodyBytes) {
      this.#collected.append(this.#input, from, to);
    } else this.#tooLarge = true;
  };
  #tooLarge = false;

  #head: RequestHead | null = null;
  #body: Buffer = noBytes;
  #fault: HttpFault | null = null;

  constructor(limits: RequestLimits) {
    this.#maxHeadBytes = limits.maxHeadBytes ?? 16_384;
    this.#limits = limits;
    this.#fieldLimits = { maxFields: limits.maxFields ?? 100, maxBytes: this.#maxHeadBytes };
  }

  /** The head of the last event; with a fault, the head that was parsed before it, or null. */
  get head(): RequestHead | null {
    return this.#head;
  }

  /** The body of the last "request". It may be a view of the bytes that were pushed. */
  get body(): Buffer {
    return this.#body;
  }

  get fault(): HttpFault | null {
    return this.#fault;
  }

  /** Bytes that wait to be read. */
  get buffered(): number {
    return this.#input.length - this.#at;
  }

  /** "head" or "body" while a request has arrived in part; "between" when nothing of one has. */
  get position(): "between" | "head" | "body" {
    if (this.#framing !== null) return "body";
    return this.buffered > 0 || this.#skippedLine ? "head" : "between";
  }

  /** Hands bytes in; they must not change afterwards. */
  push(chunk: Buffer): void {
    if (this.#at === this.#input.length) {
      this.#input = chunk;
      this.#scanned = 0;
    } else {
      this.#scanned -= this.#at;
      this.#input = Buffer.concat([this.#input.subarray(this.#at), chunk]);
    }
    this.#at = 0;
  }

  /** The bytes that wait, taken out: for a connection that changes its protocol. */
  takeRest(): Buffer {
    const rest = this.#input.subarray(this.#at);
    this.#input = noBytes;
    this.#at = 0;
    this.#scanned = 0;
    return rest;
  }

  next(): ParserEvent {
    if (this.#fault !== null) return "fault";
    if (this.#framing === null) {
      this.#head = null;
      const event = this.#readHead();
      if (event !== null) return event;
    }
    const length = this.#framing?.length ?? -1;
    return length === -1 ? this.#readChunked() : this.#readLength(length);
  }

  /** null: a head is there and the body comes next. */
  #readHead(): ParserEvent | null {
    const input = this.#input;
    if (this.#at === input.length) return "more";
    if (input[this.#at] === CR && !this.#skippedLine) {
      if (this.#at + 1 === input.length) return "more";
      if (input[this.#at + 1] !== LF) return this.#fail(httpFault(400, "The request begins with a lone CR."));
      this.#skippedLine = true;
      this.#at += 2;
    }
    const end = headEnd(input, Math.max(this.#at, this.#scanned - 3));
    if (end === -1 || end - this.#at > this.#maxHeadBytes) return this.#partialHead(end);
    const text = input.toString("latin1", this.#at, end);
    if (text !== this.#lastText || this.#last === null) {
      const parsed = parseRequestHead(text, this.#fieldLimits);
      if (parsed.kind === "fault") return this.#fail(parsed);
      this.#lastText = text;
      this.#last = parsed;
    }
    this.#at = end + 4;
    this.#scanned = 0;
    this.#skippedLine = false;
    this.#head = this.#last.head;
    return this.#begin(this.#last);
  }

  #begin({ head, framing }: FramedHead): ParserEvent | null {
    const expect = head.version === 11 && !head.expectContinue && head.fields.get("expect") !== undefined;
    if (expect) return this.#fail(httpFault(417, "The expectation is not supported."));
    if (framing.length > this.#limits.maxBodyBytes) return this.#failTooLarge();
    if (framing.kind === "none" || framing.length === 0) {
      this.#body = noBytes;
      return "request";
    }
    this.#framing = framing;
    this.#continued = !head.expectContinue;
    if (framing.kind === "chunked") this.#decoder.reset();
    return null;
  }

  /** Refuses early what can't become a head, so that nobody waits for a timeout to hear of it. */
  #partialHead(end: number): ParserEvent {
    const input = this.#input;
    if (end !== -1 || input.length - this.#at > this.#maxHeadBytes + 3) {
      const lineEnd = input.indexOf("\r\n", this.#at, "latin1");
      return this.#fail(
        lineEnd === -1 || lineEnd - this.#at > this.#maxHeadBytes
          ? httpFault(414, "The request line is too long.")
          : httpFault(431, "The header section is too large."),
      );
    }
    if (this.#at < input.length && tokenChars[input[this.#at]!] !== 1) {
      return this.#fail(httpFault(400, "The request does not begin with a method."));
    }
    for (let i = Math.max(this.#at, this.#scanned); i < input.length; i++) {
      const byte = input[i]!;
      if (byte >= 32 && byte !== 127) continue;
      if (byte === LF && (i === this.#at || input[i - 1] !== CR)) {
        return this.#fail(httpFault(400, "A line of the head ends with a lone LF."));
      }
      if (byte !== LF && byte !== CR && byte !== 9) {
        return this.#fail(httpFault(400, "The head holds a control character."));
      }
    }
    this.#scanned = input.length;
    return "more";
  }

  #readLength(length: number): ParserEvent {
    const missing = length - this.#collected.length;
    const there = this.buffered;
    if (there < missing) {
      this.#collected.append(this.#input, this.#at, this.#input.length);
      this.#at = this.#input.length;
      return this.#wait();
    }
    const end = this.#at + missing;
    if (missing === length) this.#body = this.#input.subarray(this.#at, end);
    else {
      this.#collected.append(this.#input, this.#at, end);
      this.#body = this.#collected.take();
    }
    this.#at = end;
    this.#framing = null;
    return "request";
  }

  #readChunked(): ParserEvent {
    const decoder = this.#decoder;
    this.#at = decoder.feed(this.#input, this.#at, this.#takeData);
    if (this.#tooLarge || this.#collected.length + decoder.announced > this.#limits.maxBodyBytes) {
      return this.#failTooLarge();
    }
    if (decoder.fault !== null) return this.#fail(decoder.fault);
    if (!decoder.done) return this.#wait();
    this.#body = this.#collected.take();
    this.#framing = null;
    return "request";
  }

  #wait(): ParserEvent {
    if (this.#continued) return "more";
    this.#continued = true;
    return this.#collected.length === 0 ? "continue" : "more";
  }

  #failTooLarge(): ParserEvent {
    return this.#fail(httpFault(413, `The body is larger than ${this.#limits.maxBodyBytes} bytes.`));
  }

  #fail(fault: HttpFault): ParserEvent {
    this.#fault = fault;
    this.#collected.take();
    this.takeRest();
    return "fault";
  }
}
