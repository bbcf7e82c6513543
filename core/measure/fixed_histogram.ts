// A histogram with fixed bounds, as Prometheus wants it: cumulative counts are made on scrape, a sample costs one
// short search. Used by Meter.

export class FixedHistogram {
  /** Upper bounds in seconds, ascending; the last bucket (`+Inf`) has none. */
  readonly bounds: readonly number[];
  readonly #boundsMs: Float64Array;
  readonly #counts: Float64Array;
  #sumMs = 0;

  constructor(boundsSeconds: readonly number[]) {
    this.bounds = boundsSeconds;
    this.#boundsMs = Float64Array.from(boundsSeconds, (bound) => bound * 1000);
    this.#counts = new Float64Array(boundsSeconds.length + 1);
  }

  /** Adds a duration in milliseconds; what is no number is ignored, what is negative counts as 0. */
  observe(ms: number): void {
    if (ms !== ms) return;
    const value = ms > 0 ? ms : 0;
    const bounds = this.#boundsMs;
    let low = 0;
    let high = bounds.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (bounds[middle]! < value) low = middle + 1;
      else high = middle;
    }
    this.#counts[low] = this.#counts[low]! + 1;
    this.#sumMs += value;
  }

  get sumSeconds(): number {
    return this.#sumMs / 1000;
  }

  /** One more than `bounds` has: how many samples lie at or below each bound, then all. */
  cumulative(): number[] {
    let total = 0;
    return Array.from(this.#counts, (count) => total += count);
  }
}

/** Bounds of call durations, in seconds. */
export const durationBounds: readonly number[] = [
  0.001,
  0.0025,
  0.005,
  0.01,
  0.025,
  0.05,
  0.1,
  0.25,
  0.5,
  1,
  2.5,
  5,
  10,
  30,
  60,
];

/** Bounds of the router's own overhead, in seconds, from 10 µs. */
export const overheadBounds: readonly number[] = [
  0.00001,
  0.000025,
  0.00005,
  0.0001,
  0.00025,
  0.0005,
  0.001,
  0.0025,
  0.005,
  0.01,
  0.025,
  0.05,
  0.1,
  0.25,
];
