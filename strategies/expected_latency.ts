// What a call is expected to cost in time at a candidate, failures included. Shared by the strategies that compare
// latencies, so that "faster" means the same in all of them.

import type { Candidate, LatencyStats, StrategyView } from "../core/plugins/strategy.ts";

/** What a failed attempt is worth beyond its own time: a failover, a used-up budget, noise in the logs. */
const failureCostMs = 200;

/** One success is assumed beside what was measured, so that a single failed first call is no verdict. */
const assumedSuccesses = 1;

/**
 * Expected milliseconds until an answer, `Infinity` before any evidence. With success rate s an answer takes 1/s
 * attempts on average, of which 1/s − 1 fail: mean/s + failureCost × (1/s − 1). Where the method was not measured,
 * all methods together stand in for it.
 */
export function expectedMs(candidate: Candidate, method: string, view: StrategyView): number {
  const stats = view.latency(candidate, method) ?? view.latencyOverall(candidate);
  return stats === null ? Infinity : expectedOf(stats);
}

function expectedOf(stats: LatencyStats): number {
  const success = (stats.success * stats.n + assumedSuccesses) / (stats.n + assumedSuccesses);
  const attempts = 1 / Math.max(success, 0.01);
  return stats.mean * attempts + failureCostMs * (attempts - 1);
}

/** `expected 45.2 ms, 99.1 % answered`, or that there is no evidence; for `explain`. */
export function latencyPhrase(candidate: Candidate, method: string, view: StrategyView): string {
  const own = view.latency(candidate, method);
  const stats = own ?? view.latencyOverall(candidate);
  if (stats === null) return "not measured yet";
  const scope = own === null ? " over all methods" : "";
  return `expected ${expectedOf(stats).toFixed(1)} ms${scope}, ${
    (stats.success * 100).toFixed(1)
  } % answered`;
}
