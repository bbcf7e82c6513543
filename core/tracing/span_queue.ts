// Spans that wait for the collector: bounded, posted in batches, one batch at a time. A collector that is slow or gone
// costs spans, which are counted, and nothing else. What it reports of a fault is told once, until all is well again.

import type { Clock, Timer } from "../clock.ts";
import { sleep } from "../clock.ts";
import type { Span } from "./span_tracer.ts";

export interface SpanQueueOptions {
  readonly clock: Clock;
  /** Most spans that wait; one more is dropped. */
  readonly maxWaiting: number;
  readonly maxBatch: number;
  /** Between the first span that waits and its batch; a full batch goes at once. */
  readonly delayMs: number;
  /** Posts a batch; rejects where that failed for good. */
  post(spans: readonly Span[]): Promise<void>;
  /** Why batches are lost from now on; null: they arrive again. */
  told(problem: unknown): void;
}

export class SpanQueue implements AsyncDisposable {
  readonly counts = { exported: 0, failed: 0, dropped: 0 };
  readonly #options: SpanQueueOptions;
  #waiting: Span[] = [];
  #timer: Timer | null = null;
  #posting: Promise<void> | null = null;
  #failing = false;
  #closed = false;

  constructor(options: SpanQueueOptions) {
    this.#options = options;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  add(span: Span): void {
    const { clock, maxWaiting, maxBatch, delayMs } = this.#options;
    if (this.#closed || this.#waiting.length >= maxWaiting) {
      this.counts.dropped++;
      return;
    }
    this.#waiting.push(span);
    if (this.#posting !== null) return;
    if (this.#waiting.length >= maxBatch) this.#post();
    else this.#timer ??= clock.after(delayMs, () => this.#post());
  }

  /** Posts what waits, for at most `withinMs`; what is left then is dropped. */
  async close(withinMs: number): Promise<void> {
    this.#closed = true;
    const { clock } = this.#options;
    const abort = new AbortController();
    const flushed = (async () => {
      while (this.#waiting.length > 0 || this.#posting !== null) {
        if (this.#posting === null) this.#post();
        await this.#posting;
      }
    })();
    await Promise.race([flushed, sleep(clock, withinMs, abort.signal)]);
    abort.abort();
    this.#timer?.cancel();
    this.counts.dropped += this.#waiting.length;
    this.#waiting = [];
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close(0);
  }

  #post(): void {
    const { maxBatch } = this.#options;
    this.#timer?.cancel();
    this.#timer = null;
    const batch = this.#waiting.splice(0, maxBatch);
    if (batch.length === 0) return;
    this.#posting = this.#options.post(batch).then(
      () => this.#settled(batch.length, null),
      (thrown: unknown) => this.#settled(batch.length, thrown ?? "unknown"),
    );
  }

  #settled(spans: number, problem: unknown): void {
    const { clock, maxBatch, delayMs } = this.#options;
    this.counts[problem === null ? "exported" : "failed"] += spans;
    if (this.#failing !== (problem !== null)) {
      this.#failing = problem !== null;
      this.#options.told(problem);
    }
    this.#posting = null;
    if (this.#waiting.length >= maxBatch) this.#post();
    else if (this.#waiting.length > 0) this.#timer ??= clock.after(delayMs, () => this.#post());
  }
}
