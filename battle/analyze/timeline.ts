// The run second by second, by planned times: requests, failures, latency, failovers, who was picked first. Seconds in
// which nothing was planned are there, too, so that the report's axis has no holes.

import type { TimelinePoint } from "../model/result.ts";
import { failedOver } from "./failovers.ts";
import { ascending, quantile } from "./quantiles.ts";
import type { RunFacts } from "./run_facts.ts";

interface Second {
  readonly latencies: number[];
  readonly picks: Record<string, number>;
  failures: number;
  failovers: number;
}

export function timelineOf(facts: RunFacts): readonly TimelinePoint[] {
  const seconds = Array.from(
    { length: Math.max(0, Math.ceil(facts.record.durationUs / 1e6)) },
    (): Second => ({ latencies: [], picks: {}, failures: 0, failovers: 0 }),
  );
  for (const call of facts.calls) {
    const second = seconds[Math.floor(call.record.plannedUs / 1e6)];
    if (second === undefined) continue;
    second.latencies.push(call.latencyMs);
    if (!call.good) second.failures++;
    if (failedOver(call)) second.failovers++;
    const first = call.record.attempts[0];
    if (first !== undefined) second.picks[first.provider] = (second.picks[first.provider] ?? 0) + 1;
  }
  return seconds.map(({ latencies, ...counts }, index) => {
    const sorted = ascending(latencies);
    const at = (q: number): number | null => sorted.length === 0 ? null : quantile(sorted, q);
    return { atMs: index * 1_000, requests: sorted.length, p50Ms: at(0.5), p99Ms: at(0.99), ...counts };
  });
}
