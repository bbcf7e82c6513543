import assert from "node:assert/strict";
import { collectScenarios } from "../../../battle/dsl/load_scenarios.ts";
import type { ScenarioFunction } from "../../../battle/dsl/battle_types.ts";
import type { Scenario } from "../../../battle/model/scenario.ts";
import { makePlan } from "../../../battle/plan/make_plan.ts";
import { checkHosts, foreignHosts, loadNotice } from "../../../battle/run/hosts.ts";

const one = (make: ScenarioFunction): Scenario => collectScenarios(make, "test")[0]!;

const at = (url: string): Scenario =>
  one(({ scenario, http }) =>
    scenario("s").target(url).workload("reads", http({ rate: 10 })).duration("3s", { warmup: "1s" })
      .slo("reads", { success_rate: 1 })
  );

Deno.test("foreignHosts() takes every loopback address for our own", () => {
  for (const url of ["http://localhost:4000", "http://127.0.0.1", "http://127.8.9.1:1", "http://[::1]:80"]) {
    assert.deepEqual(foreignHosts(at(url)), [], url);
  }
  for (const host of ["rpc.example", "127.0.0.1.example", "10.0.0.1", "0.0.0.0"]) {
    assert.deepEqual(foreignHosts(at(`https://${host}/key`)), [host]);
  }
});

Deno.test("foreignHosts() looks into the router's config, wherever it stands", () => {
  const scenario = one(({ scenario, sim, http }) =>
    scenario("s")
      .chain("ethereum", { providers: { a: sim({ config: { ws_url: "wss://one.example/key" } }), b: sim() } })
      .router({
        chains: { base: { providers: [{ id: "c", url: "https://two.example/key" }] } },
        alerts: { targets: [{ type: "webhook", url: "https://three.example" }] },
      })
      .workload("reads", http({ rate: 10 })).duration("3s").slo("reads", { success_rate: 1 })
      .compare({
        baseline: { chains: { base: { providers: [{ id: "c", url: "https://four.example" }] } } },
        metric: "p50_latency_ms",
        maxRegression: 0.1,
      })
  );
  assert.deepEqual(foreignHosts(scenario), ["one.example", "two.example", "three.example", "four.example"]);
});

Deno.test("checkHosts() wants each foreign host allowed by name", () => {
  const scenario = at("https://rpc.example/key");
  assert.throws(() => checkHosts(scenario, new Set(["other.example"])), /--allow-host rpc\.example/);
  checkHosts(scenario, new Set(["rpc.example"]));
});

Deno.test("loadNotice() counts the requests before they are sent; nothing for loopback", () => {
  const scenario = at("https://rpc.example/key");
  assert.equal(loadNotice(scenario, makePlan(scenario)), "40 requests will go to rpc.example within 4 s");
  const compared = one(({ scenario, url, http }) =>
    scenario("s").chain("ethereum", { providers: { a: url("https://rpc.example/key") } })
      .workload("reads", http({ rate: 10, mix: { eth_blockNumber: 1 } })).duration("3s")
      .compare({ baseline: { strategy: "round_robin" }, metric: "p50_latency_ms", maxRegression: 0.1 })
  );
  const notice = loadNotice(compared, makePlan(compared));
  assert.equal(notice, "about 240 requests will go to rpc.example within 24 s");
  const here = at("http://localhost:4000");
  assert.equal(loadNotice(here, makePlan(here)), null);
});
