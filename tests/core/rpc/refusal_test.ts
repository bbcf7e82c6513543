import assert from "node:assert/strict";
import type { Reason } from "../../../core/rpc/category.ts";
import { refusalError, refuse } from "../../../core/rpc/refusal.ts";
import { wireToText } from "../../../core/rpc/wire.ts";

Deno.test("refuse() gives each reason its code and status", () => {
  const wanted: readonly (readonly [Reason, number, number])[] = [
    ["parse", -32700, 400],
    ["invalid_request", -32600, 400],
    ["too_large", -32600, 413],
    ["unknown_chain", -32602, 404],
    ["unknown_provider", -32602, 404],
    ["refused_method", -32601, 200],
    ["websocket_only", -32601, 200],
    ["rate_limited", -32005, 429],
    ["quota", -32005, 429],
    ["timeout", -32000, 504],
    ["server", -32000, 503],
    ["transport", -32000, 503],
    ["overloaded", -32008, 503],
    ["unauthorised", -32001, 401],
    ["internal", -32603, 500],
  ];
  for (const [reason, code, status] of wanted) {
    const refusal = refuse(reason, "m");
    assert.deepEqual([refusal.code, refusal.status], [code, status], reason);
  }
  assert.equal(refuse("invalid_request", "m", { status: 405 }).status, 405);
});

Deno.test("refusalError() writes reason, request id and what else there is to say", () => {
  const plain = refuse("parse", 'The body is "é".');
  assert.equal(
    wireToText(refusalError(plain, "r1")),
    '{"code":-32700,"message":"The body is \\"é\\".","data":{"reason":"parse","request_id":"r1"}}',
  );
  const more = refuse("rate_limited", "m", { retryAfterMs: 1500.2, data: { attempts: [] } });
  assert.deepEqual(JSON.parse(refusalError(more, "r2")).data, {
    reason: "rate_limited",
    request_id: "r2",
    retry_after_ms: 1501,
    attempts: [],
  });
});
