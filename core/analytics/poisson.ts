// How many calls are in flight at a moment where so many are on average: Poisson, as calls come independently.

import type { Random } from "../random.ts";

/** Above it the bell curve is as good, and cheaper. */
const manyFrom = 30;

export function poisson(random: Random, mean: number): number {
  if (mean <= 0) return 0;
  if (mean >= manyFrom) {
    const normal = Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
    return Math.max(0, Math.round(mean + normal * Math.sqrt(mean)));
  }
  // Knuth, The Art of Computer Programming, 3.4.1.
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = random.next(); product > limit; product *= random.next()) count++;
  return count;
}
