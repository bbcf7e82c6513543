// The verdict of a run beyond what the analyzer says: an interrupted run has shown nothing for the rest of its time, and
// a router that ended by itself has failed, whatever the numbers say. Why is among the run's notes already.

import type { ScenarioResult } from "../model/result.ts";
import type { RunOutcome } from "./run_scenario.ts";

export function judged(
  result: ScenarioResult,
  { crash, wasInterrupted }: Pick<RunOutcome, "crash" | "wasInterrupted">,
): ScenarioResult {
  if (crash !== null) return { ...result, verdict: "fail" };
  return wasInterrupted && result.verdict === "pass" ? { ...result, verdict: "inconclusive" } : result;
}
