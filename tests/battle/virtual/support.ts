// A virtual run from a test, judged: what `lasso battle --virtual` does, with the built-in strategies.

import { analyze } from "../../../battle/analyze/analyze.ts";
import { collectScenarios } from "../../../battle/dsl/load_scenarios.ts";
import type { ScenarioFunction } from "../../../battle/dsl/battle_types.ts";
import type { RunRecord } from "../../../battle/model/record.ts";
import type { ScenarioResult } from "../../../battle/model/result.ts";
import { makePlan } from "../../../battle/plan/make_plan.ts";
import { runVirtual } from "../../../battle/virtual/run_virtual.ts";
import { virtualDeps } from "../../../cli/virtual_run.ts";
import type { Wiring } from "../../../cli/wiring.ts";
import { systemClock } from "../../../core/clock.ts";
import { systemRandom } from "../../../core/random.ts";
import { builtinStrategies } from "../../../strategies/mod.ts";
import { builtinTransports } from "../../../transports/mod.ts";

export const wiring: Wiring = {
  version: "0.0.0",
  clock: systemClock,
  random: systemRandom,
  strategies: builtinStrategies,
  transports: builtinTransports,
  logSink: { write: (bytes) => bytes.length },
  build: {},
  memory: () => ({}),
  onSignal: () => () => {},
  exit: (code) => {
    throw new Error(`exit ${code}`);
  },
};

const deps = virtualDeps(wiring);

export interface VirtualRan {
  readonly record: RunRecord;
  readonly result: ScenarioResult;
}

/** `changes`: to the router's config, for instance with a protection switched off. */
export async function virtually(
  scenario: ScenarioFunction,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<VirtualRan> {
  const [only] = collectScenarios(scenario, "test");
  const record = await runVirtual({ scenario: only!, plan: makePlan(only!), changes }, deps);
  return { record, result: analyze(record, only!) };
}
