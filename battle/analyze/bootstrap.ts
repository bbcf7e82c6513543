// The bootstrap of paired rounds (Efron 1979): the pairs are drawn again with replacement, many times, and what their
// statistic does tells how sure it is. Seeded: the same values give the same interval.

import { below, seededRandom } from "../../core/random.ts";
import { ascending, quantile } from "./quantiles.ts";

const resamples = 2_000;

/** Mean of the two in the middle where the number is even. Throws a RangeError for none. */
export function median(values: readonly number[]): number {
  const sorted = ascending(values);
  if (sorted.length === 0) throw new RangeError("A median of no values does not exist");
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** 95 % percentile interval of `statistic` over `resamples` drawings of as many values as there are. */
export function bootstrapInterval(
  values: readonly number[],
  statistic: (values: readonly number[]) => number,
  seed: number,
): readonly [number, number] {
  if (values.length === 0) throw new RangeError("A bootstrap of no values does not exist");
  const random = seededRandom(seed);
  const drawn = Float64Array.from(
    { length: resamples },
    () => statistic(values.map(() => values[below(random, values.length)]!)),
  ).sort();
  return [quantile(drawn, 0.025), quantile(drawn, 0.975)];
}

/**
 * The interval of few values is too narrow: it is widened about the statistic by t(n − 1) / 1.96 × √(n / (n − 1)), as
 * Hesterberg (2015, "What Teachers Should Know About the Bootstrap", section 5.3) corrects for it. n is 2 or more.
 */
export function widened(
  [low, high]: readonly [number, number],
  about: number,
  n: number,
): readonly [number, number] {
  const factor = studentT(n - 1) / 1.96 * Math.sqrt(n / (n - 1));
  return [about - factor * (about - low), about + factor * (high - about)];
}

const t975 = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228];

/** 97.5 % point of Student's t; from 11 degrees on by Cornish and Fisher's first terms. */
function studentT(degrees: number): number {
  const known = t975[degrees - 1];
  if (known !== undefined) return known;
  const z = 1.959964;
  return z + (z ** 3 + z) / (4 * degrees) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * degrees ** 2);
}
