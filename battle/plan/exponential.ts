// Exponential gaps for Poisson arrivals. The logarithm is computed here with the four basic operations only: they are
// exact by IEEE 754 everywhere, while Math.log may differ in the last bit between machines, and a plan may not.

import type { Random } from "../../core/random.ts";

const LN_2 = 0.6931471805599453;
const SQRT_HALF = 0.7071067811865476;
/** With |s| ≤ 0.172, what is left out is below 1e-17. */
const TERMS = 10;

/** Natural logarithm for 0 < x ≤ 1, to within 2 units in the last place. */
export function lnUpToOne(x: number): number {
  let mantissa = x;
  let halvings = 0;
  while (mantissa < SQRT_HALF) {
    mantissa *= 2;
    halvings++;
  }
  // ln m = 2 artanh s with s = (m − 1) / (m + 1), as a series.
  const s = (mantissa - 1) / (mantissa + 1);
  const square = s * s;
  let sum = 0;
  for (let term = TERMS; term >= 0; term--) sum = sum * square + 1 / (2 * term + 1);
  return 2 * s * sum - halvings * LN_2;
}

/** Mean 1. */
export function exponential(random: Random): number {
  return -lnUpToOne(1 - random.next());
}
