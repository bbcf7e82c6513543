// Errors in the words of known vendors and nodes, as they came over the wire: HTTP status, JSON-RPC code, message and
// data. A scenario names one; the simulated provider answers with it. `is` says what it means (docs/errors.md).

import type { Category } from "../../core/rpc/category.ts";

export interface VendorError {
  readonly is: Category;
  /** Over WebSocket there is none. */
  readonly status: number;
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

export const vendorErrors = {
  alchemy_compute_units: {
    is: "rate_limited",
    status: 429,
    code: 429,
    message:
      "Your app has exceeded its compute units per second capacity. If you have retries enabled, you can safely ignore this message. If not, check out https://docs.alchemy.com/reference/throughput",
  },
  alchemy_concurrency: {
    is: "rate_limited",
    status: 429,
    code: 429,
    message:
      "Your app has exceeded its concurrent requests capacity. If you have retries enabled, you can safely ignore this message.",
  },
  alchemy_monthly_capacity: {
    is: "quota",
    status: 403,
    code: -32600,
    message:
      "Monthly capacity limit exceeded. Visit https://dashboard.alchemyapi.io/settings/billing to upgrade your scaling policy for continued service.",
  },
  alchemy_auth: { is: "auth", status: 401, code: -32600, message: "Must be authenticated!" },
  alchemy_logs_range: {
    is: "range",
    status: 400,
    code: -32602,
    message:
      "Log response size exceeded. You can make eth_getLogs requests with up to a 2K block range and no limit on the response size, or you can request any block range with a cap of 10K logs in the response. Based on your parameters and the response size limit, this block range should work: [0x0, 0x7d0]",
  },
  infura_rate: {
    is: "rate_limited",
    status: 429,
    code: -32005,
    message: "project ID request rate exceeded",
    data: { see: "https://infura.io/dashboard" },
  },
  infura_daily_count: {
    is: "quota",
    status: 429,
    code: -32005,
    message: "daily request count exceeded, request rate limited",
    data: {
      rate: { allowed_rps: 1, backoff_seconds: 30, current_rps: 2.2 },
      see: "https://infura.io/dashboard",
    },
  },
  infura_many_results: {
    is: "range",
    status: 200,
    code: -32005,
    message: "query returned more than 10000 results",
  },
  quicknode_rate: {
    is: "rate_limited",
    status: 429,
    code: -32007,
    message:
      "50/second request limit reached - reduce calls per second or upgrade your account at quicknode.com",
  },
  quicknode_credits: { is: "quota", status: 429, code: -32012, message: "credits limited to 6000/sec" },
  quicknode_logs_range: {
    is: "range",
    status: 413,
    code: -32614,
    message: "eth_getLogs is limited to a 10,000 range",
  },
  quicknode_no_method: {
    is: "unsupported",
    status: 200,
    code: -32601,
    message: "the method trace_block does not exist/is not available",
  },
  bsc_limit: { is: "rate_limited", status: 200, code: -32005, message: "limit exceeded" },
  cloudflare_rate: { is: "rate_limited", status: 429, code: -32029, message: "Too Many Requests" },
  blast_free_tier: {
    is: "quota",
    status: 429,
    code: -32005,
    message: "You have reached the free tier limit. Upgrade to paid tier to continue.",
  },
  geth_missing_trie: {
    is: "missing_data",
    status: 200,
    code: -32000,
    message:
      "missing trie node 3d0f4f2e1c3b0a99 (path ) state 0x3d0f4f2e1c3b0a99 is not available, not found",
  },
  geth_no_header: { is: "missing_data", status: 200, code: -32000, message: "header not found" },
  geth_pruned_history: { is: "missing_data", status: 200, code: 4444, message: "pruned history unavailable" },
  erigon_pruned: {
    is: "missing_data",
    status: 200,
    code: -32000,
    message: "block #5 has been pruned; earliest available is #100",
  },
  geth_no_method: {
    is: "unsupported",
    status: 200,
    code: -32601,
    message: "the method debug_traceTransaction does not exist/is not available",
  },
  geth_timeout: { is: "timeout", status: 200, code: -32000, message: "execution aborted (timeout = 5s)" },
  geth_panic: { is: "server", status: 200, code: -32603, message: "method handler crashed" },
  internal_error: { is: "server", status: 200, code: -32603, message: "Internal error" },
  no_backends: {
    is: "server",
    status: 503,
    code: -32011,
    message: "no backends available for method",
  },
  nonce_too_low: {
    is: "tx_rejected",
    status: 200,
    code: -32000,
    message: "nonce too low: next nonce 5, tx nonce 3",
  },
  already_known: { is: "tx_known", status: 200, code: -32000, message: "already known" },
  underpriced: {
    is: "tx_rejected",
    status: 200,
    code: -32000,
    message: "replacement transaction underpriced",
  },
  no_funds: {
    is: "tx_rejected",
    status: 200,
    code: -32000,
    message:
      "insufficient funds for gas * price + value: balance 0, tx cost 21000000000000, overshot 21000000000000",
  },
  reverted: { is: "revert", status: 200, code: 3, message: "execution reverted", data: "0x" },
  unknown: { is: "unknown", status: 200, code: -32000, message: "something went sideways in shard 7" },
} as const satisfies Readonly<Record<string, VendorError>>;

export type VendorErrorName = keyof typeof vendorErrors;

/** null where there is none of this name. */
export function vendorError(name: string): VendorError | null {
  return Object.hasOwn(vendorErrors, name) ? vendorErrors[name as VendorErrorName] : null;
}
