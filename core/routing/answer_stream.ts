// The rest of a long answer on its way from the upstream to the client. It passes chunks through and holds back only
// the last bytes, because there the envelope ends: the id may stand behind the result, and what follows the result
// is not the client's. Used by the server for answers above `buffer_before_commit`.

import { Buffer } from "node:buffer";
import type { BodySink, BodyStream, TransportFailure } from "../plugins/transport.ts";
import { toWire } from "../rpc/wire.ts";
import { type Sweep, SweepLink, type Swept } from "./sweep.ts";

/** Where the answer goes. */
export interface AnswerTarget {
  /** `before` goes out in front of `chunk`. false: wait for `AnswerStream.resume`. */
  write(chunk: Uint8Array | string, before: Uint8Array | null): boolean;
  /** The result is complete and was right. */
  end(): void;
  /** It is not: what was written must not look like a whole answer. */
  cut(why: string): void;
}

const closings: Readonly<Record<string, string>> = { "{": "}", "[": "]", '"': '"' };

/** More than the longest ending that is understood: `,"id":<17 digits>,"jsonrpc":"2.0"}` with some white space. */
const heldBytes = 256;

const ending = /^([\s\S]*?)\s*((?:,\s*"(?:id|jsonrpc)"\s*:\s*(?:\d+|"2\.0")\s*){0,2})\}\s*$/;

export class AnswerStream implements BodySink, Swept {
  readonly sweepLink = new SweepLink();
  /** See `watch`. */
  wakeAt = Infinity;
  readonly #head: string;
  readonly #rest: BodyStream;
  readonly #id: number;
  readonly #idSeen: boolean;
  readonly #settled: (failure: string | null) => void;
  #target: AnswerTarget | null = null;
  #held: Buffer = Buffer.alloc(0);
  #done = false;
  #sweep: Sweep | null = null;
  #silentMs = 0;
  /** It can't be told how long a client takes; only an upstream that may send and does not is at fault. */
  #flowing = false;
  #moved = false;

  /**
   * `head`: the result's beginning. `idSeen`: the right id came before it. `settled` is called once, with null when
   * the answer went through whole.
   */
  constructor(
    head: string,
    rest: BodyStream,
    id: number,
    idSeen: boolean,
    settled: (failure: string | null) => void,
  ) {
    this.#head = head;
    this.#rest = rest;
    this.#id = id;
    this.#idSeen = idSeen;
    this.#settled = settled;
  }

  /** Starts the flow. Call once. */
  pipe(target: AnswerTarget): void {
    this.#target = target;
    const early = Math.max(0, this.#head.length - heldBytes);
    this.#held = Buffer.from(this.#head.slice(early), "latin1");
    if (early > 0) target.write(this.#head.slice(0, early), null);
    this.#flowing = this.#moved = true;
    this.#rest.pipe(this);
  }

  /** From `now` on: an upstream that sends nothing for `silentMs`, though it may, has failed. */
  watch(sweep: Sweep, now: number, silentMs: number): void {
    if (this.#done) return;
    this.#sweep = sweep;
    this.#silentMs = silentMs;
    this.wakeAt = now + silentMs;
    sweep.add(this);
  }

  onTime(now: number): void {
    if (this.#flowing && !this.#moved) {
      this.#rest.cancel();
      return this.#cut(`the upstream sent nothing for ${this.#silentMs} ms`);
    }
    this.#moved = false;
    this.wakeAt = now + this.#silentMs;
  }

  broke(): void {
    this.#rest.cancel();
    if (!this.#done) this.#cut("a fault of Lasso's own");
  }

  /** The target can take more. */
  resume(): void {
    if (this.#done) return;
    this.#flowing = this.#moved = true;
    this.#rest.resume();
  }

  /** The client left, or nobody wants the rest. */
  cancel(): void {
    if (this.#done) return;
    this.#finish("cancelled");
    this.#rest.cancel();
  }

  write(chunk: Uint8Array): boolean {
    const target = this.#target;
    if (target === null || this.#done) return false;
    this.#moved = true;
    return this.#flowing = this.#pass(chunk, target);
  }

  #pass(chunk: Uint8Array, target: AnswerTarget): boolean {
    if (chunk.length < heldBytes) {
      const joined = Buffer.concat([this.#held, chunk]);
      const early = Math.max(0, joined.length - heldBytes);
      this.#held = joined.subarray(early);
      return early === 0 || target.write(joined.subarray(0, early), null);
    }
    const before = this.#held.length === 0 ? null : this.#held;
    const early = chunk.length - heldBytes;
    this.#held = Buffer.from(chunk.subarray(early));
    return target.write(chunk.subarray(0, early), before);
  }

  end(): void {
    if (this.#done) return;
    const tail = ending.exec(toWire(this.#held));
    if (tail === null || !this.#closes(tail[1] ?? "")) return this.#cut("the answer is truncated");
    const ids = [...(tail[2] ?? "").matchAll(/"id"\s*:\s*(\d+)/g)].map((match) => Number(match[1]));
    if (ids.some((id) => id !== this.#id) || (!this.#idSeen && ids.length === 0)) {
      return this.#cut("the answer has another call's id");
    }
    const target = this.#target;
    this.#finish(null);
    target?.write(tail[1] ?? "", null);
    target?.end();
  }

  fail(failure: TransportFailure): void {
    if (!this.#done) this.#cut(failure.message);
  }

  /** Does the result end as it began? Its whole nesting is not followed: that would cost more than passing it on. */
  #closes(end: string): boolean {
    const closing = closings[this.#head.charAt(0)];
    return closing === undefined || end.endsWith(closing);
  }

  #cut(why: string): void {
    const target = this.#target;
    this.#finish(why);
    target?.cut(why);
  }

  #finish(failure: string | null): void {
    this.#done = true;
    this.#sweep?.remove(this);
    this.#settled(failure);
  }
}
