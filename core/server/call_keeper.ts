// Chooses the client calls that history keeps: all that failed, failed over or were hedged, and a sample of the rest,
// so many a second at most. Asked for every call: what is not kept costs a few comparisons.

import type { Clock } from "../clock.ts";
import type { HistorySink } from "../measure/history/model.ts";
import { keptCall } from "../routing/kept_call.ts";
import type { Run } from "../routing/run.ts";

/** Of calls in all, and of those that say nothing special, in a second. */
const maxKept = 200;
const maxSampled = 20;

export class CallKeeper {
  readonly #sink: HistorySink;
  readonly #clock: Clock;
  #second = -1;
  #kept = 0;
  #lastSampleAt = -Infinity;
  #left = 0;

  constructor(sink: HistorySink, clock: Clock) {
    this.#sink = sink;
    this.#clock = clock;
  }

  /** Notable calls that were not kept because too many came at once, since the start. */
  get left(): number {
    return this.#left;
  }

  /** `outcome`: as it is counted; `streamFailure`: why a streamed answer was cut; null otherwise. */
  ended(run: Run, outcome: string, streamFailure: string | null): void {
    const at = run.finishedAt;
    if ((outcome === "ok" || outcome === "error" || outcome === "cancelled") && run.attempts.length <= 1) {
      // Spread over the second, so that a burst does not use up the sample.
      if (at - this.#lastSampleAt < 1_000 / maxSampled) return;
      this.#lastSampleAt = at;
    }
    const second = Math.floor(at / 1_000);
    if (second !== this.#second) {
      this.#second = second;
      this.#kept = 0;
    }
    if (this.#kept >= maxKept) {
      this.#left++;
      return;
    }
    this.#kept++;
    this.#sink.call(keptCall(run, this.#clock.wallNow(), outcome, streamFailure));
  }
}
