import assert from "node:assert/strict";
import type { KeptCall } from "../../../core/measure/history/model.ts";
import { keptCall } from "../../../core/routing/kept_call.ts";
import { resultLabel } from "../../../core/routing/metadata.ts";
import { answers, type FakeRouter, fakeRouter } from "../../support/fake_router.ts";

const wallMs = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

function keptOf(lasso: FakeRouter): KeptCall {
  const { run, streamFailure } = lasso.completed.at(-1)!;
  const kept = keptCall(run, wallMs, streamFailure ?? resultLabel(run), streamFailure);
  assert.ok(!/secret-key|https?:\/\/[^/"]*\/(?!\*\*\*)/.test(JSON.stringify(kept)));
  return kept;
}

Deno.test("keptCall() says who was tried when, who answered, and why each candidate stood where it did", async () => {
  await using lasso = await fakeRouter({
    nodes: {
      a: answers("eth_call", {
        error: { code: -32603, message: "it broke at https://a.example/v2/x" },
        afterMs: 7,
      }),
      b: answers("eth_call", { result: "0x1", afterMs: 5 }),
    },
  });
  await lasso.call("eth_call", '[{"to":"0x1"},"latest"]');
  const { reason, candidates, ...kept } = keptOf(lasso);
  assert.deepEqual(kept, {
    id: "r1",
    at: wallMs,
    chain: "ethereum",
    method: "eth_call",
    transport: "http",
    strategy: "priority",
    provider: "b",
    provider_transport: "http",
    outcome: "ok",
    duration_ms: 12,
    overhead_ms: 0,
    upstream_ms: 5,
    retries: 1,
    attempts: [
      { provider: "a", transport: "http", started_ms: 0, ms: 7, outcome: "server" },
      { provider: "b", transport: "http", started_ms: 7, ms: 5, outcome: "ok" },
    ],
    error: null,
  });
  assert.match(reason, /failover/);
  assert.deepEqual(candidates.map(({ id }) => id), ["a:http", "b:http"]);
  assert.ok(candidates.every(({ why }) => why.length > 0));
});

Deno.test("keptCall() of a call that failed names nobody, and has the error without secrets", async () => {
  const secret = "refused for secret-key-of-a at https://a.example/v2/secret-key-of-a";
  await using lasso = await fakeRouter({
    nodes: { a: answers("eth_call", { error: { code: -32000, message: secret }, status: 401 }) },
    chain: { retry: { rounds: 1, backoffMs: 1, maxBackoffMs: 1 } },
  });
  await lasso.call("eth_call", "[]");
  const kept = keptOf(lasso);
  assert.deepEqual([kept.provider, kept.provider_transport], [null, null]);
  assert.equal(kept.error?.code, -32000);
  assert.ok(kept.attempts.length >= 1 && kept.attempts.every(({ provider }) => provider === "a"));
  // Nothing spoke against it when it was ranked.
  assert.match(kept.candidates[0]?.why ?? "", /^priority .*; since then set aside$/);
});

Deno.test("keptCall() gives the order that the call began with, not what its own failures made of it", async () => {
  const limited = { error: { code: -32005, message: "too many requests" }, status: 429 } as const;
  await using lasso = await fakeRouter({
    nodes: {
      a: answers("eth_call", limited),
      b: answers("eth_call", { error: { code: -32603, message: "it broke" } }),
    },
    chain: { retry: { rounds: 2, backoffMs: 1, maxBackoffMs: 1 } },
  });
  await lasso.call("eth_call", "[]");
  const first = keptOf(lasso);
  assert.deepEqual(first.attempts.map(({ provider }) => provider).slice(0, 2), ["a", "b"]);
  assert.ok(first.attempts.length > 2, "a second round");
  assert.deepEqual(first.candidates.map(({ id }) => id), ["a:http", "b:http"]);
  assert.match(first.candidates[0]!.why, /^priority .*; since then set aside$/);
  assert.match(first.candidates[1]!.why, /^priority [^;]*$/);
  await lasso.call("eth_call", "[]");
  const second = keptOf(lasso);
  assert.deepEqual(second.candidates.map(({ id }) => id), ["b:http", "a:http"]);
  assert.match(second.candidates[1]!.why, /^set_aside; priority [^;]*$/);
});

Deno.test("keptCall() of the caller's own error keeps its code and message", async () => {
  const error = { code: 3, message: "execution reverted: no" };
  await using lasso = await fakeRouter({ nodes: { a: answers("eth_call", { error }) } });
  await lasso.call("eth_call", "[]");
  const kept = keptOf(lasso);
  assert.deepEqual([kept.outcome, kept.provider, kept.error], ["error", "a", error]);
});

Deno.test("keptCall() of Lasso's own answer has no candidates and no attempts", async () => {
  await using lasso = await fakeRouter({ nodes: { a: () => undefined } });
  await lasso.call("eth_chainId", "[]");
  const kept = keptOf(lasso);
  assert.deepEqual([kept.provider, kept.attempts, kept.candidates, kept.reason], [
    null,
    [],
    [],
    "answered by Lasso",
  ]);
});
