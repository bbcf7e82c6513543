// The keys that are measured on faults: times of the router's reaction, the worst of all faults in the scope. Each
// function's docstring is its definition; the times themselves are taken in fault_effects.ts and failovers.ts.

import type { FaultRecord } from "../model/record.ts";
import type { SloScope } from "../model/scenario.ts";
import { breakerOpening, detection, type Effect, recovery, shift, type Told } from "./fault_effects.ts";
import { failoversOf } from "./failovers.ts";
import { type Measure, measured, none, unsure } from "./measure.ts";
import { ascending, quantile } from "./quantiles.ts";
import type { Call, RunFacts } from "./run_facts.ts";

/** From so many failovers on their p99 is judged, below it their maximum. */
const failoversForP99 = 1_000;

/**
 * For each request whose attempt at a faulted provider failed, from that failure to the good answer of another; without
 * a good answer the whole time that the request was allowed. p99 from 1,000 such requests on, the maximum below that;
 * one is enough.
 */
export function failover(facts: RunFacts, scope: SloScope): Measure {
  // Which faults, the scope says; when a request was planned does not matter, but that its attempt met the fault.
  const calls = facts.select({ ...scope, during: null });
  const samples = failoversOf(facts, calls, facts.faults(scope));
  if (samples.length === 0) return none("no attempt at a faulted provider failed");
  const sorted = ascending(samples);
  const value = quantile(sorted, sorted.length >= failoversForP99 ? 0.99 : 1);
  return measured(value, sorted.length);
}

/** Fault to first deselection of its provider, the longest; never counts with the fault's whole length. */
export function detectionTime(facts: RunFacts, scope: SloScope): Measure {
  const calls = within(facts, scope);
  return worst(facts.faults(scope), (fault) => detection(facts, fault, calls));
}

/** Fault to the last request in it that was sent to its provider first, the longest. */
export function shiftTime(facts: RunFacts, scope: SloScope): Measure {
  const calls = within(facts, scope);
  return worst(facts.faults(scope), (fault) => shift(facts, fault, calls));
}

/**
 * End of a fault to the first 5 s with p99 of latency within 1.2 × the baseline, the longest. Where the time after a
 * fault was too short to see the end of it, the key is inconclusive, unless what was seen exceeds the bound.
 */
export function recoveryTime(facts: RunFacts, scope: SloScope): Measure {
  const calls = within(facts, scope);
  return worst(facts.faults(scope), (fault) => recovery(facts, fault, calls));
}

/**
 * Fault to the first opening of a breaker of its provider, by the router's feed, the longest. Of faults in which attempts
 * failed and no breaker opened it is the whole length; faults in which nothing failed that counts for one are no sample.
 */
export function breakerTime(facts: RunFacts, scope: SloScope): Measure {
  if (facts.isForeign) return none("a foreign target's event feed is not heard");
  if (scope.method !== null) return none("a breaker knows no methods");
  if (facts.record.feed.length === 0) return none("nothing was heard of the router's event feed");
  return worst(facts.faults(scope), (fault) => breakerOpening(facts, fault));
}

/** The scope's requests, at all times: what a fault did shows outside of it too. */
function within(facts: RunFacts, { workload, method }: SloScope): readonly Call[] {
  return workload === null && method === null
    ? facts.calls
    : facts.select({ workload, method, provider: null, during: null });
}

function worst(faults: readonly FaultRecord[], effectOf: (fault: FaultRecord) => Told<Effect>): Measure {
  if (faults.length === 0) return none("no fault was in force in this scope");
  let most: Effect | null = null;
  let open = 0;
  let samples = 0;
  let why = "";
  for (const fault of faults) {
    const told = effectOf(fault);
    if ("reason" in told) {
      why ||= told.reason;
      continue;
    }
    samples++;
    if (told.value.atLeast) open++;
    if (most === null || told.value.ms > most.ms) most = told.value;
  }
  if (most === null) return none(why);
  return open === 0
    ? measured(most.ms, samples)
    : unsure(most.ms, samples, `${open} of ${samples} had not come to an end: it is at least this long`);
}
