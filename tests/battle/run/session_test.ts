// A run from end to end with real processes: that it passes, that it can fail, that it says when it can't tell, and that
// it leaves nothing behind however it ends.

import assert from "node:assert/strict";
import { join } from "node:path";
import type { ScenarioFunction } from "../../../battle/dsl/battle_types.ts";
import type { SloBounds } from "../../../battle/dsl/builder_types.ts";
import { RouterProcess } from "../../../battle/run/router_process.ts";
import { createSimulatedChain } from "../../../battle/simulator/chain.ts";
import { startSimulatedProvider } from "../../../battle/simulator/provider.ts";
import { systemClock } from "../../../core/clock.ts";
import { seededRandom } from "../../../core/random.ts";
import type { Duration } from "../../../battle/dsl/unit_types.ts";
import { assertNothingIsLeft, program, type Ran, routerPid, runHere } from "./support.ts";

interface Case {
  readonly duration?: Duration;
  /** Keys of the router's config. */
  readonly router?: Readonly<Record<string, unknown>>;
  readonly slo: SloBounds;
  /** Are answers compared to the ledger, and secrets looked for? */
  readonly checks?: boolean;
}

/** Two providers, one of which dies at 1 s for 1.5 s. */
function oneDies({ duration = "4s", router = {}, slo, checks = false }: Case): ScenarioFunction {
  return ({ scenario, sim, http, constant, at, check }) => {
    const whole = scenario("one dies")
      .seed(7)
      .chain("ethereum", {
        blockTime: "1s",
        providers: { swift: sim({ p50: "4ms" }), steady: sim({ p50: "12ms" }) },
      })
      .router(router)
      .workload(
        "reads",
        http({ arrival: constant(60), mix: { eth_getBalance: 3, eth_blockNumber: 1 }, timeout: "2s" }),
      )
      .duration(duration, { warmup: "1s" })
      .chaos(at("1s").kill("swift").for("1500ms").as("death"))
      .slo("reads", slo);
    return checks ? whole.check(check.answersMatchLedger(), check.noSecrets()) : whole;
  };
}

/** Its verdict is what SLOs and checks say; a machine too busy for the generator is told as a doubt about it. */
function onlyTheGeneratorWasLate({ results }: Ran): boolean {
  return results.every(({ reasons }) =>
    reasons.length > 0 && reasons.every((text) => /generator/.test(text))
  );
}

Deno.test("runSession() passes where the router fails over, with every side in the result", async () => {
  const ran = await runHere(oneDies({
    slo: { success_rate: 1, failover_ms: 1_000, max_memory_mb: 2_000 },
    checks: true,
  }));
  const [result] = ran.results;
  assert.ok(result !== undefined, ran.said.join("\n"));
  assert.deepEqual(result.slos.map(({ key, verdict }) => `${key} ${verdict}`), [
    "success_rate pass",
    "failover_ms pass",
    "max_memory_mb pass",
  ]);
  assert.deepEqual(result.checks.map(({ name, verdict }) => `${name} ${verdict}`), [
    "answersMatchLedger pass",
    "noSecrets pass",
  ]);
  if (result.verdict !== "pass") assert.ok(onlyTheGeneratorWasLate(ran), result.reasons.join("\n"));
  assert.equal(ran.code, result.verdict === "pass" ? 0 : 3);
  const [fault] = result.faults;
  assert.equal(fault?.fault.id, "death");
  assert.ok(Math.abs(fault.fault.startUs - 1_000_000) < 200_000, `${fault.fault.startUs}`);
  assert.ok(Math.abs(fault.fault.endUs - 2_500_000) < 200_000, `${fault.fault.endUs}`);
  assert.ok((fault.tookOver.steady ?? 0) > 0.9);
  assert.equal(result.workloads[0]?.planned, 240);
  assert.deepEqual(Object.keys(result.processes).sort(), ["battle", "generator", "router", "world"]);
  assert.ok(Object.values(result.clockErrorUs).every((us) => us < 50_000));
  assert.ok(!JSON.stringify(result).includes("planted-secret-"));
  await assertNothingIsLeft(ran);
});

Deno.test("runSession() fails where the router may not try again", async () => {
  const ran = await runHere(oneDies({
    router: { defaults: { retry: { rounds: 0 }, breaker: false } },
    slo: { success_rate: 1 },
  }));
  assert.deepEqual([ran.code, ran.lastLine], [1, "PASS 0 FAIL 1 INCONCLUSIVE 0"], ran.said.join("\n"));
  assert.ok((ran.results[0]?.slos[0]?.value ?? 1) < 1);
  await assertNothingIsLeft(ran);
});

Deno.test("runSession() is inconclusive where too little was measured", async () => {
  const ran = await runHere(oneDies({ slo: { p999_latency_ms: 10_000 } }));
  assert.deepEqual([ran.code, ran.lastLine], [3, "PASS 0 FAIL 0 INCONCLUSIVE 1"], ran.said.join("\n"));
});

Deno.test("runSession() interrupted: what was seen so far is judged, never as a pass", async () => {
  const ran = await runHere(
    oneDies({ duration: "60s", slo: { success_rate: 0.1 } }),
    (watcher) => watcher.interrupt(),
  );
  assert.equal(ran.code, 130);
  const [result] = ran.results;
  assert.ok(result !== undefined, ran.said.join("\n"));
  assert.equal(result.verdict, "inconclusive");
  assert.ok(
    result.reasons.some((reason) => /^it was interrupted at \d/.test(reason)),
    `${result.reasons}`,
  );
  assert.ok(result.durationMs >= 900 && result.durationMs < 10_000, `${result.durationMs}`);
  await assertNothingIsLeft(ran);
});

Deno.test("runSession() tells of a part that dies, and exits with 4", async () => {
  const ran = await runHere(
    oneDies({ duration: "60s", slo: { success_rate: 1 } }),
    ({ pids }) => Deno.kill(pids.world!, "SIGKILL"),
  );
  assert.deepEqual([ran.code, ran.results.length], [4, 0]);
  assert.match(ran.said.at(-1) ?? "", /one dies: the world was ended by SIGKILL/);
  await assertNothingIsLeft(ran);
});

Deno.test("runSession() takes a config that the router refuses for a bad scenario", async () => {
  const ran = await runHere(
    oneDies({ router: { defaults: { stratgy: "fastest" } }, slo: { success_rate: 1 } }),
  );
  assert.deepEqual([ran.code, ran.results.length], [2, 0], ran.said.join("\n"));
  assert.match(ran.said.at(-1) ?? "", /stratgy/);
  await assertNothingIsLeft(ran);
});

Deno.test("runSession() fails where the router ends by itself, whatever the numbers say", async () => {
  const ran = await runHere(
    oneDies({ duration: "60s", slo: { success_rate: 0.01 } }),
    ({ folders }) => void routerPid(folders[0]!).then((pid) => Deno.kill(pid, "SIGKILL")),
  );
  assert.deepEqual([ran.code, ran.lastLine], [1, "PASS 0 FAIL 1 INCONCLUSIVE 0"], ran.said.join("\n"));
  const { reasons = [] } = ran.results[0] ?? {};
  assert.ok(
    reasons.some((reason) => /the router ended by itself at \d[^]*SIGKILL/.test(reason)),
    reasons.join("\n"),
  );
  await assertNothingIsLeft(ran);
});

Deno.test("runSession() takes a router that runs already, and says what it can't tell", async () => {
  const folder = Deno.makeTempDirSync();
  try {
    using chain = createSimulatedChain({ chainId: 1, seed: 1, blockTimeMs: 0, clock: systemClock });
    const deps = { clock: systemClock, random: seededRandom(1) };
    await using provider = await startSimulatedProvider(chain, { name: "sim" }, deps);
    const configFile = join(folder, "router.yaml");
    const providers = [{ id: "sim", url: provider.url }];
    Deno.writeTextFileSync(configFile, JSON.stringify({ chains: { ethereum: { chain_id: 1, providers } } }));
    await using router = await RouterProcess.start({
      program,
      clock: systemClock,
      configFile,
      logFile: join(folder, "router.log"),
      heap: null,
    });
    const ran = await runHere(({ scenario, http }) =>
      scenario("foreign").target(router.url)
        .workload("reads", http({ rate: 30, chain: "ethereum", mix: { eth_chainId: 1 } })).duration("2s")
        .slo("reads", { success_rate: 1 }).slo({}, { max_memory_mb: 1_000 })
    );
    const [result] = ran.results;
    assert.ok(result !== undefined, ran.said.join("\n"));
    assert.deepEqual(result.slos.map(({ key, verdict }) => `${key} ${verdict}`), [
      "success_rate pass",
      "max_memory_mb inconclusive",
    ]);
    assert.equal(ran.code, 3);
    assert.deepEqual(Object.keys(ran.pids), ["generator"], "no world, and no router of its own");
    assert.notEqual(router.pid, undefined, "it still runs");
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
