// What went wrong in the attempts of one call, and what the caller is told when nothing else is left: the failure
// that says most (errors.md, "precedence"), as the upstream's own error where it belongs to the caller, else as one
// of Lasso's with the attempts.

import type { Category } from "../rpc/category.ts";
import { combine } from "../rpc/classify.ts";
import { type Refusal, refuse } from "../rpc/refusal.ts";
import type { Attempt } from "./attempt.ts";
import type { Outcome } from "./outcome.ts";

export interface Failure {
  readonly category: Category;
  /** The upstream's error object (wire text); null when it sent none. */
  readonly error: string | null;
  readonly code: number;
  readonly message: string;
  readonly retryAfterMs: number | null;
  /** `null` or `[]` that was judged to be missing data. */
  readonly result: string | null;
}

/** A failure without an error object of the upstream. */
export function bareFailure(
  category: Category,
  message: string,
  more: Partial<Pick<Failure, "result" | "retryAfterMs">> = {},
): Failure {
  return { category, error: null, code: 0, message, retryAfterMs: null, result: null, ...more };
}

/** Categories whose error is the caller's to see as the upstream wrote it. */
const passedOn: ReadonlySet<Category> = new Set<Category>([
  "client",
  "revert",
  "tx_known",
  "tx_rejected",
  "range",
  "missing_data",
  "unsupported",
  "unknown",
]);

/** The failures of one call, in the order in which they came. */
export class Failures {
  #list: Failure[] | null = null;
  /** By index of `#list`: the attempt that gave it; null where none did. */
  readonly #givers: (Attempt | null)[] = [];

  get none(): boolean {
    return this.#list === null;
  }

  add(failure: Failure, giver: Attempt | null): void {
    (this.#list ??= []).push(failure);
    this.#givers.push(giver);
  }

  /** What the client gets; `giver` gave it, null where it is Lasso's own. */
  outcome(
    attempts: readonly AttemptSummary[],
    outOfTime: boolean,
  ): { outcome: Outcome; giver: Attempt | null } {
    const list = this.#list ?? [];
    const outcome = outcomeOf(list, attempts, outOfTime);
    const giver = outcome.kind === "refusal" ? null : this.#givers[list.indexOf(worst(list))] ?? null;
    return { outcome, giver };
  }
}

export interface AttemptSummary {
  readonly provider: string;
  readonly transport: string;
  readonly ms: number;
  readonly outcome: string;
}

/** The failure that says most to the caller. `failures` must not be empty. */
function worst(failures: readonly Failure[]): Failure {
  // A node has the transaction, though its hash can't be told: that says more than any failure.
  return failures.find(({ category }) => category === "tx_known") ?? combine(failures) as Failure;
}

/** The client's answer when no channel gave one. */
function outcomeOf(
  failures: readonly Failure[],
  attempts: readonly AttemptSummary[],
  outOfTime: boolean,
): Outcome {
  const shown = failures.length > 0 ? worst(failures) : null;
  if (shown !== null && shown.result !== null) return { kind: "result", result: shown.result };
  if (shown !== null && shown.error !== null && passedOn.has(shown.category)) {
    return { kind: "error", error: shown.error, category: shown.category, code: shown.code };
  }
  return { kind: "refusal", refusal: refusalOf(shown, failures, attempts, outOfTime) };
}

function refusalOf(
  shown: Failure | null,
  failures: readonly Failure[],
  attempts: readonly AttemptSummary[],
  outOfTime: boolean,
): Refusal {
  const data = { attempts };
  if (shown === null) {
    return outOfTime
      ? refuse("timeout", "No provider answered in time.", { data })
      : refuse("server", "No provider can serve this call.", { data });
  }
  if (isLimit(shown)) {
    // The soonest of them: from then on a call has a chance again.
    const waits = failures.filter(isLimit).map((failure) => failure.retryAfterMs ?? 1000);
    const message = shown.category === "quota"
      ? "The quota of every provider is used up."
      : "Every provider is rate limited.";
    return refuse(shown.category, message, {
      data,
      retryAfterMs: Math.min(...waits),
    });
  }
  const tries = attempts.length === 1 ? "1 attempt" : `${attempts.length} attempts`;
  const message = `${
    outOfTime ? "No provider answered in time" : "Every provider failed"
  } (${tries}): ${shown.message}`;
  // Out of time is 504 whatever the failures before it were, and nothing else is, not even an upstream's own timeout.
  return refuse(shown.category, message, { data, status: outOfTime ? 504 : 503 });
}

function isLimit({ category }: Failure): boolean {
  return category === "rate_limited" || category === "quota";
}
