// No secret in logs, headers or errors: the run plants some in URLs and headers and notes each line that holds one.

import type { CheckResult } from "../../model/result.ts";
import type { RunFacts } from "../run_facts.ts";
import { Examples, resultOf } from "./finding.ts";

/** Unknown for a foreign target: nobody planted anything, and its log is not ours to read. */
export function noSecrets(facts: RunFacts): CheckResult {
  const wrong = new Examples();
  for (const line of facts.record.leaks) wrong.add(line.length <= 200 ? line : `${line.slice(0, 197)}…`);
  return resultOf(
    "noSecrets",
    wrong,
    facts.isForeign ? "the log of a foreign target can't be read" : null,
  );
}
