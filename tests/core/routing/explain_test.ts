import assert from "node:assert/strict";
import { explain } from "../../../core/routing/explain.ts";
import { answers, fakeRouter, noAnswer } from "../../support/fake_router.ts";

Deno.test("explain() tells each candidate's place and what speaks against it, and sends nothing", async () => {
  await using lasso = await fakeRouter({
    nodes: { a: noAnswer, b: answers("eth_call", { result: 1 }), c: noAnswer, d: noAnswer },
    providers: { c: { methods: { allow: null, deny: ["eth_call"] } } },
  });
  await lasso.call("eth_call", "[]", { restriction: { provider: "b", transport: null } });
  lasso.channel("a").provider.drained = true;
  lasso.channel("d").provider.quarantined = "answers chain id 5, expected 1";
  const before = lasso.transport("b").calls.length;
  const told = explain(lasso.route, "eth_call", '[{},"0x10"]', null, null);
  assert.equal(lasso.transport("b").calls.length, before);
  const { candidates, ...rest } = told;
  assert.deepEqual(rest, {
    chain: "ethereum",
    method: "eth_call",
    strategy: "priority",
    cadence: "cached",
    replay: "read",
    block: { kind: "number", number: 16 },
    head: 100,
    served: 0,
    timeout_ms: 30_000,
    attempt_timeout_ms: 10_000,
  });
  assert.deepEqual(
    candidates.map(({ provider, place, excluded, set_back }) => ({ provider, place, excluded, set_back })),
    [
      { provider: "b", place: 1, excluded: null, set_back: null },
      { provider: "a", place: 2, excluded: null, set_back: "drained" },
      { provider: "c", place: null, excluded: "denied_method", set_back: null },
      { provider: "d", place: null, excluded: "quarantined: answers chain id 5, expected 1", set_back: null },
    ],
  );
  assert.deepEqual(Object.keys(candidates[0]!), [
    "id",
    "provider",
    "transport",
    "place",
    "group",
    "excluded",
    "set_back",
    "why",
    "breaker",
    "in_flight",
    "head",
    "lag_blocks",
    "latency",
  ]);
  assert.deepEqual(Object.keys(candidates[0]!.latency!), ["p50_ms", "p99_ms", "success", "n"]);
  assert.ok(candidates.every(({ why }) => why !== ""));
  assert.doesNotThrow(() => JSON.stringify(told));
  lasso.channel("d").provider.quarantined = null;
});

Deno.test("explain() knows the obstacles of the single call", async () => {
  await using lasso = await fakeRouter({
    nodes: { a: noAnswer, b: noAnswer, c: noAnswer },
    heads: { a: 10_000, b: 10_000, c: 10_000 },
    providers: { a: { private: true }, b: { archive: false } },
  });
  const places = (method: string, params: string, provider: string | null): string[] =>
    explain(
      lasso.route,
      method,
      params,
      "round_robin",
      provider === null ? null : { provider, transport: null },
    )
      .candidates.map(({ provider, place, excluded }) => `${provider} ${place} ${excluded}`).sort();
  assert.ok(places("eth_sendRawTransaction", '["0x"]', null).includes("a null private"));
  assert.deepEqual(places("eth_call", '[{},"0x1"]', "b"), [
    "a null not asked for",
    "b null no_archive",
    "c null not asked for",
  ]);
});

Deno.test("explain() names no provider for what Lasso answers itself", async () => {
  await using lasso = await fakeRouter({ nodes: { a: noAnswer } });
  for (const method of ["eth_chainId", "eth_sendTransaction", "eth_subscribe"]) {
    const { candidates } = explain(lasso.route, method, "[]", null, null);
    assert.deepEqual(candidates.map(({ place, excluded }) => [place, excluded]), [[
      null,
      "answered by Lasso",
    ]]);
  }
});
