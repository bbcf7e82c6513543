// When an open-loop load generator starts its requests. The times are fixed before the run, so that a slow answer
// can't delay the requests behind it and hide its own cost (coordinated omission). Pure; called by open_loop.ts.

import type { Random } from "../core/random.ts";

/**
 * Start times in ms from the beginning of the run, ascending, all below `seconds`. Gaps are exponential (Poisson
 * arrivals, as of many independent clients): an even beat could lock onto a timer of what is measured. The same
 * `random` gives the same times. Throws a RangeError unless both numbers are above 0.
 */
export function poissonArrivals(perSecond: number, seconds: number, random: Random): Float64Array {
  if (!(perSecond > 0) || !(seconds > 0)) {
    throw new RangeError(`Arrivals need a rate and a time above 0, not ${perSecond}/s for ${seconds} s`);
  }
  const meanGapMs = 1_000 / perSecond;
  const endMs = seconds * 1_000;
  const times: number[] = [];
  let at = 0;
  for (;;) {
    at += -Math.log(1 - random.next()) * meanGapMs;
    if (at >= endMs) return Float64Array.from(times);
    times.push(at);
  }
}
