// No event is lost or doubled: what subscribers got is what the ledger's canonical chain had, once each. A gap that the
// client was told of is no loss; the SLO stream_gaps counts it all the same.

import type { CheckResult } from "../../model/result.ts";
import { plansWorkload } from "../planned.ts";
import type { RunFacts } from "../run_facts.ts";
import { streamFindings } from "../streams.ts";
import { Examples, nothingPlanned, resultOf } from "./finding.ts";

/** Where subscribers were planned: unknown without a subscriber that could be compared, or an event. Order alone is not looked at. */
export function noEventLostOrDoubled(facts: RunFacts): CheckResult {
  if (!plansWorkload(facts, ({ kind }) => kind === "subscribers") && facts.record.subscribers.length === 0) {
    return nothingPlanned("noEventLostOrDoubled", "no subscription was planned");
  }
  const { findings, compared, events, untold } = streamFindings(facts);
  const wrong = new Examples();
  for (const { workload, index, kind, text, isAnnounced } of findings) {
    if (kind !== "out_of_order" && !isAnnounced) wrong.add(`${workload} ${index}: ${text}`);
  }
  const none = untold[0] ??
    (compared.length === 0
      ? "no subscriber was recorded"
      : events === 0
      ? "no subscriber got an event"
      : null);
  return resultOf("noEventLostOrDoubled", wrong, none);
}
