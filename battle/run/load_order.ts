// What the generator is told to do for a plan.

import type { Plan } from "../model/plan.ts";
import type { Scenario } from "../model/scenario.ts";
import type { LoadOrder } from "../workload/load_generator.ts";

/** Longer results are kept as a hash. */
const MAX_TEXT_CHARS = 2_048;

export function loadOrder(scenario: Scenario, plan: Plan, url: string): LoadOrder {
  const { workloads, durationUs, warmupUs } = plan;
  return {
    url,
    workloads,
    durationUs,
    warmupUs,
    // Without somebody who judges them, answers are not kept: that would only cost time.
    wanted: { methods: isJudged(scenario) ? "all" : [], maxTextChars: MAX_TEXT_CHARS },
    meta: true,
    keep: "all",
  };
}

function isJudged({ checks, slos }: Scenario): boolean {
  return checks.length > 0 || slos.some(({ key }) => key === "wrong_results");
}
