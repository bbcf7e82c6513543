// From what a run recorded to what it means. Pure: it reads no clock, file or socket, and the same record gives the same
// result. Called by the runner when a scenario is over, or was interrupted.

import type { RunRecord } from "../model/record.ts";
import type { ScenarioResult, Verdict } from "../model/result.ts";
import type { Scenario, SloKey } from "../model/scenario.ts";
import { breakerTimeline } from "./breakers.ts";
import { runChecks } from "./checks/run_checks.ts";
import { compareRounds } from "./compare_rounds.ts";
import { faultResults } from "./fault_results.ts";
import { fromBehind } from "./from_behind.ts";
import { judgeGenerator } from "./judge_generator.ts";
import { loadShares } from "./load_shares.ts";
import type { AnalyzeOptions } from "./options.ts";
import { unexplainedOf, worstOf } from "./outliers.ts";
import { processesOf } from "./processes.ts";
import { RunFacts } from "./run_facts.ts";
import { judgeSlo, measure } from "./slo.ts";
import { streamTotals } from "./streams.ts";
import { timelineOf } from "./timeline.ts";
import { turned, worstVerdict } from "./verdict.ts";
import { workloadResults } from "./workload_results.ts";

/** LassoError only where the record of a simulated chain contradicts itself. */
export function analyze(record: RunRecord, scenario: Scenario, options: AnalyzeOptions = {}): ScenarioResult {
  const facts = new RunFacts(record, scenario, options);
  const slos = scenario.slos.map((spec) => judgeSlo(facts, spec));
  const checks = runChecks(facts, scenario.checks);
  const { rounds } = options;
  const comparison = scenario.compare === null || rounds === undefined
    ? null
    : compareRounds(scenario.compare, rounds.ours, rounds.baseline, scenario.seed);
  const doubts = [...judgeGenerator(facts)];
  if (record.calls.length === 0 && record.subscribers.length === 0) doubts.push("nothing was recorded");
  if (scenario.compare !== null && rounds === undefined) {
    doubts.push("the rounds of the comparison were not run");
  }
  const parts: Verdict[] = [...slos, ...checks, ...(comparison === null ? [] : [comparison])]
    .map(({ verdict }) => verdict);
  const whole = worstVerdict([...parts, ...(doubts.length > 0 ? ["inconclusive" as const] : [])]);
  const { verdict, reasons } = turned(whole, scenario.expectedToFail);
  // The checker of answers tells it itself.
  const behind = scenario.checks.some(({ name }) => name === "answersMatchLedger") ? [] : fromBehind(facts);
  return {
    schemaVersion: 1,
    scenario: record.scenario,
    verdict,
    reasons: [...reasons, ...doubts, ...behind, ...record.notes],
    seed: record.seed,
    planHash: record.planHash,
    startedAt: record.startedAt,
    version: record.version,
    config: record.config,
    durationMs: record.durationUs / 1_000,
    command: options.command ?? "",
    slos,
    checks,
    faults: faultResults(facts),
    workloads: workloadResults(facts),
    timeline: timelineOf(facts),
    breakers: breakerTimeline(record.feed),
    unexplained: unexplainedOf(facts),
    worst: worstOf(facts),
    streams: streamTotals(facts),
    load: loadShares(facts),
    comparison,
    processes: processesOf(facts),
    clockErrorUs: record.clockErrorUs,
  };
}

/** One round's value of a compared metric; null where it could not be measured for sure. */
export function metricOf(
  record: RunRecord,
  scenario: Scenario,
  key: SloKey,
  options: AnalyzeOptions = {},
): number | null {
  const { value, reason } = measure(new RunFacts(record, scenario, options), key);
  return reason === null ? value : null;
}
