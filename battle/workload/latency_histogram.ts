// HDR histograms of µs, for progress during a run, for runs whose records are not kept whole, and to be merged over
// processes: percentiles are read from merged counts, never averaged. Three significant digits, from 1 µs to an hour.

import {
  build,
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  type Histogram,
} from "hdr-histogram-js";

const settings = {
  bitBucketSize: 32,
  lowestDiscernibleValue: 1,
  highestTrackableValue: 3_600_000_000,
  numberOfSignificantValueDigits: 3,
  autoResize: false,
  useWebAssembly: false,
} as const;

export class LatencyHistogram {
  readonly #counts: Histogram;

  constructor(counts: Histogram = build(settings)) {
    this.#counts = counts;
  }

  /** What is below 1 µs counts as 1 µs, what is above an hour as an hour. */
  add(us: number): void {
    this.#counts.recordValue(Math.min(settings.highestTrackableValue, Math.max(1, Math.round(us))));
  }

  get count(): number {
    return this.#counts.totalCount;
  }

  /** `percentile` 0..100; null: there is nothing. */
  ms(percentile: number): number | null {
    return this.count === 0 ? null : this.#counts.getValueAtPercentile(percentile) / 1_000;
  }

  get maxMs(): number | null {
    return this.count === 0 ? null : this.#counts.maxValue / 1_000;
  }

  /** Takes over all that the other has counted. */
  merge(other: LatencyHistogram): void {
    this.#counts.add(other.#counts);
  }

  encode(): string {
    return encodeIntoCompressedBase64(this.#counts);
  }

  /** Of what `encode` gave. */
  static decode(text: string): LatencyHistogram {
    return new LatencyHistogram(decodeFromCompressedBase64(text, settings.bitBucketSize, false));
  }
}
