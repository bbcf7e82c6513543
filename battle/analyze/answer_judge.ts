// What is said of one answer when it is held against the simulated chain. Two judges say it: by the chain's whole
// record (`truth_judge.ts`), or by the ledger of blocks and logs alone (`ledger_judge.ts`).

import type { CallRecord } from "../model/record.ts";

export interface Judgement {
  /**
   * `right`: the result, or the error, that the chain gives. `wrong`: another one. `unexpected_error`: an error where
   * the chain gives a result: a failure, not a falsehood. `behind`: right, but of a head that is further back than
   * allowed, by a provider that fell behind so shortly before that the router could not know. `unknown`: can't be told.
   */
  readonly verdict: "right" | "wrong" | "behind" | "unexpected_error" | "unknown";
  /** What was expected, for people; for `behind` the id of the fault. */
  readonly why: string;
}

export interface AnswerJudge {
  judge(call: CallRecord): Judgement;
}

export const unknown: Judgement = { verdict: "unknown", why: "" };

/** Do two JSON texts say the same, whatever the order of members and the spaces? False where one is no JSON. */
export function sameJson(a: string, b: string): boolean {
  try {
    return canonical(JSON.parse(a)) === canonical(JSON.parse(b));
  } catch {
    return false;
  }
}

function canonical(value: unknown): string {
  return JSON.stringify(
    value,
    (_, inner: unknown) =>
      typeof inner === "object" && inner !== null && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([x], [y]) => (x < y ? -1 : 1)))
        : inner,
  );
}
