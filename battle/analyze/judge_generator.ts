// The generator is judged, too: one that started late, or had no processor time left, measured itself. What it says
// makes the verdict inconclusive, never green.

import type { Workload } from "../model/scenario.ts";
import { measuredSamples } from "./processes.ts";
import { ascending, quantile } from "./quantiles.ts";
import type { Call, RunFacts } from "./run_facts.ts";

/**
 * A start is late where it is beyond all of these: what a timer may be off by, and shares of what it could spoil, which
 * are the latency (lateness is in it already: done − planned) and the load itself (the time between two starts).
 */
const mostLateMs = 5;
const mostLateShare = 0.1;
/** However rare the starts are. */
const mostLateOfGapMs = 25;
/** The first code that a process runs is slow: right after it begins, this much is no sign. */
const coldMs = 50;
/** So many may be late: what the p99 leaves out. */
const lateOnes = 0.01;
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
  const [first] = calls;
  if (first === undefined) return [];
  const p99 = (of: (call: Call) => number): number => quantile(ascending(calls.map(of)), 0.99);
  const spanMs = (calls.at(-1)!.record.plannedUs - first.record.plannedUs) / 1_000;
  const gapMs = spanMs / Math.max(1, calls.length - 1);
  const latencyMs = p99((call) => call.latencyMs);
  const boundMs = Math.max(
    mostLateMs,
    mostLateShare * latencyMs,
    Math.min(mostLateOfGapMs, mostLateShare * gapMs),
  );
  const coldUs = coldMs * 1_000 - facts.record.warmupUs;
  const late =
    calls.filter(({ record, latenessMs }) =>
      latenessMs > boundMs && (latenessMs > coldMs || record.plannedUs >= coldUs)
    ).length;
  if (late <= mostOf(calls.length)) return [];
  return [
    `the generator was late: ${late} of ${calls.length} starts of ${workload.name} by more than ${
      boundMs.toFixed(1)
    } ms, p99 ${p99(({ latenessMs }) => latenessMs).toFixed(1)} ms`,
  ];
}

/**
 * How many of `count` may be late: a hundredth, and what chance adds to that in a small sample (three standard deviations
 * and one), but never more than half of them.
 */
function mostOf(count: number): number {
  const usual = lateOnes * count;
  return Math.min(usual + 3 * Math.sqrt(usual) + 1, count / 2);
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
