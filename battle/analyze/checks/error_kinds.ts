// Errors are of the right kind (docs/errors.md): a revert reaches the caller as it is, is asked of one provider only and
// opens no breaker; what Lasso says itself has the code of its reason; nobody gets a caller's error for a good call.

import type { CheckResult } from "../../model/result.ts";
import { breakerChanges } from "../breakers.ts";
import { breakerCounts, codeOfReason, isRevert, saysProviderFailed } from "../errors_expected.ts";
import { type Call, type RunFacts, spanOf } from "../run_facts.ts";
import { plansMethod } from "../planned.ts";
import { Examples, nameOf, nothingPlanned, resultOf } from "./finding.ts";

/** A breaker looks back so long: its window, and the feed's delay. */
const breakerWindowUs = 31_000_000;

/** Unknown where requests were planned, and none ended in an error, nor should have. */
export function errorsOfTheRightKind(facts: RunFacts): CheckResult {
  const wrong = new Examples();
  let seen = 0;
  for (const call of facts.calls) {
    const { record } = call;
    const isError = record.outcome === "error";
    const judgement = isError || record.attempts.some(({ outcome }) => outcome === "revert")
      ? facts.judgementOf(call)
      : null;
    if (isError || judgement !== null) seen++;
    const text = problemOf(call, judgement?.verdict === "unexpected_error", judgement?.why ?? "");
    if (text !== null) wrong.add(`${nameOf(call)}: ${text}`);
  }
  for (const text of needlessBreakers(facts)) wrong.add(text);
  if (seen === 0 && !plansMethod(facts, () => true)) {
    return nothingPlanned("errorsOfTheRightKind", "no request was planned");
  }
  return resultOf("errorsOfTheRightKind", wrong, seen === 0 ? "no request ended in an error" : null);
}

function problemOf(call: Call, isUnexpected: boolean, why: string): string | null {
  const { record } = call;
  const reverts = record.attempts.filter(({ outcome }) => outcome === "revert");
  if (reverts.length > 1 && new Set(reverts.map(({ provider }) => provider)).size > 1) {
    return `its revert was asked of ${reverts.length} providers: ${
      reverts.map(({ provider }) => provider).join(", ")
    }`;
  }
  if (record.outcome !== "error") return null;
  if (reverts.length > 0 && saysProviderFailed(record)) {
    return `a revert was told as a failure of providers: ${record.code} ${record.reason}`;
  }
  const due = record.reason === null ? null : codeOfReason(record.reason);
  if (due !== null && record.code !== due) {
    return `reason ${record.reason} came with code ${record.code} instead of ${due}`;
  }
  if (isUnexpected && (isRevert(record) || record.reason === "client")) {
    return `the caller was blamed (${record.code} ${record.reason ?? ""}) for a good call: ${why}`;
  }
  return null;
}

/** Openings of breakers of providers that had no fault, and at which nothing failed that counts. */
function needlessBreakers(facts: RunFacts): string[] {
  const opened = breakerChanges(facts.record.feed).filter(({ state }) => state === "open");
  return opened.filter(({ atUs, provider, chain }) => {
    const hasFault = facts.record.faults.some((fault) => {
      const { fromUs, toUs } = spanOf(fault);
      return fault.provider === provider && fromUs <= atUs && toUs + breakerWindowUs >= atUs;
    });
    if (hasFault) return false;
    // Failures of its probes are told nowhere: only a breaker that followed on reverts alone is certainly wrong.
    const recent = [...facts.warmup, ...facts.calls].filter((call) =>
      (chain === null || call.chain === chain) && call.record.doneUs <= atUs &&
      call.record.doneUs >= atUs - breakerWindowUs
    ).flatMap(({ record }) => record.attempts).filter((attempt) => attempt.provider === provider);
    return recent.some(({ outcome }) => outcome === "revert") &&
      !recent.some(({ outcome }) => breakerCounts.has(outcome));
  }).map(({ atUs, provider }) =>
    `the breaker of ${provider} opened at ${(atUs / 1e6).toFixed(3)} s, after reverts and no failure`
  );
}
