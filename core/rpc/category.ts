// The categories that an upstream's failure is sorted into (spec: errors.md) and what each of them means for
// routing. `classify` produces a verdict; the pipeline obeys it.

export const categories = [
  "client",
  "revert",
  "tx_known",
  "tx_rejected",
  "range",
  "rate_limited",
  "quota",
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
  "overloaded",
] as const;

export type Category = typeof categories[number];

/** Reasons in `data.reason` beside the categories: stable strings. */
export type Reason =
  | Category
  | "parse"
  | "invalid_request"
  | "too_large"
  | "unknown_chain"
  | "unknown_provider"
  | "refused_method"
  | "websocket_only"
  | "unauthorised"
  | "gap"
  /** The operator took the chain, or all that could serve the call, out of service. */
  | "drained"
  | "internal";

export interface Verdict {
  readonly category: Category;
  /**
   * May another channel be tried? `once`: one other channel only. `split`: getLogs range is split, else the next
   * channel. Replay safety overrides a yes.
   */
  readonly next: "no" | "yes" | "once" | "split";
  /** May the same channel be tried again in a later round? */
  readonly again: boolean;
  readonly countsForBreaker: boolean;
  readonly setAside: SetAside | null;
  /** What was learnt about the channel, if anything. */
  readonly learnt: Learnt | null;
  /** tx_rejected: look the hash up before answering. */
  readonly lookUpHash: boolean;
}

export interface SetAside {
  readonly scope: "provider" | "method";
  readonly ms: number;
  /** Doubles with each repetition (quota, auth). */
  readonly doubling: boolean;
  /** Held until a probe agrees, whatever `ms` says (wrong_chain, syncing). */
  readonly untilProbe: boolean;
}

export type Learnt =
  | { readonly kind: "unsupported" }
  | {
    readonly kind: "get_logs_range";
    readonly blocks: number | null;
    readonly hint: readonly [bigint, bigint] | null;
  }
  | { readonly kind: "get_logs_addresses" }
  | { readonly kind: "lowest_block"; readonly block: bigint | null }
  | { readonly kind: "too_new" };

/** One attempt's failure as the classifier sees it. Exactly one of the three sources is present, or more. */
export interface FailureFacts {
  readonly method: string;
  /** HTTP status of the answer; null over WebSocket or where there was no answer. */
  readonly status: number | null;
  /** Parsed from Retry-After or its like, in ms. */
  readonly retryAfterMs: number | null;
  /** The JSON-RPC error, if the body held one. `data` as parsed JSON, undefined when absent. */
  readonly error: { readonly code: number; readonly message: string; readonly data?: unknown } | null;
  /** What went wrong below JSON-RPC. */
  readonly fault: "transport" | "malformed" | "timeout" | "integrity" | "cancelled" | "overloaded" | null;
  /** First part of a body that was no JSON-RPC, for phrases (HTML pages, plain text). */
  readonly bodyText: string | null;
}

/** The facts that are known of a failed call of `method`; all others are null. */
export function failureFacts(method: string, known: Partial<FailureFacts>): FailureFacts {
  return {
    method,
    status: null,
    retryAfterMs: null,
    error: null,
    fault: null,
    bodyText: null,
    ...known,
  };
}

/**
 * When several channels failed differently, the answer that says most to the caller wins: lower index first.
 */
export const precedence: readonly Category[] = [
  "revert",
  "client",
  "tx_rejected",
  "missing_data",
  "range",
  "unsupported",
  "unknown",
  "rate_limited",
  "quota",
  "timeout",
  "syncing",
  "server",
  "malformed",
  "integrity",
  "transport",
  "auth",
  "wrong_chain",
];
