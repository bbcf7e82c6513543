import assert from "node:assert/strict";
import type { RoutingEvent } from "../../../core/server/feed_model.ts";
import { answeredBy, hasFailed, marksOf, searchText } from "../../../ui/models/routing_text.ts";

const ok: RoutingEvent = {
  ...{ topic: "routing", at: 1, chain: "ethereum", method: "eth_call", strategy: "fastest" },
  ...{ provider_id: "swift", transport: "ws", duration_ms: 3, result: "ok", failover_count: 0 },
  request_id: "r1",
};
const alone = { ...ok, provider_id: null, transport: null } as const;

Deno.test("answeredBy() names provider and transport", () => {
  assert.equal(answeredBy(ok), "swift ws");
});

Deno.test("answeredBy() has Lasso for an answer that no provider gave, nobody for a failure", () => {
  assert.equal(answeredBy(alone), "Lasso");
  assert.equal(answeredBy({ ...alone, result: "error" }), "Lasso");
  assert.equal(answeredBy({ ...alone, result: "timeout" }), "nobody");
});

Deno.test("hasFailed() leaves the caller's own errors and sampled decisions out", () => {
  assert.deepEqual(["ok", "error", "sampled", "transport"].map((result) => hasFailed({ ...ok, result })), [
    false,
    false,
    false,
    true,
  ]);
});

Deno.test("marksOf() says failure, failovers and test", () => {
  assert.deepEqual(marksOf(ok), []);
  assert.deepEqual(marksOf({ ...ok, failover_count: 1 }), ["1 failover"]);
  assert.deepEqual(marksOf({ ...ok, result: "timeout", failover_count: 2 }), [
    "failed: timeout",
    "2 failovers",
  ]);
  assert.deepEqual(marksOf({ ...ok, result: "sampled", test: true }), ["test"]);
});

Deno.test("searchText() holds what is shown", () => {
  const text = searchText({ ...ok, failover_count: 2 });
  for (const word of ["eth_call", "ethereum", "swift ws", "fastest", "2 failovers"]) {
    assert.ok(text.includes(word));
  }
});
