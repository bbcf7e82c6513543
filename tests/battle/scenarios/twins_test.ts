// Every shipped scenario must be able to fail: on virtual time it holds as it is, and its twin, the same with the
// protection switched off that it is about, ends in FAIL. The same seed gives the same run.

import assert from "node:assert/strict";
import type { Scenario } from "../../../battle/model/scenario.ts";
import { shipped } from "../../../battle/scenarios/mod.ts";
import { failures, runVirtually, shippedScenario, withConfig } from "./support.ts";

interface Twin {
  /** What is switched off. */
  readonly without: string;
  readonly change: (scenario: Scenario) => Scenario;
  /** SLOs and checkers of which at least one has to fail. */
  readonly shows: readonly string[];
}

const noFailover = { defaults: { retry: { rounds: 0 } } };
const noGapFilling = { defaults: { subscriptions: { enable_gap_filling: false } } };

function config(without: string, changes: Readonly<Record<string, unknown>>, ...shows: string[]): Twin {
  return { without, change: (scenario) => withConfig(scenario, changes), shows };
}

const twins: Readonly<Record<string, readonly Twin[]>> = {
  "failover": [
    config("failover", noFailover, "success_rate"),
    config("breakers", { defaults: { breaker: false } }, "breaker_open_ms"),
  ],
  "flapping": [
    config("breakers", { defaults: { breaker: false } }, "upstream_calls_per_request"),
    config("failover", noFailover, "success_rate"),
  ],
  "brown-out": [config("a second attempt beside a slow one", noFailover, "max_latency_ms")],
  "rate-limits": [config("failover", noFailover, "success_rate")],
  "lagging-provider": [
    config("probes of health", { defaults: { health: { interval: 0 } } }, "wrong_results"),
  ],
  // It is known to fail: its twin is itself, judged as the others are.
  "lying-provider": [{
    without: "being excused",
    change: (scenario) => ({ ...scenario, expectedToFail: null }),
    shows: ["wrong_results"],
  }],
  "malformed-answers": [config("failover", noFailover, "success_rate")],
  "partition": [config("failover", noFailover, "max_latency_ms")],
  "thundering-herd": [config("failover", noFailover, "success_rate")],
  "subscriptions": [config("filling of gaps", noGapFilling, "stream_gaps")],
  "reorg-storm": [config("filling of gaps", noGapFilling, "stream_gaps")],
  "forked-head": [config("filling of gaps", noGapFilling, "stream_gaps")],
  "big-responses": [
    config("a limit of responses", { server: { max_response: "256mb" } }, "wrong_results"),
    config("failover", noFailover, "success_rate"),
  ],
  "restart": [{ without: "being started again", change: staysDown, shows: ["success_rate"] }],
  "strategy-comparison": [{ without: "the strategy", change: swapped, shows: ["p50_latency_ms is"] }],
  "soak": [config("failover", noFailover, "availability")],
};

/** Scenarios of which a part is enough, ms. */
const limits: Readonly<Record<string, number>> = { "soak": 45_000, "strategy-comparison": 4_000 };

function staysDown(scenario: Scenario): Scenario {
  const faults = scenario.faults.map((fault) => ({
    ...fault,
    schedule: { kind: "at" as const, atMs: 2_000, forMs: scenario.durationMs - 2_000 },
  }));
  return { ...scenario, faults };
}

/** Ours is the plain rotation now, the baseline what was ours. */
function swapped(scenario: Scenario): Scenario {
  const { baseline, ...compare } = scenario.compare!;
  const ours = withConfig(scenario, baseline);
  return { ...ours, compare: { ...compare, baseline: { defaults: { strategy: "fastest" } } } };
}

for (const name of Object.keys(shipped)) {
  const scenario = shippedScenario(name);

  Deno.test(`${name} holds, twice alike`, async () => {
    const first = await runVirtually(scenario, limits[name]);
    const excused = scenario.expectedToFail !== null;
    assert.deepEqual(excused ? [] : failures(first), []);
    // What virtual time can't measure is inconclusive there.
    const open = first.slos.filter(({ verdict }) => verdict === "inconclusive").map(({ key }) => key);
    assert.deepEqual(open.filter((key) => !key.includes("memory")), []);
    assert.deepEqual(first.checks.filter(({ verdict }) => verdict === "inconclusive"), []);
    assert.ok(first.comparison === null || first.comparison.verdict === "pass", first.comparison?.text);
    const second = await runVirtually(scenario, limits[name]);
    const { slos, checks, faults, planHash, verdict } = second;
    assert.deepEqual({ slos, checks, faults, planHash, verdict }, {
      slos: first.slos,
      checks: first.checks,
      faults: first.faults,
      planHash: first.planHash,
      verdict: first.verdict,
    });
  });

  for (const { without, change, shows } of twins[name] ?? []) {
    Deno.test(`${name} fails without ${without}`, async () => {
      const result = await runVirtually(change(scenario), limits[name]);
      const found = failures(result);
      assert.equal(result.verdict, "fail", found.join("\n"));
      assert.ok(shows.some((what) => found.some((text) => text.startsWith(what))), found.join("\n"));
    });
  }
}

Deno.test("every shipped scenario has a twin", () => {
  assert.deepEqual(Object.keys(twins).toSorted(), Object.keys(shipped).toSorted());
});
