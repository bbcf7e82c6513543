// A virtual run from a test, judged: what `lasso battle --virtual` does, with the built-in strategies.

import { analyze } from "../../../battle/analyze/analyze.ts";
import { collectScenarios } from "../../../battle/dsl/load_scenarios.ts";
import type { ScenarioFunction } from "../../../battle/dsl/battle_types.ts";
import type { RunRecord } from "../../../battle/model/record.ts";
import type { ScenarioResult } from "../../../battle/model/result.ts";
import { makePlan } from "../../../battle/plan/make_plan.ts";
import { runVirtual } from "../../../battle/virtual/run_virtual.ts";
import { virtualDeps } from "../../../cli/virtual_run.ts";
import { testWiring } from "../../support/test_wiring.ts";

const deps = virtualDeps(testWiring);

export interface VirtualRan {
  readonly record: RunRecord;
  readonly result: ScenarioResult;
}

/** `changes`: to the router's config, for instance with a protection switched off. */
export async function virtually(
  scenario: ScenarioFunction,
  changes: Readonly<Record<string, unknown>> = {},
  signal: AbortSignal = new AbortController().signal,
): Promise<VirtualRan> {
  const [only] = collectScenarios(scenario, "test");
  const record = await runVirtual({ scenario: only!, plan: makePlan(only!), changes, signal }, deps);
  return { record, result: analyze(record, only!) };
}
