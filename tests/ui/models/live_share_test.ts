import assert from "node:assert/strict";
import { sharesOf } from "../../../ui/models/live_share.ts";
import type { RoutingRow } from "../../../ui/models/reduce.ts";

function row(provider_id: string | null, change: Partial<RoutingRow> = {}): RoutingRow {
  return {
    topic: "routing",
    row: 1,
    at: 100,
    chain: "ethereum",
    method: "eth_call",
    strategy: "fastest",
    provider_id,
    transport: "http",
    duration_ms: 1,
    result: "ok",
    failover_count: 0,
    request_id: "1",
    ...change,
  };
}

Deno.test("sharesOf() gives each provider's share of its chain's calls", () => {
  const { of, n } = sharesOf([row("a"), row("a"), row("b"), row("a", { chain: "base" })], 0);
  assert.deepEqual([...n], [["ethereum", 3], ["base", 1]]);
  assert.equal(of.get("ethereum/a")!.share, 2 / 3);
  assert.equal(of.get("base/a")!.share, 1);
  assert.equal(of.get("base/b"), undefined);
});

Deno.test("sharesOf() counts calls that found nobody, not those that Lasso answered by itself", () => {
  const { of, n } = sharesOf([row("a"), row(null, { result: "timeout" }), row(null)], 0);
  assert.equal(n.get("ethereum"), 2);
  assert.equal(of.get("ethereum/a")!.share, 0.5);
});

Deno.test("sharesOf() leaves out what is old, and samples but where they are asked for", () => {
  const rows = [row("a"), row("b", { at: 10 }), row("c", { test: true, result: "sampled" })];
  assert.deepEqual([...sharesOf(rows, 50).of.keys()], ["ethereum/a"]);
  assert.deepEqual([...sharesOf(rows, 50, true).of.keys()], ["ethereum/c"]);
});
