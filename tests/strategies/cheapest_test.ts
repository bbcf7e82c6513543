import assert from "node:assert/strict";
import type { Candidate, CandidateCost } from "../../core/plugins/strategy.ts";
import cheapest from "../../strategies/cheapest.ts";
import { call, candidate, providers, stats, view, type ViewFacts } from "./candidates.ts";

const paid = (id: string, cost: Partial<CandidateCost>): Candidate =>
  candidate(id, { type: "paid", cost: { perCall: 0, methods: {}, usdPerMillion: null, ...cost } });

function ranked(list: Candidate[], facts: ViewFacts = {}, method = "eth_call"): string {
  cheapest.create().rank(list, { ...call, method }, view(facts));
  return providers(list).join(" ");
}

Deno.test("rank() puts public before paid, whatever the latency", () => {
  const latency = { free: stats(500), fast: stats(5) };
  assert.equal(
    ranked([paid("fast", { perCall: 1, usdPerMillion: 1 }), candidate("free")], { latency }),
    "free fast",
  );
});

Deno.test("rank() goes by the method's cost: own entry, longest pattern, per call", () => {
  const methods = { eth_getLogs: 75, "eth_get*": 20, "eth_*": 30 };
  const list = (): Candidate[] => [
    paid("flat", { perCall: 25, usdPerMillion: 1 }),
    paid("table", { perCall: 10, methods, usdPerMillion: 1 }),
  ];
  assert.equal(ranked(list(), {}, "eth_getLogs"), "flat table");
  assert.equal(ranked(list(), {}, "eth_getBalance"), "table flat");
  assert.equal(ranked(list(), {}, "eth_call"), "flat table");
  assert.equal(ranked(list(), {}, "net_version"), "table flat");
});

Deno.test("rank() compares dollars, and puts units without a price after them", () => {
  const list = [
    paid("unpriced_20", { perCall: 20 }),
    paid("unpriced_1", { perCall: 1 }),
    paid("dear_unit", { perCall: 1, usdPerMillion: 40 }),
    paid("cheap_unit", { perCall: 26, usdPerMillion: 0.45 }),
  ];
  assert.equal(ranked(list), "cheap_unit dear_unit unpriced_1 unpriced_20");
});

Deno.test("rank() puts a provider over its monthly quota last", () => {
  const quota = { a: { used: 100, max: 100 }, b: { used: 99, max: 100 } };
  const list = [candidate("a"), paid("b", { perCall: 5, usdPerMillion: 1 })];
  assert.equal(ranked(list, { quota }), "b a");
});

Deno.test("rank() breaks ties by expected latency", () => {
  const latency = { a: stats(50), b: stats(20), c: stats(20, { success: 0.5 }) };
  assert.equal(ranked(["c", "a", "b"].map((id) => candidate(id)), { latency }), "b a c");
});

Deno.test("explain() tells what a call costs", () => {
  const strategy = cheapest.create();
  const given = view({ quota: { full: { used: 1, max: 1 } } });
  const phrases = [
    candidate("free"),
    paid("priced", { perCall: 26, usdPerMillion: 0.45 }),
    paid("units", { perCall: 26 }),
    paid("full", {}),
  ].map((each) => strategy.explain!(each, call, given));
  assert.deepEqual(phrases, [
    "public, free",
    "paid, 11.70 USD per million calls",
    "paid, 26 units without a price",
    "paid, monthly quota used up",
  ]);
});
