// Results equal the ledger's truth at the block asked. Failures are no falsehood: a missing answer is counted by the
// SLOs, a wrong one is found here.

import type { CheckResult } from "../../model/result.ts";
import { type Call, type RunFacts, spanOf } from "../run_facts.ts";
import { fromBehind } from "../from_behind.ts";
import { plansMethod } from "../planned.ts";
import { Examples, nameOf, nothingPlanned, resultOf } from "./finding.ts";

/** Unknown where requests were planned, and no answer could be held against a ledger. */
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
    const whence = `${provider ?? "unknown"}${
      isForked(facts, call) ? ", which stood on a branch of its own" : ""
    }`;
    wrong.add(`${nameOf(call)}: ${got} from ${whence}; ${judgement.why}`);
  }
  if (told === 0 && wrong.count === 0 && !plansMethod(facts, () => true)) {
    return nothingPlanned("answersMatchLedger", "no request was planned");
  }
  const result = resultOf(
    "answersMatchLedger",
    wrong,
    told === 0 ? "no answer could be held against a ledger: none of a simulated chain was recorded" : null,
  );
  return result.verdict === "pass" ? { ...result, details: fromBehind(facts) } : result;
}

/** Was the answer's provider forked off? A stream may follow it there; an answer is held to the chain. */
function isForked({ record: { faults } }: RunFacts, { chain, record: { provider, doneUs } }: Call): boolean {
  return faults.some((fault) => {
    if (fault.fault.kind !== "forked_head" || fault.provider !== provider || fault.chain !== chain) {
      return false;
    }
    const { fromUs, toUs } = spanOf(fault);
    return fromUs <= doneUs && doneUs <= toUs;
  });
}

function cut(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 77)}…`;
}
