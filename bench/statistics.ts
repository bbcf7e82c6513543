// The few statistics that the benchmark reports. Pure; called by every figure.

/** Median, least and greatest of a series, and how far they lie apart. */
export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** (max − min) / median, 0 for a median of 0: 0.1 means that the rounds differ by a tenth. */
  readonly spread: number;
  readonly n: number;
}

/**
 * The value below which the share `q` (0..1) of the samples lies, with linear interpolation between neighbours
 * (Hyndman and Fan, type 7). `sorted` ascends. Throws a RangeError for no samples.
 */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  if (sorted.length === 0) throw new RangeError("A quantile of no samples does not exist");
  const at = (sorted.length - 1) * Math.min(1, Math.max(0, q));
  const low = Math.floor(at);
  const below = sorted[low]!;
  const above = sorted[Math.min(low + 1, sorted.length - 1)]!;
  return below + (above - below) * (at - low);
}

export function ascending(samples: Iterable<number>): Float64Array {
  return Float64Array.from(samples).sort();
}

export function median(samples: Iterable<number>): number {
  return quantile(ascending(samples), 0.5);
}

export function summarise(samples: readonly number[]): Summary {
  const sorted = ascending(samples);
  const middle = quantile(sorted, 0.5);
  const min = sorted[0]!;
  const max = sorted[sorted.length - 1]!;
  return { median: middle, min, max, spread: middle === 0 ? 0 : (max - min) / middle, n: sorted.length };
}

/**
 * Round by round `ours[i] / theirs[i]`: what slows the machine in one round slows both, so their ratio is steadier
 * than the ratio of two medians. Throws a RangeError when the rounds don't pair up.
 */
export function ratios(ours: readonly number[], theirs: readonly number[]): number[] {
  return pairwise(ours, theirs, (a, b) => a / b);
}

/** Round by round `ours[i] − theirs[i]`. */
export function differences(ours: readonly number[], theirs: readonly number[]): number[] {
  return pairwise(ours, theirs, (a, b) => a - b);
}

function pairwise(
  ours: readonly number[],
  theirs: readonly number[],
  combine: (a: number, b: number) => number,
): number[] {
  if (ours.length !== theirs.length) {
    throw new RangeError(`Rounds must pair up: ${ours.length} of one, ${theirs.length} of the other`);
  }
  return ours.map((value, round) => combine(value, theirs[round]!));
}
