// What calls would have met, added up: each pick charges its share of a minute's calls to the cell of the channel that
// it chose. Counts are fractions, as a share of 100 calls may be 12.5. Used by counterfactual.ts.

import { bucketCount, bucketValue, type Histogram } from "../measure/histogram.ts";
import type { PastCell } from "./past_cell.ts";

/** Samples below which a cell says too little: what is charged to it is not known. */
export const enoughSamples = 20;

const buckets = new Uint16Array(bucketCount);
const counts = new Uint32Array(bucketCount);

export class ChargeBook {
  /** Calls, and those of them that were charged to cells with enough samples. */
  calls = 0;
  known = 0;
  units = 0;
  usd = 0;
  /** Calls by provider. */
  readonly providers: Map<string, number> = new Map();
  /** Of known calls that have something to say about the channel: how many there are, and how many were answered. */
  #judged = 0;
  #answered = 0;
  #times: Float64Array<ArrayBuffer> | null = null;
  #timed = 0;
  #first = bucketCount;
  #last = -1;

  /** `cell` null: nobody asked that channel then. `units` and `usd`: of one call. */
  charge(cell: PastCell | null, provider: string, calls: number, units: number, usd: number): void {
    this.calls += calls;
    const charged = cell === null ? 1 : cell.charged;
    this.units += calls * units * charged;
    this.usd += calls * usd * charged;
    this.providers.set(provider, (this.providers.get(provider) ?? 0) + calls);
    if (cell === null) return;
    const judged = cell.answered + cell.failed;
    if (judged < enoughSamples) return;
    this.known += calls;
    this.#judged += calls;
    this.#answered += calls * cell.answered / judged;
    // Failures have no time of their own; those that were given up are among the times as "at least".
    if (cell.histogram !== null) {
      this.#add(cell.histogram, calls * Math.min(1, cell.histogram.count / judged));
    }
  }

  /** Share of calls whose time and success are known, 0..1; null without a call. */
  get knownShare(): number | null {
    return this.calls === 0 ? null : this.known / this.calls;
  }

  /** Share of the known calls that the channel of their pick answered, 0..1. */
  get success(): number | null {
    return this.#judged === 0 ? null : this.#answered / this.#judged;
  }

  /** Milliseconds; null where nothing is known. */
  quantile(q: number): number | null {
    const times = this.#times;
    if (times === null || this.#timed <= 0) return null;
    const wanted = q * this.#timed;
    let seen = 0;
    for (let bucket = this.#first; bucket <= this.#last; bucket++) {
      seen += times[bucket]!;
      if (seen >= wanted - 1e-9) return bucketValue(bucket);
    }
    return bucketValue(this.#last);
  }

  #add(histogram: Histogram, weight: number): void {
    const times = this.#times ??= new Float64Array(bucketCount);
    const size = histogram.copyTo(buckets, counts);
    const each = weight / histogram.count;
    for (let i = 0; i < size; i++) times[buckets[i]!] = times[buckets[i]!]! + counts[i]! * each;
    this.#timed += weight;
    this.#first = Math.min(this.#first, buckets[0]!);
    this.#last = Math.max(this.#last, buckets[size - 1]!);
  }
}
