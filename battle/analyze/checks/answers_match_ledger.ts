// Results equal the ledger's truth at the block asked. Failures are no falsehood: a missing answer is counted by the
// SLOs, a wrong one is found here.

import type { CheckResult } from "../../model/result.ts";
import type { RunFacts } from "../run_facts.ts";
import { Examples, nameOf, resultOf } from "./finding.ts";

/** Unknown where no answer could be held against a ledger. */
export function answersMatchLedger(facts: RunFacts): CheckResult {
  const wrong = new Examples();
  let told = 0;
  for (const call of facts.calls) {
    const judgement = facts.judgementOf(call);
    if (judgement === null || judgement.verdict === "unknown") continue;
    if (judgement.verdict !== "unexpected_error") told++;
    if (judgement.verdict !== "wrong") continue;
    const { result, code, reason, provider } = call.record;
    const got = call.record.outcome === "error" ? `error ${code} ${reason ?? ""}` : cut(result ?? "a result");
    wrong.add(`${nameOf(call)}: ${got} from ${provider ?? "unknown"}; ${judgement.why}`);
  }
  return resultOf(
    "answersMatchLedger",
    wrong,
    told === 0 ? "no answer could be held against a ledger: none of a simulated chain was recorded" : null,
  );
}

function cut(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 77)}…`;
}
