// Lasso's own errors: what stands in a JSON-RPC error that no upstream wrote, with its HTTP status. One table for
// codes and statuses (spec: product.md section 3), one function that writes the error object.

import type { Reason } from "./category.ts";
import { textToWire } from "./wire.ts";

export interface Refusal {
  readonly reason: Reason;
  readonly code: number;
  /** Of the whole HTTP answer when the request was a single call. */
  readonly status: number;
  readonly message: string;
  /** Sent as Retry-After and as `data.retry_after_ms`. */
  readonly retryAfterMs: number | null;
  /** Further members of `data`. */
  readonly data: Readonly<Record<string, unknown>> | null;
}

const table: Partial<Record<Reason, readonly [code: number, status: number]>> = {
  parse: [-32700, 400],
  invalid_request: [-32600, 400],
  too_large: [-32600, 413],
  unknown_chain: [-32602, 404],
  unknown_provider: [-32602, 404],
  refused_method: [-32601, 200],
  websocket_only: [-32601, 200],
  rate_limited: [-32005, 429],
  quota: [-32005, 429],
  timeout: [-32000, 504],
  overloaded: [-32008, 503],
  unauthorised: [-32001, 401],
  internal: [-32603, 500],
};

/** An error of Lasso's own. What the table does not name is -32000 with status 503: every provider failed. */
export function refuse(
  reason: Reason,
  message: string,
  extra: { retryAfterMs?: number | null; data?: Readonly<Record<string, unknown>>; status?: number } = {},
): Refusal {
  const [code, status] = table[reason] ?? [-32000, 503];
  return {
    reason,
    code,
    status: extra.status ?? status,
    message,
    retryAfterMs: extra.retryAfterMs ?? null,
    data: extra.data ?? null,
  };
}

/** The error object as wire text. */
export function refusalError(refusal: Refusal, requestId: string): string {
  const data: Record<string, unknown> = { reason: refusal.reason, request_id: requestId };
  if (refusal.retryAfterMs !== null) data.retry_after_ms = Math.ceil(refusal.retryAfterMs);
  if (refusal.data !== null) Object.assign(data, refusal.data);
  return textToWire(JSON.stringify({ code: refusal.code, message: refusal.message, data }));
}
