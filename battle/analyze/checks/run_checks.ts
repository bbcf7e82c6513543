// The checkers by their names. Each answers true, false or unknown, with up to ten examples or the reason.

import type { CheckResult } from "../../model/result.ts";
import type { CheckName, CheckSpec } from "../../model/scenario.ts";
import type { RunFacts } from "../run_facts.ts";
import { answersMatchLedger } from "./answers_match_ledger.ts";
import { batchOrder } from "./batch_order.ts";
import { errorsOfTheRightKind } from "./error_kinds.ts";
import { noEventLostOrDoubled } from "./events_whole.ts";
import { headsMonotonic } from "./heads_monotonic.ts";
import { noSecrets } from "./no_secrets.ts";
import { writesAsAllowed } from "./writes_as_allowed.ts";

const checkers: Readonly<Record<CheckName, (facts: RunFacts) => CheckResult>> = {
  headsMonotonic,
  noEventLostOrDoubled,
  answersMatchLedger,
  writesAsAllowed,
  batchOrder,
  errorsOfTheRightKind,
  noSecrets,
};

export function runChecks(facts: RunFacts, checks: readonly CheckSpec[]): readonly CheckResult[] {
  return checks.map(({ name }) => checkers[name](facts));
}
