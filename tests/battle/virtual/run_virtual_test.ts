// The same scenarios as with real processes, on virtual time: that protections show, that their absence shows too, that
// each fault of the wire is felt, and that it is fast and the same every time.

import assert from "node:assert/strict";
import process from "node:process";
import type { Battle, ScenarioFunction } from "../../../battle/dsl/battle_types.ts";
import type { FinishedScenario } from "../../../battle/dsl/builder_types.ts";
import { virtually } from "./support.ts";

const noProtection = { defaults: { retry: { rounds: 0 }, breaker: false } };

const oneDies: ScenarioFunction = ({ scenario, sim, http, poisson, at, check }: Battle): FinishedScenario =>
  scenario("one dies")
    .seed(3)
    .chain("ethereum", { providers: { swift: sim({ p50: "20ms" }), steady: sim({ p50: "40ms" }) } })
    .workload(
      "reads",
      http({ arrival: poisson(100), mix: { eth_getBalance: 2, eth_blockNumber: 1 }, timeout: "2s" }),
    )
    .duration("20s", { warmup: "2s" })
    .chaos(at("5s").kill("swift").for("8s").as("death"))
    .slo("reads", { success_rate: 1, failover_ms: 500 })
    .check(check.answersMatchLedger(), check.headsMonotonic(), check.noSecrets());

Deno.test("runVirtual() passes where the router fails over, and says what it did not measure", async () => {
  const { record, result } = await virtually(oneDies);
  assert.equal(result.verdict, "pass", result.reasons.join("\n"));
  assert.equal(result.workloads[0]?.planned, result.workloads[0]?.answered);
  assert.deepEqual(record.faults.map(({ id, startUs, endUs }) => [id, startUs, endUs]), [
    ["death", 5_000_000, 13_000_000],
  ]);
  assert.ok((result.faults[0]?.tookOver.steady ?? 0) > 0.95);
  assert.ok(record.feed.some(({ topic }) => topic === "breaker"));
  assert.ok(record.notes.some((note) => /virtual time/.test(note)));
});

Deno.test("runVirtual() fails where the router may not try again", async () => {
  const { result } = await virtually(oneDies, noProtection);
  assert.equal(result.verdict, "fail");
  assert.ok((result.slos[0]?.value ?? 1) < 0.9, String(result.slos[0]?.value));
});

Deno.test("runVirtual() gives the same record for the same seed", async () => {
  const [one, other] = [await virtually(oneDies), await virtually(oneDies)];
  const timeless = ({ record }: typeof one): unknown => ({ ...record, startedAt: "", ledgers: null });
  assert.deepEqual(timeless(one), timeless(other));
});

Deno.test("runVirtual() is at least 20 times as fast as real time at 400 requests/s", async () => {
  const scenario: ScenarioFunction = ({ scenario, sim, http, poisson, at }) =>
    scenario("quick")
      .chain("ethereum", {
        blockTime: "1s",
        providers: { a: sim({ p50: "20ms" }), b: sim({ p50: "35ms" }), c: sim({ p50: "60ms" }) },
      })
      .workload(
        "reads",
        http({
          arrival: poisson(400),
          mix: { eth_call: 6, eth_getLogs: 1, eth_blockNumber: 3 },
          timeout: "2s",
        }),
      )
      .duration("30s")
      .chaos(at("10s").kill("a").for("10s"))
      .slo("reads", { success_rate: 1 });
  await virtually(oneDies);
  // Of the processor, not of the clock: others may be at work on this machine.
  const before = process.cpuUsage();
  const { result } = await virtually(scenario);
  const { user, system } = process.cpuUsage(before);
  assert.equal(result.verdict, "pass", result.reasons.join("\n"));
  assert.ok((user + system) / 1e6 < 30 / 20, `${(user + system) / 1e6} s for 30 s`);
});

Deno.test("runVirtual() takes streams through a kill of their provider, and of the router", async () => {
  const { record, result } = await virtually(({ scenario, sim, subscribers, at, check }) =>
    scenario("streams")
      .chain("ethereum", {
        blockTime: "500ms",
        providers: { swift: sim({ p50: "10ms" }), steady: sim({ p50: "25ms" }) },
      })
      .workload("heads", subscribers({ sockets: 3, subscription: "newHeads" }))
      .workload("logs", subscribers({ sockets: 3, subscription: "logs" }))
      .duration("30s")
      .chaos(at("4s").kill("swift").for("6s"), at("12s").reorg({ depth: 3 }), at("20s").routerKill())
      .slo({}, { stream_gaps: 0, stream_duplicates: 0, stream_out_of_order: 0 })
      .check(check.noEventLostOrDoubled())
  );
  assert.equal(result.verdict, "pass", result.reasons.join("\n"));
  assert.equal(record.subscribers.length, 12, "each came again after the router");
  assert.ok(record.subscribers.every(({ record: kept }) => (kept?.entries.length ?? 0) > 5));
  assert.deepEqual(
    record.subscribers.flatMap(({ closes }) => closes.map(({ code }) => code)),
    Array(6).fill(1006),
  );
});

const wireFaults: Readonly<Record<string, (battle: Battle) => Parameters<typeof oneFault>[1]>> = {
  kill: ({ at }) => at("2s").kill("swift").for("4s"),
  blackhole: ({ at }) => at("2s").blackhole("swift").for("4s"),
  reset: ({ at }) => at("2s").reset("swift").for("4s"),
  cut_body: ({ at }) => at("2s").cutBody("swift", { afterBytes: 20 }).for("4s"),
};

type Reads = ReturnType<typeof reads>;

// deno-lint-ignore explicit-function-return-type
function reads({ scenario, sim, http, constant }: Battle) {
  return scenario("one wire")
    .chain("ethereum", { providers: { swift: sim({ p50: "5ms" }), steady: sim({ p50: "30ms" }) } })
    .workload("reads", http({ arrival: constant(50), mix: { eth_getBalance: 1 }, timeout: "2s" }))
    .duration("8s");
}

function oneFault(battle: Battle, chaos: Parameters<Reads["chaos"]>[0]): FinishedScenario {
  return reads(battle).chaos(chaos).slo("reads", { success_rate: 1 });
}

for (const [kind, chaos] of Object.entries(wireFaults)) {
  Deno.test(`runVirtual() lets ${kind} be felt without protection, and survived with it`, async () => {
    const scenario: ScenarioFunction = (battle) => oneFault(battle, chaos(battle));
    const bare = await virtually(scenario, {
      defaults: { ...noProtection.defaults, strategy: "priority" },
      chains: { ethereum: { health: { interval: 0 } } },
    });
    assert.ok(bare.record.calls.some(({ outcome }) => outcome !== "result"), "nothing was felt");
    const safe = await virtually(scenario);
    assert.equal(safe.result.slos[0]?.verdict, "pass", String(safe.result.slos[0]?.value));
  });
}

Deno.test("runVirtual() makes a slow wire slow", async () => {
  const { record } = await virtually((battle) =>
    oneFault(battle, battle.at("2s").latency("steady", { ms: 0 }).for("1s"))
  );
  const slow = await virtually(
    (battle) => oneFault(battle, battle.at("2s").latency("swift", "400ms").for("4s")),
    { chains: { ethereum: { strategy: "priority" } } },
  );
  const worst = (calls: typeof record.calls): number =>
    Math.max(...calls.map(({ plannedUs, doneUs }) => doneUs - plannedUs));
  assert.ok(worst(slow.record.calls) > worst(record.calls) + 50_000);
});

Deno.test("runVirtual() refuses what it can't have", async () => {
  await assert.rejects(
    virtually(({ scenario, http }) =>
      scenario("far").target("http://127.0.0.1:1").workload("reads", http({ rate: 1 })).duration("1s")
        .slo("reads", { success_rate: 1 })
    ),
    /virtual time can't have a router that runs elsewhere/,
  );
  await assert.rejects(
    virtually(({ scenario, anvil, http }) =>
      scenario("real").chain("ethereum", { providers: { node: anvil() } })
        .workload("reads", http({ rate: 1, mix: { eth_chainId: 1 } })).duration("1s")
        .slo("reads", { success_rate: 1 })
    ),
    /virtual time needs simulated providers only[^]*at ethereum\/node/,
  );
});
