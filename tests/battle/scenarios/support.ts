// The shipped scenarios as data, and a run of one on virtual time, judged as `lasso battle --virtual` does.

import { collectScenarios } from "../../../battle/dsl/load_scenarios.ts";
import type { ScenarioResult } from "../../../battle/model/result.ts";
import type { Scenario } from "../../../battle/model/scenario.ts";
import { makePlan } from "../../../battle/plan/make_plan.ts";
import { merged } from "../../../battle/run/router_config.ts";
import { runRounds } from "../../../battle/run/run_rounds.ts";
import { shipped } from "../../../battle/scenarios/mod.ts";
import { virtualRun } from "../../../cli/virtual_run.ts";
import { silentProgress } from "../support/silent_progress.ts";
import { testWiring } from "../../support/test_wiring.ts";

export function shippedScenario(name: string): Scenario {
  const [scenario] = collectScenarios(shipped[name]?.default, name);
  return scenario!;
}

/** The same scenario before a router with these changes to its config. */
export function withConfig(scenario: Scenario, changes: Readonly<Record<string, unknown>>): Scenario {
  const config = scenario.target.kind === "own" ? scenario.target.config : {};
  return { ...scenario, target: { kind: "own", config: merged(config, changes) } };
}

const run = virtualRun(testWiring);

/** `limitMs`: no more than so much of it. */
export async function runVirtually(
  scenario: Scenario,
  limitMs = scenario.durationMs,
): Promise<ScenarioResult> {
  const { result } = await runRounds({
    scenario,
    plan: makePlan(scenario, { durationLimitMs: limitMs }),
    scenarioFile: null,
    command: "",
    signal: new AbortController().signal,
  }, { run, progress: silentProgress });
  return result!;
}

/** What failed, for the message of an assertion. */
export function failures({ slos, checks, comparison, reasons }: ScenarioResult): readonly string[] {
  return [
    ...slos.filter(({ verdict }) => verdict === "fail").map(({ key, value, bound }) =>
      `${key} ${value} (${bound})`
    ),
    ...checks.filter(({ verdict }) => verdict === "fail").map(({ name, details }) =>
      `${name}: ${details[0]}`
    ),
    ...(comparison?.verdict === "fail" ? [comparison.text] : []),
    ...reasons.filter((reason) => reason.startsWith("the router ended")),
  ];
}
