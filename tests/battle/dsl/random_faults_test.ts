import assert from "node:assert/strict";
import type { Battle } from "../../../battle/dsl/battle_types.ts";
import type { FinishedScenario } from "../../../battle/dsl/builder_types.ts";
import { collectScenarios } from "../../../battle/dsl/load_scenarios.ts";
import type { FaultSpec, PlannedFault } from "../../../battle/model/fault.ts";
import type { Plan } from "../../../battle/model/plan.ts";
import { makePlan } from "../../../battle/plan/make_plan.ts";
import { scenarioOf } from "../../../battle/dsl/make_battle.ts";
import { randomKinds } from "../../../battle/dsl/random_faults.ts";
import { placeFaults } from "../../../battle/plan/place_faults.ts";
import { battle, loose, problemsOf, sound } from "./support.ts";

const { scenario, sim, http, at, random } = battle;

const base = () =>
  scenario("storm")
    .chain("ethereum", { providers: { a: sim(), b: sim(), c: sim() } })
    .workload("reads", http({ rate: 10 })).duration("120s").slo("reads", { success_rate: 1 });

const faultsOf = (built: unknown): readonly FaultSpec[] => scenarioOf(built).faults;

Deno.test("random() gives the same faults for the same seed, and others for another", () => {
  const first = faultsOf(base().chaos(random({ seed: 7, count: 10 })));
  assert.equal(first.length, 10);
  assert.deepEqual(faultsOf(base().seed(99).chaos(random({ seed: 7, count: 10 }))), first);
  assert.notDeepEqual(faultsOf(base().chaos(random({ seed: 8, count: 10 }))), first);
  assert.notDeepEqual(
    faultsOf(base().chaos(random())),
    faultsOf(base().seed(2).chaos(random())),
    "the scenario's seed",
  );
  assert.equal(faultsOf(base().chaos(random())).length, 12, "one for each 10 s");
});

Deno.test("random() never hits a provider twice at a time, spares one of them, keeps clear of other faults", () => {
  for (let seed = 0; seed < 20; seed++) {
    const specs = faultsOf(base().chaos(at("40s").kill("a").for("30s"), random({ seed, count: 20 })));
    const planned = placeFaults(specs, 120e6);
    const moments = planned.map(({ startUs }) => startUs);
    for (const moment of moments) {
      const hit = planned.filter(({ startUs, endUs }) => startUs <= moment && moment < (endUs ?? startUs + 1))
        .map(({ provider }) => provider);
      assert.equal(new Set(hit).size, hit.length, `twice at a time with seed ${seed}`);
      assert.ok(hit.length <= 2, `nobody is spared with seed ${seed}`);
    }
    assert.ok(planned.every(({ endUs }) => endUs === null || endUs <= 120e6));
  }
});

Deno.test("random() keeps to the kinds, providers, times and lengths that it is given", () => {
  const specs = faultsOf(
    base().chaos(random({
      seed: 3,
      count: 6,
      faults: ["kill", "brownout"],
      providers: ["a", "ethereum/b"],
      between: ["30s", "60s"],
      length: ["1s", "2s"],
    })),
  );
  assert.equal(specs.length, 6);
  assert.deepEqual(new Set(specs.map(({ fault }) => fault.kind)), new Set(["kill", "brownout"]));
  assert.deepEqual(new Set(specs.map(({ provider }) => provider)), new Set(["a", "b"]));
  for (const { schedule } of specs) {
    assert.ok(schedule.kind === "at" && schedule.forMs !== null);
    assert.ok(schedule.atMs >= 30_000 && schedule.atMs + schedule.forMs <= 60_000);
    assert.ok(schedule.forMs >= 1_000 && schedule.forMs <= 2_000);
  }
});

Deno.test("random() can draw every kind", () => {
  const kinds = new Set<string>();
  for (let seed = 0; seed < 30; seed++) {
    for (const { fault } of faultsOf(base().chaos(random({ seed, count: 20 })))) kinds.add(fault.kind);
  }
  assert.equal(kinds.size, randomKinds.length);
});

Deno.test("random() says what does not fit", () => {
  const problems = (options: unknown): string[] =>
    problemsOf(sound()["chaos"]!(loose["random"]!(options))).map((text) =>
      text.replace(".chaos(random()): ", "")
    );
  assert.deepEqual(
    problems({ count: 50, faults: ["kill"] }).map((text) => text.replace(/only \d+/, "only N")),
    [
      "only N of 50 faults find room; lower count, spare or length, widen between, or add providers",
    ],
  );
  assert.match(problems({ faults: ["kill", "lying"] })[0]!, /^"lying" can't be drawn; use some of kill, /);
  assert.deepEqual(problems({ providers: ["x"] }), [
    'there is no simulated provider "x"; use some of ethereum/a, ethereum/b',
  ]);
  assert.deepEqual(problems({ between: ["10s", "40s"] }), [
    "between ends after the run of 30 s; let it end with the run, or make the run longer",
  ]);
  assert.deepEqual(problems({ length: ["2s"] }), [
    'length must be two durations, the shorter first: it is a list; write ["2s", "10s"]',
  ]);
});

Deno.test("random() finds room with any seed where there is room for all", () => {
  const tight = ({ scenario, sim, http, random }: Battle): FinishedScenario =>
    scenario("tight")
      .chain("ethereum", { providers: { a: sim(), b: sim() } })
      .workload("reads", http({ rate: 10 })).duration("20s").slo("reads", { success_rate: 1 })
      .chaos(random({ count: 2, faults: ["kill"], length: ["8s", "9s"] }));
  for (let seed = 0; seed < 100; seed++) {
    assert.equal(collectScenarios(tight, "test", seed)[0]?.faults.length, 2, `seed ${seed}`);
  }
});

Deno.test("--seed redraws random() and the load with it, but not a random() that has a seed of its own", () => {
  const planOf = (options: { readonly seed?: number }, seed: number | null): Plan => {
    const [built] = collectScenarios(
      ({ scenario, sim, http, poisson, at, random }: Battle) =>
        scenario("storm").seed(5)
          .chain("ethereum", { providers: { a: sim(), b: sim(), c: sim() } })
          .workload("reads", http({ arrival: poisson(10) })).duration("120s").slo("reads", {
            success_rate: 1,
          })
          .chaos(at("3s").kill("a").for("1s").as("mine"), random({ ...options, count: 6 })),
      "test",
      seed,
    );
    return makePlan(built!, seed === null ? {} : { seed });
  };
  const drawn = ({ faults }: Plan): readonly PlannedFault[] => faults.filter(({ id }) => id !== "mine");
  const mine = ({ faults }: Plan): PlannedFault | undefined => faults.find(({ id }) => id === "mine");
  const [own, given, other] = [planOf({}, null), planOf({}, 5), planOf({}, 6)];
  assert.equal(given.hash, own.hash, "the scenario's own seed, given by hand");
  assert.notDeepEqual(drawn(other), drawn(own));
  assert.notDeepEqual(other.workloads[0]?.calls, own.workloads[0]?.calls);
  assert.deepEqual(mine(other), mine(own), "what is written down stays");
  const [fixed, moved] = [planOf({ seed: 7 }, null), planOf({ seed: 7 }, 6)];
  assert.deepEqual(drawn(moved), drawn(fixed));
  assert.notDeepEqual(moved.workloads[0]?.calls, fixed.workloads[0]?.calls);
});
