// What a provider's calls cost in its own units, and how much of its monthly quota is used. Kept in memory, per
// provider, over both transports. Used by ChainMeasure; it decides nothing, strategies read it.

import type { CandidateCost } from "../plugins/strategy.ts";
import type { Clock } from "../clock.ts";

/** Units that one call of `method` costs: its own entry, else the longest prefix with a trailing `*`, else perCall. */
export function unitsOf(cost: CandidateCost, method: string): number {
  const exact = cost.methods[method];
  if (exact !== undefined) return exact;
  let units = cost.perCall;
  let longest = 0;
  for (const [pattern, value] of Object.entries(cost.methods)) {
    if (!pattern.endsWith("*") || pattern.length <= longest) continue;
    if (!method.startsWith(pattern.slice(0, -1))) continue;
    units = value;
    longest = pattern.length;
  }
  return units;
}

/** Epoch milliseconds at which the calendar month (UTC) of `wallMs` ends. */
export function monthEnd(wallMs: number): number {
  const date = new Date(wallMs);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
}

/** Epoch milliseconds at which the calendar month (UTC) of `wallMs` began. */
export function monthBegin(wallMs: number): number {
  const date = new Date(wallMs);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
}

/** How often the wall clock is asked at most: it may be set, or the machine may sleep. */
const checkMs = 1_000;

/** Tells when a new month has begun, without asking the wall clock for each call. */
export class MonthWatch {
  readonly #clock: Clock;
  #endsAt: number;
  #nextCheck: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#endsAt = monthEnd(clock.wallNow());
    this.#nextCheck = clock.now() + checkMs;
  }

  /** True once after each turn of the month; `now` is the monotonic time. */
  turned(now: number): boolean {
    if (now < this.#nextCheck) return false;
    this.#nextCheck = now + checkMs;
    const wall = this.#clock.wallNow();
    if (wall < this.#endsAt) return false;
    this.#endsAt = monthEnd(wall);
    return true;
  }
}
