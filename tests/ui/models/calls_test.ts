import assert from "node:assert/strict";
import type { RoutingEvent } from "../../../core/server/feed_model.ts";
import {
  axisEnd,
  barOf,
  callsPath,
  fits,
  type KeptCall,
  mergedCalls,
  ofFeed,
  outcomeChoices,
  outcomeKind,
  outcomeText,
} from "../../../ui/models/calls.ts";

const all = { chain: null, method: "", provider: "", outcome: "" };

function kept(id: string, at: number, more: Partial<KeptCall> = {}): KeptCall {
  return {
    ...{ id, at: new Date(at).toISOString(), chain: "ethereum", method: "eth_call", transport: "http" },
    ...{ strategy: "fastest", provider: "swift", provider_transport: "ws", outcome: "ok" },
    ...{ duration_ms: 10, overhead_ms: 1, upstream_ms: 9, retries: 0, reason: "", attempts: [], error: null },
    ...more,
  };
}

function live(request_id: string, at: number, more: Partial<RoutingEvent> = {}): RoutingEvent {
  return {
    ...{ topic: "routing", at, chain: "ethereum", method: "eth_call", strategy: "fastest" },
    ...{
      provider_id: "swift",
      transport: "http",
      duration_ms: 5,
      result: "ok",
      failover_count: 0,
      request_id,
    },
    ...more,
  };
}

Deno.test("mergedCalls() gives each call once, newest first, and history wins over the feed", () => {
  const rows = mergedCalls(
    [kept("b", 2_000, { duration_ms: 20 }), kept("a", 1_000)],
    [live("c", 3_000), live("b", 2_001)],
    all,
    10,
  );
  assert.deepEqual(rows.map(({ id, duration_ms }) => [id, duration_ms]), [["c", 5], ["b", 20], ["a", 10]]);
  assert.equal(mergedCalls([kept("a", 1)], [live("b", 2)], all, 1)[0]?.id, "b");
});

Deno.test("mergedCalls() gives the same object for the same call, so that its row need not be drawn again", () => {
  const [call, event] = [kept("a", 1_000), live("b", 2_000)];
  const [first, second] = mergedCalls([call], [event], all, 10);
  const again = mergedCalls([call], [live("c", 3_000), event], all, 10);
  assert.deepEqual(again.map(({ id }) => id), ["c", "b", "a"]);
  assert.ok(again[1] === first && again[2] === second);
});

Deno.test("mergedCalls() leaves out decisions of the sampler, which are no calls", () => {
  const sampled = [live("", 1, { test: true, result: "sampled" }), live("", 2)];
  assert.deepEqual(mergedCalls([], sampled, all, 10), []);
});

Deno.test("fits() filters the feed as the API filters history", () => {
  const row = ofFeed(live("a", 1, { result: "timeout", failover_count: 2 }));
  const moved = ofFeed(live("a", 1, { result: "error", failover_count: 1 }));
  const plain = ofFeed(live("a", 1));
  const by = (outcome: string): boolean[] => [row, moved, plain].map((one) => fits(one, { ...all, outcome }));
  assert.deepEqual(by("failed"), [true, false, false]);
  assert.deepEqual(by("failover"), [false, true, false]);
  assert.deepEqual(by("ok"), [false, false, true]);
  assert.deepEqual(by("timeout"), [true, false, false]);
  assert.equal(fits(plain, { ...all, chain: "base" }), false);
  assert.equal(fits(plain, { ...all, method: "eth_getLogs" }), false);
  assert.equal(fits(plain, { ...all, provider: "shaky" }), false);
});

Deno.test("callsPath() asks for what the view is narrowed down to, and for nothing else", () => {
  assert.equal(callsPath(all, "", 50), "/api/requests?limit=50");
  const filter = { chain: "base", method: "eth_call", provider: "", outcome: "failed" };
  assert.equal(
    callsPath(filter, "1.0.2", 20),
    "/api/requests?chain=base&method=eth_call&outcome=failed&cursor=1.0.2&limit=20",
  );
});

Deno.test("outcomeKind() and outcomeText() tell the caller's fault from the provider's", () => {
  const kinds = ["ok", "revert", "cancelled", "timeout", "something_new"].map(outcomeKind);
  assert.deepEqual(kinds, ["good", "own", "away", "bad", "bad"]);
  assert.equal(outcomeText("rate_limited"), "rate limited");
  assert.equal(outcomeText("something_new"), "something new");
  assert.equal(new Set(outcomeChoices.map(outcomeText)).size, outcomeChoices.length);
});

Deno.test("barOf() keeps bars on the axis and visible", () => {
  const attempt = { provider: "a", transport: "http", outcome: "ok" };
  assert.deepEqual(barOf({ ...attempt, started_ms: 25, ms: 50 }, 100), { left: 25, width: 50 });
  assert.deepEqual(barOf({ ...attempt, started_ms: 0, ms: 0 }, 100), { left: 0, width: 0.5 });
  assert.deepEqual(barOf({ ...attempt, started_ms: 100, ms: 9 }, 100), { left: 99.5, width: 0.5 });
  assert.deepEqual(barOf({ ...attempt, started_ms: 0, ms: 0 }, 0), { left: 0, width: 100 });
  const attempts = [{ ...attempt, started_ms: 5, ms: 30 }];
  assert.equal(axisEnd({ duration_ms: 20, attempts }), 35);
  assert.equal(axisEnd({ duration_ms: 40, attempts: [] }), 40);
});
