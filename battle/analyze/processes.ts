// What each process of the run used, in the measured time.

import type { ScenarioResult } from "../model/result.ts";
import type { ProcessSample } from "../model/record.ts";
import type { RunFacts } from "./run_facts.ts";

export function measuredSamples(
  facts: RunFacts,
  process: ProcessSample["process"],
): readonly ProcessSample[] {
  return facts.record.samples.filter((sample) =>
    sample.process === process && sample.atUs >= 0 && sample.atUs <= facts.record.durationUs
  );
}

export function processesOf(facts: RunFacts): ScenarioResult["processes"] {
  const names = new Set(facts.record.samples.map(({ process }) => process));
  const rows: Record<string, ScenarioResult["processes"][string]> = {};
  for (const name of names) {
    const samples = measuredSamples(facts, name);
    if (samples.length === 0) continue;
    rows[name] = {
      maxResidentMb: Math.max(...samples.map(({ residentMb }) => residentMb)),
      maxCpu: Math.max(...samples.map(({ cpu }) => cpu)),
      maxLoopLagMs: longest(samples),
      meanCpu: samples.reduce((sum, { cpu }) => sum + cpu, 0) / samples.length,
    };
  }
  return rows;
}

function longest(samples: readonly ProcessSample[]): number | null {
  const told = samples.flatMap(({ loopLagMs }) => loopLagMs === null ? [] : [loopLagMs]);
  return told.length === 0 ? null : Math.max(...told);
}
