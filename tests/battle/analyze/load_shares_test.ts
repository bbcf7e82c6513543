import assert from "node:assert/strict";
import { loadShares } from "../../../battle/analyze/load_shares.ts";
import { RunFacts } from "../../../battle/analyze/run_facts.ts";
import type { RunRecord } from "../../../battle/model/record.ts";
import type { ChainLoad } from "../../../battle/model/result.ts";
import type { Scenario } from "../../../battle/model/scenario.ts";
import { chainSpec, fault, many, reads, runRecord, scenarioOf, sim } from "../support/run_records.ts";

const loadOf = (record: Partial<RunRecord>, scenario: Partial<Scenario> = {}): readonly ChainLoad[] =>
  loadShares(new RunFacts(runRecord(record), scenarioOf(scenario), {}));

Deno.test("loadShares() who served how much, against an even share", () => {
  const [load, ...more] = loadOf({
    calls: many(9, 100, (index) => ({
      attempts: index < 6 ? "alchemy:5" : index < 8 ? "infura:9" : "alchemy:2:transport ankr:9",
    })),
  });
  assert.deepEqual(more, []);
  assert.deepEqual(
    load!.providers.map(({ provider, attempts, served, fairServed }) => [
      provider,
      attempts,
      served,
      Math.round(fairServed * 1_000),
    ]),
    [["alchemy", 7, 6, 3_000], ["infura", 2, 2, 3_000], ["ankr", 1, 1, 3_000]],
  );
  // Jain: (6 + 2 + 1)² / (3 × (36 + 4 + 1)).
  assert.ok(Math.abs(load!.fairness! - 81 / 123) < 1e-9);
});

Deno.test("loadShares() who is down owes nothing: others share its part", () => {
  const [load] = loadOf({
    // Half of the time alchemy is dead, and the other two share evenly; before that all three do.
    calls: many(12, 100, (index) => ({
      attempts: `${index < 6 ? ["alchemy", "infura", "ankr"][index % 3] : ["infura", "ankr"][index % 2]}:5`,
    })),
    faults: [fault("dead", "alchemy", 600, 1_200)],
  });
  assert.deepEqual(load!.providers.map(({ served, fairServed }) => [served, Math.round(fairServed)]), [
    [2, 2],
    [5, 5],
    [5, 5],
  ]);
  assert.ok(Math.abs(load!.fairness! - 1) < 1e-9);
});

Deno.test("loadShares() cost is in each provider's units, by method, for each attempt", () => {
  const cost = { per_call: 26, methods: { eth_getLogs: 75, "debug_*": 300 }, usd_per_million: 0.5 };
  const providers = [sim("alchemy", { cost }), sim("infura")];
  const methods = ["eth_call", "eth_getLogs", "debug_traceCall"];
  const [load] = loadOf({
    calls: many(3, 100, (index) => ({
      method: methods[index]!,
      attempts: index === 0 ? "infura:1:transport alchemy:5" : "alchemy:5",
    })),
  }, { chains: [chainSpec(providers)] });
  const [alchemy, infura] = load!.providers;
  assert.equal(alchemy!.units, 26 + 75 + 300);
  assert.equal(alchemy!.usd, 401 * 0.5 / 1e6);
  assert.deepEqual([infura!.units, infura!.usd], [1, null]);
  assert.equal(load!.unitsPerRequest, 402 / 3);
});

Deno.test("loadShares() leaves the warm-up out, and sets the provider's own count beside it", () => {
  const [load] = loadOf({
    calls: many(4, 100, (index) => ({ at: (index - 2) * 100, attempts: "infura:5" })),
    providers: [{
      chain: "ethereum",
      provider: "infura",
      calls: { eth_call: 4, eth_chainId: 1, eth_blockNumber: 6 },
      failed: 0,
      rawTransactions: [],
    }],
  });
  assert.deepEqual(
    load!.providers.map(({ provider, served, asked }) => [provider, served, asked]),
    [["alchemy", 0, null], ["infura", 2, 11], ["ankr", 0, null]],
  );
});

Deno.test("loadShares() of a foreign router knows whom its answers name; of nothing it tells nothing", () => {
  const foreign: Partial<Scenario> = { chains: [], target: { kind: "url", url: "http://127.0.0.1:1" } };
  const [load] = loadOf(
    { calls: many(4, 100, (index) => ({ attempts: index % 2 ? "b:1" : "a:1" })) },
    foreign,
  );
  assert.deepEqual([load!.chain, load!.fairness], ["ethereum", 1]);
  assert.deepEqual(load!.providers.map(({ provider, fairServed }) => [provider, fairServed]), [
    ["a", 2],
    ["b", 2],
  ]);
  assert.deepEqual(loadOf({ calls: many(4, 100, () => ({})) }, { ...foreign, workloads: [reads()] }), []);
});
