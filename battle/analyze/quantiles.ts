// Exact quantiles over all samples. Percentiles of parts are never averaged: whoever wants one of a whole gives the
// whole. Pure; called by every part of the analyzer that speaks of latency.

import type { Quantiles } from "../model/result.ts";

/** Ascending copy. */
export function ascending(samples: Iterable<number>): Float64Array {
  return Float64Array.from(samples).sort();
}

/**
 * The least sample that at least the share `q` (0..1) of all samples do not exceed (nearest rank, as HDR histograms
 * have it). `sorted` ascends. Throws a RangeError for no samples.
 */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  if (sorted.length === 0) throw new RangeError("A quantile of no samples does not exist");
  return sorted[rank(sorted.length, q) - 1]!;
}

/** Of `n` samples the place, from 1, at which the quantile stands. */
export function rank(n: number, q: number): number {
  // 0.99 * 300 is 297.00000000000006 or 296.99999999999994: what is a whole number but for rounding is one.
  const exact = q * n;
  const near = Math.round(exact);
  const at = Math.abs(exact - near) < 1e-9 * Math.max(1, n) ? near : Math.ceil(exact);
  return Math.min(n, Math.max(1, at));
}

/** Least number of samples of which ten lie beyond the quantile: 20 for the median, 1,000 for p99. */
export function samplesNeeded(q: number): number {
  return Math.round(10 / (1 - q));
}

/** All zero for no samples: look at `n`. */
export function quantilesOf(samples: Iterable<number>): Quantiles {
  const sorted = ascending(samples);
  const n = sorted.length;
  if (n === 0) return { n, p50: 0, p95: 0, p99: 0, p999: 0, max: 0 };
  return {
    n,
    p50: quantile(sorted, 0.5),
    p95: quantile(sorted, 0.95),
    p99: quantile(sorted, 0.99),
    p999: quantile(sorted, 0.999),
    max: sorted[n - 1]!,
  };
}
