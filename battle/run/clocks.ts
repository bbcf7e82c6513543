// Clocks of several processes brought together: loopback pings, of which the quickest tells most. Half of its round trip
// is the uncertainty, which stands in the report.

import type { Clock } from "../../core/clock.ts";

export interface Alignment {
  /** The other clock minus ours, ms. */
  readonly offsetMs: number;
  /** By how much it may be wrong, ms. */
  readonly errorMs: number;
}

const PINGS = 12;

/** `ping` gives the other clock's ms. */
export async function align(clock: Clock, ping: () => Promise<number>): Promise<Alignment> {
  let best: Alignment | null = null;
  for (let nth = 0; nth < PINGS; nth++) {
    const sent = clock.now();
    const theirs = await ping();
    const got = clock.now();
    const errorMs = (got - sent) / 2;
    if (best === null || errorMs < best.errorMs) best = { offsetMs: theirs - (sent + got) / 2, errorMs };
  }
  return best!;
}
