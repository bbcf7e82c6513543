// A batch's answers come with its ids and in its order. The generator notes at which place of the answer each call's own
// stood; n calls in a row of a workload with batches of n are one batch.

import type { CheckResult } from "../../model/result.ts";
import type { RunFacts } from "../run_facts.ts";
import { Examples, nameOf, resultOf } from "./finding.ts";

/** Unknown where no batch was answered, or where the places were not noted. */
export function batchOrder(facts: RunFacts): CheckResult {
  const wrong = new Examples();
  let noted = 0;
  let answered = 0;
  for (const call of facts.calls) {
    const { record } = call;
    const workload = facts.workloads.get(record.workload);
    const size = workload !== undefined && "batch" in workload ? workload.batch : 1;
    if (size <= 1) continue;
    if (record.outcome === "result" || record.outcome === "error") answered++;
    if (record.answerPosition === undefined) continue;
    noted++;
    const asked = record.index % size;
    if (record.answerPosition !== asked) {
      wrong.add(
        `${nameOf(call)}: asked at place ${asked} of its batch, answered at ${record.answerPosition}`,
      );
    }
  }
  const none = answered === 0 && noted === 0
    ? "no batch was answered"
    : noted === 0
    ? "the places of answers in their batches were not noted"
    : null;
  return resultOf("batchOrder", wrong, none);
}
