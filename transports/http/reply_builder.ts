// Turns the data of one answer into a Reply: whole while it fits the buffer, beyond it a head and a stream. It keeps
// the size limit and the order of calls to the sink; it must never hold more than the buffer plus what one read
// delivered after a pause was asked for. Used by both HTTP transports; knows no socket.

import { Buffer } from "node:buffer";
import type { BodySink, BodyStream, ReplySink, TransportFailure } from "../../core/plugins/transport.ts";
import { fromWire, toWire, view } from "../../core/rpc/wire.ts";
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

/** After so many pieces the text is made flat: a rope of single bytes would take 30 times their memory. */
const flattenEvery = 1_024;

export class ReplyBuilder implements BodyStream {
  readonly #sink: ReplySink;
  readonly #flow: Flow;
  readonly #limits: ReplyLimits;
  readonly #status: number;
  readonly #retryAfterMs: number | null;
  #state: "collecting" | "streaming" | "settled" = "collecting";
  #body = "";
  #pieces = 0;
  #bytes = 0;
  #target: BodySink | null = null;
  /** True before `pipe` and after `write` gave false. */
  #held = true;
  /** Copies of what arrived while the sink wanted a pause. */
  #kept: Buffer[] = [];
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
    else if (this.#held) this.#kept.push(Buffer.from(bytes.subarray(from, to)));
    else if (!this.#target!.write(bytes.subarray(from, to)) && !this.#isSettled()) {
      this.#held = true;
      this.#flow.pause();
    }
  }

  end(): void {
    if (this.#state === "settled" || this.#last !== null) return;
    if (this.#state === "collecting") {
      this.#state = "settled";
      this.#reply(null);
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
      this.#kept = [];
      if (this.#target !== null) this.#finish();
    }
  }

  /** The sink hears nothing more. */
  silence(): void {
    this.#state = "settled";
    this.#kept = [];
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
    const piece = view(bytes).latin1Slice(from, to);
    this.#body = this.#pieces === 0 ? piece : this.#body + piece;
    if (++this.#pieces % flattenEvery === 0) this.#body = toWire(fromWire(this.#body));
    if (this.#bytes <= this.#limits.bufferBytes) return;
    this.#state = "streaming";
    this.#flow.pause();
    this.#reply(this);
  }

  #reply(rest: BodyStream | null): void {
    const body = this.#body;
    this.#body = "";
    this.#sink.onReply({ status: this.#status, retryAfterMs: this.#retryAfterMs, body, rest });
  }

  #drain(): void {
    if (this.#state === "settled") return;
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
