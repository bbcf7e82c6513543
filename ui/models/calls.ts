// Calls of clients as the Requests tab shows them: rows of history and of the live feed as one list, the question that
// asks for them, and where an attempt's bar lies on the time axis. Pure.

import type { KeptCall as CallOfHistory } from "../../core/measure/history/model.ts";
import type { RoutingEvent } from "../../core/server/feed_model.ts";

/** A row of /api/requests: `at` is ISO 8601. */
export interface KeptCall extends Omit<CallOfHistory, "at" | "candidates"> {
  readonly at: string;
}

export type Attempt = CallOfHistory["attempts"][number];

/** /api/requests/{id} */
export interface WholeCall extends KeptCall {
  readonly candidates: CallOfHistory["candidates"];
}

export interface CallRow {
  readonly id: string;
  /** Epoch ms. */
  readonly at: number;
  readonly chain: string;
  readonly method: string;
  readonly provider: string | null;
  readonly transport: string | null;
  readonly strategy: string;
  readonly retries: number;
  readonly outcome: string;
  readonly duration_ms: number;
}

/** "" or null: all. */
export interface CallFilter {
  readonly chain: string | null;
  readonly method: string;
  readonly provider: string;
  readonly outcome: string;
}

/** `cursor`: "" is the newest page. */
export function callsPath(filter: CallFilter, cursor: string, limit: number): string {
  const query = new URLSearchParams();
  for (const name of ["chain", "method", "provider", "outcome"] as const) {
    const value = filter[name];
    if (value !== null && value !== "") query.set(name, value);
  }
  if (cursor !== "") query.set("cursor", cursor);
  query.set("limit", String(limit));
  return `/api/requests?${query}`;
}

/** Newest first, each call once; what history has says more and wins. The sampler's decisions are no calls. */
export function mergedCalls(
  kept: readonly KeptCall[],
  live: readonly RoutingEvent[],
  filter: CallFilter,
  most: number,
): CallRow[] {
  const rows = new Map<string, CallRow>();
  for (const event of live) {
    if (event.test !== true && event.request_id !== "") rows.set(event.request_id, once(event, ofFeed));
  }
  for (const call of kept) rows.set(call.id, once(call, ofHistory));
  return [...rows.values()].filter((row) => fits(row, filter)).sort((a, b) => b.at - a.at).slice(0, most);
}

/** As the API filters: `failed` is every outcome but `ok` and `error`; `failover` is one that was served after one. */
export function fits(row: CallRow, { chain, method, provider, outcome }: CallFilter): boolean {
  if (chain !== null && row.chain !== chain) return false;
  if (method !== "" && row.method !== method) return false;
  if (provider !== "" && row.provider !== provider) return false;
  if (outcome === "") return true;
  const isServed = row.outcome === "ok" || row.outcome === "error";
  if (outcome === "failed") return !isServed;
  return outcome === "failover" ? isServed && row.retries > 0 : row.outcome === outcome;
}

/** The same event or row of history gives the same object, so that a list need not draw it again. */
const made = new WeakMap<RoutingEvent | KeptCall, CallRow>();

function once<Source extends RoutingEvent | KeptCall>(
  source: Source,
  make: (source: Source) => CallRow,
): CallRow {
  const known = made.get(source);
  if (known !== undefined) return known;
  const row = make(source);
  made.set(source, row);
  return row;
}

export function ofFeed(event: RoutingEvent): CallRow {
  const { request_id, at, chain, method, provider_id, transport, strategy } = event;
  return {
    ...{ id: request_id, at, chain: chain ?? "", method, provider: provider_id, transport, strategy },
    retries: event.failover_count,
    outcome: event.result,
    duration_ms: event.duration_ms,
  };
}

function ofHistory(call: KeptCall): CallRow {
  const { id, chain, method, provider, provider_transport, strategy, retries, outcome, duration_ms } = call;
  const at = Date.parse(call.at);
  return {
    ...{ id, at, chain, method, provider, transport: provider_transport, strategy },
    ...{ retries, outcome, duration_ms },
  };
}

/** `good`: served. `own`: the caller's own error, passed on. `away`: given up, nobody's fault. `bad`: it failed. */
export type OutcomeKind = "good" | "own" | "away" | "bad";

const ownErrors: ReadonlySet<string> = new Set(["error", "client", "revert", "tx_rejected", "range"]);

export function outcomeKind(outcome: string): OutcomeKind {
  if (outcome === "ok" || outcome === "tx_known") return "good";
  if (ownErrors.has(outcome)) return "own";
  return outcome === "cancelled" ? "away" : "bad";
}

const words: Readonly<Record<string, string>> = {
  ok: "answered",
  error: "the caller's own error",
  client: "the caller's own error",
  revert: "reverted",
  tx_known: "transaction known already",
  tx_rejected: "transaction rejected",
  range: "range too wide",
  rate_limited: "rate limited",
  quota: "quota used up",
  auth: "key refused",
  wrong_chain: "serves another chain",
  missing_data: "does not have the data",
  unsupported: "does not support it",
  unknown: "unknown error",
  syncing: "still syncing",
  server: "server error",
  timeout: "no answer in time",
  transport: "connection failed",
  malformed: "answer can't be read",
  integrity: "answer can't be right",
  cancelled: "given up",
  overloaded: "Lasso was full",
  drained: "drained by the operator",
  internal: "fault in Lasso",
};

/** A category of docs/errors.md in words; one that is not known here by its name. */
export function outcomeText(outcome: string): string {
  return words[outcome] ?? outcome.replaceAll("_", " ");
}

export const outcomeChoices: readonly string[] = Object.keys(words).filter((name) =>
  name !== "client" && name !== "tx_known"
);

/** Where an attempt lies on an axis that ends at `endMs`, in per cent; a bar is never thinner than can be seen. */
export function barOf({ started_ms, ms }: Attempt, endMs: number): { left: number; width: number } {
  if (!(endMs > 0)) return { left: 0, width: 100 };
  const left = Math.min(99.5, Math.max(0, started_ms / endMs * 100));
  return { left, width: Math.min(100 - left, Math.max(0.5, ms / endMs * 100)) };
}

/** The end of the axis: of the call, or of an attempt that outlived it. */
export function axisEnd({ duration_ms, attempts }: Pick<KeptCall, "duration_ms" | "attempts">): number {
  return Math.max(duration_ms, ...attempts.map(({ started_ms, ms }) => started_ms + ms));
}
