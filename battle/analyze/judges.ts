// Makes a judge of answers for each simulated chain of a record, from the best that is known of it.

import type { RunRecord } from "../model/record.ts";
import type { Scenario } from "../model/scenario.ts";
import type { AnswerJudge } from "./answer_judge.ts";
import { detectionMs, lagExcuses } from "./lag_excuses.ts";
import { LedgerJudge } from "./ledger_judge.ts";
import type { AnalyzeOptions } from "./options.ts";
import { durationSetting, routerSetting } from "./router_setting.ts";
import { TruthJudge } from "./truth_judge.ts";

/** By chain. A chain of which nothing was recorded has none. */
export function judgesOf(
  record: RunRecord,
  scenario: Scenario,
  options: AnalyzeOptions,
): ReadonlyMap<string, AnswerJudge> {
  const judges = new Map<string, AnswerJudge>();
  for (const [chain, ledger] of record.ledgers) judges.set(chain, new LedgerJudge(ledger));
  const clockErrorUs = clockErrorOf(record);
  for (const [chain, truth] of record.truths ?? []) {
    if (truth.blocks.length === 0) continue;
    const lagBlocks = options.allowedLagBlocks ?? allowedLag(scenario, chain);
    const withinMs = options.detectionMs ?? detectionMs(scenario);
    const excuses = lagExcuses(record, chain, lagBlocks, withinMs);
    judges.set(chain, new TruthJudge(truth, { lagBlocks, clockErrorUs, excuses }));
  }
  return judges;
}

/** By how much the clocks of chains and clients may differ; the router's is not asked. */
export function clockErrorOf({ clockErrorUs }: RunRecord): number {
  return (clockErrorUs["world"] ?? 0) + (clockErrorUs["generator"] ?? 0);
}

/** `health.max_lag_blocks` or `max_lag` in blocks, the larger of the two. */
function allowedLag(scenario: Scenario, name: string): number {
  const chain = scenario.chains.find((spec) => spec.name === name);
  const blocks = Number(routerSetting(scenario, ["health", "max_lag_blocks"]) ?? 5);
  const lagMs = durationSetting(scenario, ["health", "max_lag"]) ?? 5_000;
  const blockTimeMs = chain?.blockTimeMs ?? 0;
  return Math.max(Number.isFinite(blocks) ? blocks : 5, blockTimeMs > 0 ? Math.ceil(lagMs / blockTimeMs) : 0);
}
