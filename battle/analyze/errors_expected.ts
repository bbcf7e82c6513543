// Which errors belong to the caller, and which say that a provider or the router failed. By code and reason as clients
// see them, and by the router's category for an attempt (docs/errors.md). Tables of the judge's own: what it took from the
// router's (core/rpc/refusal.ts, classify.ts) it could never find wrong there. Only the names are shared.

import type { Category, Reason } from "../../core/rpc/category.ts";
import type { CallRecord } from "../model/record.ts";

/** The EVM's own answer: code 3, or the words that nodes without it use. */
export function isRevert({ outcome, code, reason }: CallRecord): boolean {
  return outcome === "error" && (code === 3 || (reason ?? "").toLowerCase().startsWith("execution reverted"));
}

/** Outcomes of attempts in which the provider did its work, whatever it said; the rest is a failed attempt. */
const served: ReadonlySet<string> = new Set<Category | "ok">([
  "ok",
  "revert",
  "client",
  "tx_known",
  "tx_rejected",
  "cancelled",
]);

export function attemptFailed(outcome: string): boolean {
  return !served.has(outcome);
}

/** Outcomes of attempts that count for the breaker. */
export const breakerCounts: ReadonlySet<string> = new Set<Category>([
  "server",
  "transport",
  "malformed",
  "timeout",
  "integrity",
]);

/** JSON-RPC codes of the errors that Lasso makes itself, by `data.reason`; a provider's failure is -32000. */
const codes: ReadonlyMap<string, number> = new Map<Reason, number>([
  ["parse", -32700],
  ["invalid_request", -32600],
  ["too_large", -32600],
  ["unknown_chain", -32602],
  ["unknown_provider", -32602],
  ["refused_method", -32601],
  ["websocket_only", -32601],
  ["rate_limited", -32005],
  ["quota", -32005],
  ["unauthorised", -32001],
  ["overloaded", -32008],
  ["drained", -32000],
  ["internal", -32603],
]);

const providerFailures: ReadonlySet<string> = new Set<Category>([
  "auth",
  "wrong_chain",
  "missing_data",
  "unsupported",
  "syncing",
  "server",
  "timeout",
  "transport",
  "malformed",
  "integrity",
  "unknown",
  "cancelled",
]);

/** The code that an error of Lasso's with this reason must have; null where the reason is none of Lasso's. */
export function codeOfReason(reason: string): number | null {
  return codes.get(reason) ?? (providerFailures.has(reason) ? -32000 : null);
}

/** Does the error say that providers or the router failed, rather than the caller? */
export function saysProviderFailed({ outcome, reason }: CallRecord): boolean {
  return outcome === "error" && reason !== null &&
    (providerFailures.has(reason) || reason === "rate_limited" || reason === "quota" ||
      reason === "overloaded" || reason === "internal");
}
