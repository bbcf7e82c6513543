// One row for each stretch of time in which a fault was in force: how the router turned away and came back, who took
// the load, how many requests paid for it.

import type { FaultRecord } from "../model/record.ts";
import type { FaultResult } from "../model/result.ts";
import { detection, recovery, shift } from "./fault_effects.ts";
import { failoversOf } from "./failovers.ts";
import { ascending, quantile } from "./quantiles.ts";
import { type Call, type RunFacts, spanOf } from "./run_facts.ts";

export function faultResults(facts: RunFacts): readonly FaultResult[] {
  return facts.record.faults.map((fault) => faultResult(facts, fault));
}

function faultResult(facts: RunFacts, fault: FaultRecord): FaultResult {
  const { fromUs, toUs } = spanOf(fault);
  const inside = facts.calls.filter(({ chain, record }) =>
    (fault.chain === null || chain === fault.chain) && record.plannedUs >= fromUs && record.plannedUs < toUs
  );
  const detected = detection(facts, fault);
  const shifted = shift(facts, fault);
  const recovered = recovery(facts, fault);
  const failovers = ascending(failoversOf(facts, facts.calls, [fault]));
  const n = failovers.length;
  return {
    fault,
    detectionMs: "value" in detected && !detected.value.never ? detected.value.ms : null,
    shiftMs: "value" in shifted ? shifted.value.ms : null,
    recoveryMs: "value" in recovered && !recovered.value.atLeast ? recovered.value.ms : null,
    failover: n === 0
      ? null
      : { n, p50Ms: quantile(failovers, 0.5), p99Ms: quantile(failovers, 0.99), maxMs: failovers[n - 1]! },
    blast: inside.length === 0 ? 0 : inside.filter(({ good }) => !good).length / inside.length,
    tookOver: tookOver(inside),
  };
}

/** Provider → its share of the good answers; what the router answered by itself is nobody's. */
function tookOver(inside: readonly Call[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  let answers = 0;
  for (const { good, record: { provider } } of inside) {
    if (!good || provider === null) continue;
    answers++;
    counts.set(provider, (counts.get(provider) ?? 0) + 1);
  }
  return Object.fromEntries(
    [...counts].sort((a, b) => b[1] - a[1]).map(([provider, count]) => [provider, count / answers]),
  );
}
