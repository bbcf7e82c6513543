// Turns the data of one answer into a Reply: whole while it fits the buffer, beyond it a head and a stream. It keeps
// the size limit and the order of calls to the sink; it must never hold more than the buffer plus what one read
// delivered after a pause was asked for. Used by both HTTP transports; knows no socket.

import { Buffer } from "node:buffer";
import type { BodySink, BodyStream, ReplySink, TransportFailure } from "../../core/plugins/transport.ts";
import { toWire, view } from "../../core/rpc/wire.ts";
import { tooLarge } from "./failures.ts";

/** How the builder holds back and gives up what delivers to it. */
export interface Flow {
  pause(): void;
  resume(): void;
  /** Nothing more is wanted: free the source at once. */
  abandon(): void;
}

export interface ReplyLimits {
  /** The masked upstream, for messages. */
  readonly upstream: string;
  readonly bufferBytes: number;
  readonly maxResponseBytes: number;
}

/** Small pieces are gathered in blocks of this size: an answer in single bytes takes no more than its length. */
const blockBytes = 64 * 1024;
/** The head of a streamed reply has at least so much, where that much has come. */
const headBytes = 16 * 1024;

export class ReplyBuilder implements BodyStream {
  readonly #sink: ReplySink;
  readonly #flow: Flow;
  readonly #limits: ReplyLimits;
  readonly #status: number;
  readonly #retryAfterMs: number | null;
  #state: "collecting" | "streaming" | "settled" = "collecting";
  /** The first piece of the body, if it is short: most answers have no other. */
  #first = "";
  #bytes = 0;
  #target: BodySink | null = null;
  /** True before `pipe` and after `write` gave false. */
  #held = true;
  /** Copies of what came behind the first piece while collecting, or while the sink wanted a pause. */
  #kept: Buffer[] = [];
  /** The block that small pieces go into, and how much of it is filled; it follows #kept. */
  #block: Buffer | null = null;
  #blockUsed = 0;
  #last: "end" | TransportFailure | null = null;

  constructor(
    sink: ReplySink,
    flow: Flow,
    limits: ReplyLimits,
    status: number,
    retryAfterMs: number | null,
  ) {
    this.#sink = sink;
    this.#flow = flow;
    this.#limits = limits;
    this.#status = status;
    this.#retryAfterMs = retryAfterMs;
  }

  /** A stretch of the body; `bytes` is not kept. */
  data(bytes: Buffer, from: number, to: number): void {
    if (this.#state === "settled" || this.#last !== null) return;
    this.#bytes += to - from;
    if (this.#bytes > this.#limits.maxResponseBytes) {
      this.#flow.abandon();
      this.fail(tooLarge(this.#limits.upstream, this.#limits.maxResponseBytes));
    } else if (this.#state === "collecting") this.#collect(bytes, from, to);
    else if (this.#held) this.#keep(bytes, from, to);
    else if (!this.#target!.write(bytes.subarray(from, to)) && !this.#isSettled()) {
      this.#held = true;
      this.#flow.pause();
    }
  }

  end(): void {
    if (this.#state === "settled" || this.#last !== null) return;
    if (this.#state === "collecting") {
      this.#state = "settled";
      this.#reply(this.#text(Infinity), null);
    } else {
      this.#last = "end";
      if (!this.#held) this.#drain();
    }
  }

  fail(failure: TransportFailure): void {
    if (this.#state === "settled" || this.#last !== null) return;
    if (this.#state === "collecting") {
      this.#state = "settled";
      this.#sink.onFailure(failure);
    } else {
      this.#last = failure;
      this.#drop();
      if (this.#target !== null) this.#finish();
    }
  }

  /** The sink hears nothing more. */
  silence(): void {
    this.#state = "settled";
    this.#drop();
  }

  #drop(): void {
    this.#kept = [];
    this.#block = null;
  }

  pipe(sink: BodySink): void {
    if (this.#target !== null) throw new Error("BodyStream.pipe may be called once.");
    this.#target = sink;
    this.resume();
  }

  resume(): void {
    if (!this.#held || this.#target === null) return;
    this.#held = false;
    this.#drain();
  }

  cancel(): void {
    if (this.#state === "settled") return;
    this.silence();
    this.#flow.abandon();
  }

  #collect(bytes: Buffer, from: number, to: number): void {
    if (this.#bytes === to - from && to - from <= headBytes) this.#first = view(bytes).latin1Slice(from, to);
    else this.#keep(bytes, from, to);
    if (this.#bytes <= this.#limits.bufferBytes) return;
    this.#state = "streaming";
    this.#flow.pause();
    this.#reply(this.#text(headBytes), this);
  }

  #keep(bytes: Buffer, from: number, to: number): void {
    const size = to - from;
    if (this.#block !== null && this.#blockUsed + size > blockBytes) this.#closeBlock();
    if (this.#block === null && size > blockBytes / 2) {
      this.#kept.push(Buffer.from(bytes.subarray(from, to)));
      return;
    }
    this.#block ??= Buffer.allocUnsafeSlow(blockBytes);
    bytes.copy(this.#block, this.#blockUsed, from, to);
    this.#blockUsed += size;
  }

  #closeBlock(): void {
    if (this.#block === null) return;
    this.#kept.push(this.#block.subarray(0, this.#blockUsed));
    this.#block = null;
    this.#blockUsed = 0;
  }

  /** Takes the first `size` bytes of what has come, or all of it. */
  #text(size: number): string {
    let text = this.#first;
    this.#first = "";
    this.#closeBlock();
    if (this.#kept.length === 0) return text;
    if (size === Infinity) {
      text += toWire(Buffer.concat(this.#kept));
      this.#kept = [];
    }
    while (text.length < size && this.#kept.length > 0) {
      const piece = this.#kept[0]!;
      const rest = piece.subarray(size - text.length);
      text += toWire(piece.subarray(0, size - text.length));
      if (rest.length > 0) this.#kept[0] = rest;
      else this.#kept.shift();
    }
    return text;
  }

  #reply(body: string, rest: BodyStream | null): void {
    this.#sink.onReply({ status: this.#status, retryAfterMs: this.#retryAfterMs, body, rest });
  }

  #drain(): void {
    if (this.#state === "settled") return;
    this.#closeBlock();
    while (this.#kept.length > 0) {
      const more = this.#target!.write(this.#kept.shift()!);
      if (this.#isSettled()) return;
      if (!more) {
        this.#held = true;
        return;
      }
    }
    if (this.#last === null) this.#flow.resume();
    else this.#finish();
  }

  #finish(): void {
    if (this.#state === "settled") return;
    this.#state = "settled";
    if (this.#last === "end") this.#target!.end();
    else if (this.#last !== null) this.#target!.fail(this.#last);
  }

  /** The sink may have cancelled from inside its own `write`. */
  #isSettled(): boolean {
    return this.#state === "settled";
  }
}
