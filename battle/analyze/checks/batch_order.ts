// A batch's answers come with its ids and in its order. The generator reads them by place: the item at a call's place must
// bear that call's id, or the call is broken, with a reason that says so.

import type { CheckResult } from "../../model/result.ts";
import { plansWorkload } from "../planned.ts";
import type { RunFacts } from "../run_facts.ts";
import { Examples, nameOf, nothingPlanned, resultOf } from "./finding.ts";

/** What the generator says of an item with another call's id, and of one that is not there. */
const misplaced =
  /^the answer has id |^HTTP \d+: the answer has id |^the batch's answer has \d+ of \d+ items/;

/** Unknown where batches were planned and none was answered. */
export function batchOrder(facts: RunFacts): CheckResult {
  const wrong = new Examples();
  let answered = 0;
  for (const call of facts.calls) {
    const { outcome, reason, workload: name } = call.record;
    const workload = facts.workloads.get(name);
    if (workload === undefined || !("batch" in workload) || workload.batch <= 1) continue;
    if (outcome === "result" || outcome === "error") answered++;
    else if (outcome === "broken" && misplaced.test(reason ?? "")) wrong.add(`${nameOf(call)}: ${reason}`);
  }
  if (answered === 0 && !plansWorkload(facts, (load) => "batch" in load && load.batch > 1)) {
    return nothingPlanned("batchOrder", "no batch was planned");
  }
  return resultOf("batchOrder", wrong, answered === 0 ? "no batch was answered" : null);
}
