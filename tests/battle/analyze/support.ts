// What the analyzer's tests share.

import { RunFacts } from "../../../battle/analyze/run_facts.ts";
import type { AnalyzeOptions } from "../../../battle/analyze/options.ts";
import { judgeSlo } from "../../../battle/analyze/slo.ts";
import type { RunRecord } from "../../../battle/model/record.ts";
import type { SloResult } from "../../../battle/model/result.ts";
import type { Scenario, SloKey, SloScope } from "../../../battle/model/scenario.ts";
import { runRecord, scenarioOf, scopeOf } from "../support/run_records.ts";

export function factsOf(
  record: Partial<RunRecord>,
  scenario: Partial<Scenario> = {},
  options: AnalyzeOptions = {},
): RunFacts {
  return new RunFacts(runRecord(record), scenarioOf(scenario), options);
}

/** One key's judgement; bound 0 unless given. */
export function slo(
  facts: RunFacts,
  key: SloKey,
  scope: Partial<SloScope> = {},
  bound = 0,
): SloResult {
  return judgeSlo(facts, { key, scope: scopeOf(scope), bound });
}

export const foreign: Partial<Scenario> = { target: { kind: "url", url: "http://127.0.0.1:1" } };
