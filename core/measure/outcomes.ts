// What an attempt's outcome says about the channel, for measurement only: the verdicts that steer a request are
// made by the classifier. A table, so that each category was thought about once. Used by ChainMeasure.

import type { Reason } from "../rpc/category.ts";
import type { AttemptOutcome } from "./recorder.ts";

export interface OutcomeMeaning {
  /**
   * `answered`: a result, or an error that belongs to the caller. `failed`: this channel did not serve the call.
   * `neutral`: says nothing about it (the caller left, nobody knows whose fault it was, or it
   * is a limit that was learnt and says nothing about other calls).
   */
  readonly evidence: "answered" | "failed" | "neutral";
  /** Whether the provider is likely to have charged the call against its quota. */
  readonly charged: boolean;
}

const answered: OutcomeMeaning = { evidence: "answered", charged: true };
const neutral: OutcomeMeaning = { evidence: "neutral", charged: true };
const failedCharged: OutcomeMeaning = { evidence: "failed", charged: true };
const failedFree: OutcomeMeaning = { evidence: "failed", charged: false };

/** One row per outcome. Refusals at the door and calls that never arrived are not charged. */
export const outcomeMeanings: Readonly<Record<AttemptOutcome, OutcomeMeaning>> = {
  ok: answered,
  client: answered,
  revert: answered,
  tx_known: answered,
  tx_rejected: answered,
  range: neutral,
  rate_limited: failedFree,
  quota: failedFree,
  auth: failedFree,
  wrong_chain: failedCharged,
  missing_data: neutral,
  unsupported: neutral,
  syncing: failedCharged,
  server: failedCharged,
  timeout: failedCharged,
  transport: failedFree,
  malformed: failedCharged,
  integrity: failedCharged,
  unknown: neutral,
  cancelled: neutral,
  overloaded: { evidence: "neutral", charged: false },
};

/** Neutral about the channel, and yet it did not serve the call. */
const notServed: ReadonlySet<string> = new Set(["range", "missing_data", "unsupported"]);

/** Whether an attempt counts as failed in figures (docs/metrics.md): the channel did not serve the call. */
export function attemptFailed(outcome: AttemptOutcome): boolean {
  return outcomeMeanings[outcome].evidence === "failed" || notServed.has(outcome);
}

/** Calls that ended well, ended by the client's own doing, or were refused for its own fault. */
const notOurs: ReadonlySet<string> = new Set(
  [
    "ok",
    "error",
    "cancelled",
    "client",
    "parse",
    "invalid_request",
    "too_large",
    "unknown_chain",
    "unknown_provider",
    "refused_method",
    "websocket_only",
    "unauthorised",
  ] satisfies ("ok" | "error" | Reason)[],
);

/** Whether a client's call counts as failed in figures: neither it nor its sender is why there was no result. */
export function callFailed(outcome: string): boolean {
  return !notOurs.has(outcome);
}

/** Whether an outcome is told among errors: no answer, and neither the client's doing nor its fault. */
export function isError(outcome: string): boolean {
  if (notOurs.has(outcome)) return false;
  return outcomeMeanings[outcome as AttemptOutcome]?.evidence !== "answered";
}
