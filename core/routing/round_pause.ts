// The pause between two rounds of one call: exponential backoff with full jitter. Plain sums; the call keeps the time.

import type { Random } from "../random.ts";
import type { RetrySettings } from "../settings.ts";

/**
 * Milliseconds from the end of round `round` (from 1) to the next, and not before a channel is free (`freeInMs`, in
 * which what Retry-After asked for is counted in). Infinity: there is no next round.
 */
export function roundPauseMs(retry: RetrySettings, round: number, freeInMs: number, random: Random): number {
  if (round >= retry.rounds || freeInMs === Infinity) return Infinity;
  const ceiling = Math.min(retry.maxBackoffMs, retry.backoffMs * 2 ** (round - 1));
  return Math.max(random.next() * ceiling, freeInMs);
}
