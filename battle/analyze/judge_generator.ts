// The generator is judged, too: one that started late, or had no processor time left, measured itself. What it says
// makes the verdict inconclusive, never green.

import type { Workload } from "../model/scenario.ts";
import { measuredSamples } from "./processes.ts";
import { ascending, quantile } from "./quantiles.ts";
import type { Call, RunFacts } from "./run_facts.ts";

/** Lateness is in the latency already (done − planned); it spoils a verdict where it is above both of these. */
const mostLateMs = 5;
const mostLateShare = 0.1;
const mostCpu = 0.85;
/** Of its samples so many may be above, before the busy generator is no passing matter. */
const busyShare = 0.1;

/** Sentences; empty: it kept up. */
export function judgeGenerator(facts: RunFacts): readonly string[] {
  return [...facts.scenario.workloads.flatMap((workload) => lateness(facts, workload)), ...cpu(facts)];
}

/** Open models only: in the closed one there is no time to be late for. */
function lateness(facts: RunFacts, workload: Workload): string[] {
  if (workload.kind === "subscribers") return [];
  if ("arrival" in workload && workload.arrival.kind === "closed") return [];
  const calls = facts.calls.filter(({ record }) => record.workload === workload.name);
  if (calls.length === 0) return [];
  const p99 = (of: (call: Call) => number): number => quantile(ascending(calls.map(of)), 0.99);
  const lateMs = p99(({ latenessMs }) => latenessMs);
  const latencyMs = p99((call) => call.latencyMs);
  if (lateMs <= Math.max(mostLateMs, mostLateShare * latencyMs)) return [];
  return [
    `the generator was late: p99 of ${workload.name} started ${
      lateMs.toFixed(1)
    } ms after its time, more than ` +
    `${mostLateMs} ms and more than a tenth of its p99 latency of ${latencyMs.toFixed(1)} ms`,
  ];
}

function cpu(facts: RunFacts): string[] {
  const samples = measuredSamples(facts, "generator");
  if (samples.length === 0) return [];
  const mean = samples.reduce((sum, sample) => sum + sample.cpu, 0) / samples.length;
  const busy = samples.filter((sample) => sample.cpu > mostCpu).length;
  if (mean <= mostCpu && (busy < 2 || busy <= busyShare * samples.length)) return [];
  const percent = (share: number): string => `${Math.round(100 * share)} %`;
  return [
    `the generator was busy: ${percent(mean)} of a core on average, above ${
      percent(mostCpu)
    } in ${busy} of ` +
    `${samples.length} samples`,
  ];
}
