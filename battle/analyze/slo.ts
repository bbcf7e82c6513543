// Judges the SLOs of a scenario: each key's measurement in its scope against its bound. A key without a sample, or a
// percentile without ten samples beyond it, is inconclusive with the reason, and never green.

import type { SloResult } from "../model/result.ts";
import { minima, type SloKey, type SloScope, type SloSpec } from "../model/scenario.ts";
import {
  availability,
  errorRate,
  hedgeRatio,
  latency,
  maxLatency,
  overhead,
  successRate,
  throughput,
  upstreamCalls,
  wrongResults,
} from "./call_keys.ts";
import { breakerTime, detectionTime, failover, recoveryTime, shiftTime } from "./fault_keys.ts";
import type { Measure } from "./measure.ts";
import { maxMemory, memoryGrowth } from "./process_keys.ts";
import type { RunFacts } from "./run_facts.ts";
import { streamKey } from "./streams.ts";

const measures: Readonly<Record<SloKey, (facts: RunFacts, scope: SloScope) => Measure>> = {
  success_rate: successRate,
  availability,
  throughput_rps: throughput,
  error_rate: errorRate,
  p50_latency_ms: latency(0.5),
  p95_latency_ms: latency(0.95),
  p99_latency_ms: latency(0.99),
  p999_latency_ms: latency(0.999),
  max_latency_ms: maxLatency,
  failover_ms: failover,
  shift_ms: shiftTime,
  detection_ms: detectionTime,
  breaker_open_ms: breakerTime,
  recovery_ms: recoveryTime,
  stream_gaps: streamKey("gap"),
  stream_duplicates: streamKey("duplicate"),
  stream_out_of_order: streamKey("out_of_order"),
  wrong_results: wrongResults,
  upstream_calls_per_request: upstreamCalls,
  hedge_ratio: hedgeRatio,
  max_memory_mb: maxMemory,
  memory_growth_mb: memoryGrowth,
  overhead_p50_ms: overhead(0.5),
  overhead_p99_ms: overhead(0.99),
};

/** What a value that can't be judged shows all the same: it is already too long, and can only be longer. */
const lowerBounds: ReadonlySet<SloKey> = new Set<SloKey>([
  "recovery_ms",
  "stream_gaps",
  "stream_duplicates",
  "stream_out_of_order",
]);

const everything: SloScope = { workload: null, method: null, provider: null, during: null };

export function measure(facts: RunFacts, key: SloKey, scope: SloScope = everything): Measure {
  return measures[key](facts, scope);
}

export function judgeSlo(facts: RunFacts, { key, scope, bound }: SloSpec): SloResult {
  const { value, samples, reason } = measure(facts, key, scope);
  const direction = minima.has(key) ? "min" : "max";
  const result = { key, scope, bound, direction, value, samples } as const;
  if (value === null) return { ...result, verdict: "inconclusive", reason: reason ?? "nothing was measured" };
  const holds = direction === "min" ? value >= bound : value <= bound;
  if (reason !== null && (holds || !lowerBounds.has(key))) {
    return { ...result, verdict: "inconclusive", reason };
  }
  return { ...result, verdict: holds ? "pass" : "fail", reason: null };
}
