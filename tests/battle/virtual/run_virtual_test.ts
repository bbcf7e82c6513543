// The same scenarios as with real processes, on virtual time: that protections show, that their absence shows too, that
// each fault of the wire is felt, and that it is fast and the same every time.

import assert from "node:assert/strict";
import type { Battle, ScenarioFunction } from "../../../battle/dsl/battle_types.ts";
import type { FinishedScenario } from "../../../battle/dsl/builder_types.ts";
import type { Chaos } from "../../../battle/dsl/fault_types.ts";
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

Deno.test("runVirtual() interrupted says when, and has what was seen until then", async () => {
  const { record } = await virtually(oneDies, {}, AbortSignal.abort());
  assert.ok(record.durationUs < 20_000_000);
  const at = `it was interrupted at ${Number((record.durationUs / 1e6).toFixed(2))} s`;
  assert.ok(record.notes.includes(at), record.notes.join("\n"));
});

Deno.test("runVirtual() fails where the router may not try again", async () => {
  const { result } = await virtually(oneDies, noProtection);
  assert.equal(result.verdict, "fail");
  assert.ok((result.slos[0]?.value ?? 1) < 1, String(result.slos[0]?.value));
});

Deno.test("runVirtual() gives the same record for the same seed", async () => {
  const [one, other] = [await virtually(oneDies), await virtually(oneDies)];
  const timeless = ({ record }: typeof one): unknown => ({ ...record, startedAt: "", ledgers: null });
  assert.deepEqual(timeless(one), timeless(other));
});

Deno.test("runVirtual() takes half a minute at 400 requests/s through a kill", async () => {
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
  const { record, result } = await virtually(scenario);
  assert.equal(result.verdict, "pass", result.reasons.join("\n"));
  assert.ok(record.calls.length > 11_000, String(record.calls.length));
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

Deno.test("runVirtual() sends calls of ws workloads over WebSockets: counted by socket, lost together, opened again", async () => {
  const scenario = (load: "http" | "ws"): ScenarioFunction => (battle) =>
    battle.scenario("sockets")
      .chain("ethereum", {
        providers: { swift: battle.sim({ p50: "50ms" }), steady: battle.sim({ p50: "60ms" }) },
      })
      .router({ server: { ws: { max_in_flight: 2 } } })
      .workload("reads", battle[load]({ rate: 400, mix: { eth_getBalance: 1 }, timeout: "2s" }))
      .duration("6s").chaos(battle.at("3s").routerKill())
      .slo("reads", { success_rate: 0.01 });
  const of = async (load: "http" | "ws"): Promise<{ refused: number; reasons: string[]; after: number }> => {
    const { record: { calls } } = await virtually(scenario(load));
    return {
      refused: calls.filter(({ code }) => code === -32008).length,
      reasons: [
        ...new Set(
          calls.flatMap(({ reason, outcome }) => outcome === "broken" && reason !== null ? [reason] : []),
        ),
      ],
      after: calls.filter(({ plannedUs, outcome }) => plannedUs > 4_000_000 && outcome === "result").length,
    };
  };
  const [http, ws] = [await of("http"), await of("ws")];
  assert.equal(http.refused, 0);
  assert.ok(ws.refused > 100, `${ws.refused}: about 20 under way at a time over four sockets of 2 each`);
  assert.deepEqual(http.reasons, ["the connection was reset", "the connection was refused"]);
  assert.deepEqual(ws.reasons, ["the WebSocket failed (ECONNRESET)", "the WebSocket failed (ECONNREFUSED)"]);
  assert.ok(ws.after > 50, `${ws.after}: a new socket for those after it`);
});

Deno.test("runVirtual() tells attempts of ws calls, batches among them, and refuses a path that is none", async () => {
  const { record, result } = await virtually(({ scenario, sim, ws, at, check }) =>
    scenario("batches")
      .chain("ethereum", { providers: { swift: sim({ p50: "5ms" }), steady: sim({ p50: "30ms" }) } })
      .workload("reads", ws({ rate: 40, batch: 3, mix: { eth_getBalance: 1 }, timeout: "2s" }))
      .workload("lost", ws({ rate: 2, via: "provider/nobody", mix: { eth_getBalance: 1 } }))
      .duration("8s").chaos(at("2s").kill("swift").for("3s"))
      .slo("reads", { success_rate: 1 }).check(check.answersMatchLedger())
  );
  assert.equal(result.slos[0]?.verdict, "pass", `${result.slos[0]?.value}`);
  const reads = record.calls.filter(({ workload }) => workload === "reads");
  assert.ok(reads.length > 900 && reads.every(({ attempts }) => attempts.length > 0));
  assert.ok(reads.some(({ attempts }) => attempts.length > 1), "failovers");
  const lost = record.calls.filter(({ workload }) => workload === "lost");
  assert.deepEqual([...new Set(lost.map(({ reason }) => reason))], ["the WebSocket failed (HTTP 404)"]);
});

/** Two providers, the quicker one of which goes through the fault. */
function oneFault(
  { scenario, sim, http, constant }: Battle,
  ...chaos: readonly [Chaos<"wire:swift", "">, ...Chaos<"wire:steady", "">[]]
): FinishedScenario {
  return scenario("one wire")
    .chain("ethereum", { providers: { swift: sim({ p50: "5ms" }), steady: sim({ p50: "30ms" }) } })
    .workload("reads", http({ arrival: constant(50), mix: { eth_getBalance: 1 }, timeout: "2s" }))
    .duration("8s")
    .chaos(...chaos)
    .slo("reads", { success_rate: 1 });
}

const wireFaults: Readonly<Record<string, (at: ReturnType<Battle["at"]>) => Chaos<"wire:swift", "">>> = {
  kill: (at) => at.kill("swift").for("4s"),
  blackhole: (at) => at.blackhole("swift").for("4s"),
  reset: (at) => at.reset("swift").for("4s"),
  cut_body: (at) => at.cutBody("swift", { after: "20b" }).for("4s"),
};

for (const [kind, chaos] of Object.entries(wireFaults)) {
  Deno.test(`runVirtual() lets ${kind} be felt without protection, and survived with it`, async () => {
    const scenario: ScenarioFunction = (battle) => oneFault(battle, chaos(battle.at("2s")));
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
    oneFault(
      battle,
      battle.at("2s").latency("swift", { extra: "400ms" }).for("4s"),
      battle.at("2s").latency("steady", { extra: "400ms" }).for("4s"),
    )
  );
  const meanMs = (fromUs: number, toUs: number): number => {
    const calls = record.calls.filter(({ plannedUs }) => plannedUs >= fromUs && plannedUs < toUs);
    return calls.reduce((sum, { plannedUs, doneUs }) => sum + (doneUs - plannedUs) / 1000, 0) / calls.length;
  };
  assert.ok(meanMs(0, 1_900_000) < 50);
  assert.ok(meanMs(3_000_000, 5_000_000) > 400);
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
  await assert.rejects(
    virtually(({ scenario, sim, http, at }) =>
      scenario("tight").chain("ethereum", { providers: { a: sim(), b: sim() } })
        .workload("reads", http({ rate: 1 })).duration("1s").slo("reads", { success_rate: 1 })
        .chaos(at("0s").memoryPressure({ heap: "96mb" }).as("squeeze"))
    ),
    /virtual time can't have a heap of the router's own \(fault "squeeze"\)/,
  );
});
