// CORS for browsers (wagmi and kin): which origins may read answers, and the answer to a preflight. The header lines
// depend only on the request's head, so they are made once per head.

import type { RequestHead } from "../http/request_head.ts";

const exposed = "access-control-expose-headers: x-lasso-request-id, x-lasso-meta, retry-after\r\n";

/** Header lines for an answer; "" when the request came from no browser or its origin may not read. */
export function corsHeaders(head: RequestHead, origins: readonly string[]): string {
  const origin = head.fields.get("origin");
  if (origin === undefined) return "";
  if (origins.includes("*")) return `access-control-allow-origin: *\r\n${exposed}`;
  if (!origins.includes(origin)) return "vary: origin\r\n";
  return `access-control-allow-origin: ${origin}\r\nvary: origin\r\n${exposed}`;
}

const allowed = "allow: POST, OPTIONS\r\n";

/** Header lines for the answer to OPTIONS. */
export function preflightHeaders(head: RequestHead, origins: readonly string[]): string {
  const allow = corsHeaders(head, origins);
  if (!allow.includes("access-control-allow-origin")) return allowed + allow;
  const asked = head.fields.get("access-control-request-headers");
  return allowed + allow + "access-control-allow-methods: POST, OPTIONS\r\n" +
    `access-control-allow-headers: ${asked ?? "content-type, authorization"}\r\n` +
    "access-control-max-age: 86400\r\n";
}
