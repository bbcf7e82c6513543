// A scenario as a whole: one run, or, where it compares, paired rounds A B B A of our side and the baseline. Gives what
// the analyzer makes of it; of several rounds of our side the worst speaks.

import { LassoError } from "../../core/errors.ts";
import { analyze, metricOf } from "../analyze/analyze.ts";
import { roundOrder } from "../analyze/compare_rounds.ts";
import type { AnalyzeOptions } from "../analyze/options.ts";
import type { ScenarioResult, Verdict } from "../model/result.ts";
import type { Comparison, Scenario } from "../model/scenario.ts";
import { judged } from "./judged.ts";
import type { Progress } from "./progress.ts";
import type { RunOptions, RunOutcome } from "./run_scenario.ts";

/** Runs a scenario once; null: ended before there was anything to see. */
export type RunOnce = (options: RunOptions) => Promise<RunOutcome | null>;

export interface RoundsDeps {
  readonly run: RunOnce;
  readonly progress: Progress;
}

export interface RoundsOptions extends Omit<RunOptions, "changes"> {
  /** The command that repeats it. */
  readonly command: string;
}

export interface RoundsOutcome {
  /** null: ended before there was anything to see. */
  readonly result: ScenarioResult | null;
  readonly wasInterrupted: boolean;
}

/** Pairs of rounds of a comparison: fewer leave an interval that tells nothing. */
const PAIRS = 4;

/** How often a scenario is run for one verdict. */
export function roundsOf({ compare }: Pick<Scenario, "compare">): number {
  return compare === null ? 1 : roundOrder(PAIRS).length;
}

export async function runRounds(options: RoundsOptions, deps: RoundsDeps): Promise<RoundsOutcome> {
  const { scenario, command } = options;
  if (scenario.compare !== null) return await compared(options, scenario.compare, deps);
  deps.progress.begin(scenario.name, "");
  const outcome = await deps.run({ ...options, changes: {} });
  if (outcome === null) return { result: null, wasInterrupted: true };
  const result = judged(analyze(outcome.record, scenario, { command }), outcome);
  return { result, wasInterrupted: outcome.wasInterrupted };
}

async function compared(
  options: RoundsOptions,
  { baseline, metric }: Comparison,
  deps: RoundsDeps,
): Promise<RoundsOutcome> {
  const { scenario, command } = options;
  if (scenario.target.kind !== "own") {
    throw new LassoError("usage", "a comparison needs a router that the run starts", {
      place: `scenario "${scenario.name}"`,
      hint: "leave out .target(url), or .compare(…)",
    });
  }
  const order = roundOrder(PAIRS);
  const values = { ours: [] as (number | null)[], baseline: [] as (number | null)[] };
  const ours: RunOutcome[] = [];
  let wasInterrupted = false;
  for (const [index, side] of order.entries()) {
    const name = side === "ours" ? "A" : "B, the baseline";
    deps.progress.begin(scenario.name, `round ${index + 1} of ${order.length}: ${name}`);
    const outcome = await deps.run({ ...options, changes: side === "ours" ? {} : baseline });
    if (outcome === null || outcome.wasInterrupted) wasInterrupted = true;
    if (outcome === null) break;
    if (side === "ours") ours.push(outcome);
    if (wasInterrupted) break;
    if (outcome.crash !== null && side === "baseline") {
      throw new LassoError("internal", `the router of the baseline ended by itself: ${outcome.crash}`);
    }
    values[side].push(metricOf(outcome.record, scenario, metric));
  }
  const settings: AnalyzeOptions = wasInterrupted ? { command } : { command, rounds: values };
  const results = ours.map((outcome) => judged(analyze(outcome.record, scenario, settings), outcome));
  return { result: worstOf(results), wasInterrupted };
}

const rank: Readonly<Record<Verdict, number>> = { fail: 0, inconclusive: 1, pass: 2 };

function worstOf(results: readonly ScenarioResult[]): ScenarioResult | null {
  return results.toSorted((a, b) => rank[a.verdict] - rank[b.verdict])[0] ?? null;
}
