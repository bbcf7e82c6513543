// Does a scenario plan anything of a kind? A checker for which nothing was planned has nothing to find and says so; one
// that was to see something and did not knows nothing. Recorded traffic and functions of one's own may hold anything.

import type { Workload } from "../model/scenario.ts";
import type { RunFacts } from "./run_facts.ts";

/** May some planned call be of such a method? */
export function plansMethod({ scenario }: RunFacts, isWanted: (method: string) => boolean): boolean {
  return scenario.workloads.some((workload) => {
    if (workload.kind === "subscribers") return false;
    if (workload.kind === "replay" || workload.kind === "custom") return true;
    return Object.entries(workload.mix).some(([method, weight]) => weight > 0 && isWanted(method));
  });
}

/** Is some workload of this kind? */
export function plansWorkload({ scenario }: RunFacts, isWanted: (workload: Workload) => boolean): boolean {
  return scenario.workloads.some(isWanted);
}
