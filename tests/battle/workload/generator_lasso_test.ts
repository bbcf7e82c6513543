// The generator against a real router over real sockets: outcomes, metadata, and replay of what the router recorded.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { systemClock } from "../../../core/clock.ts";
import { TrafficRecorder } from "../../../core/server/traffic_recorder.ts";
import type { PlannedWorkload } from "../../../battle/model/plan.ts";
import { recordedCalls } from "../../../battle/plan/recorded_traffic.ts";
import { Generator } from "../../../battle/workload/generator.ts";
import type { LoadReport } from "../../../battle/workload/load_generator.ts";
import { readRecording } from "../../../battle/workload/recording.ts";
import { workerAlarm } from "../../../battle/workload/worker_alarm.ts";
import { alive } from "../../support/alive.ts";
import { startLasso } from "../../support/start_lasso.ts";
import { startProvider, stillChain } from "../simulator/support.ts";
import { beat, noUsage, order, workload } from "./support.ts";

function config(url: string): string {
  return `defaults: { health: { interval: 0 }, strategy: priority }
chains: { ethereum: { providers: [ { id: sim, url: "${url}" } ] } }
`;
}

async function run(
  url: string,
  workloads: readonly PlannedWorkload[],
  durationMs: number,
): Promise<LoadReport> {
  await using generator = new Generator(order(workloads, durationMs, { url }), {
    clock: systemClock,
    makeAlarm: workerAlarm,
    usage: noUsage,
  });
  await generator.prepare();
  generator.go(systemClock.now() + 20);
  return await generator.finished;
}

Deno.test("Generator drives a router over HTTP, WebSocket and in batches, and reads the metadata of each call", async () => {
  await using provider = await startProvider(stillChain());
  await using lasso = await startLasso(config(provider.url));
  const mixed = (nth: number, batch: number): { atUs: number; method: string; params: string } => ({
    atUs: Math.floor(nth / batch) * 5_000,
    method: nth % 2 === 0 ? "eth_gasPrice" : "eth_getBalance",
    params: nth % 2 === 0 ? "[]" : '["0x00000000000000000000000000000000000000aa","0x60"]',
  });
  const calls = (count: number, batch: number) =>
    Array.from({ length: count }, (_, nth) => mixed(nth, batch));
  const { calls: records, notes } = await run(lasso.server.url, [
    { workload: workload("http"), calls: calls(40, 1) },
    { workload: workload("ws", { kind: "ws" }), calls: calls(40, 1) },
    { workload: workload("batch", { batch: 4, via: "round_robin" }), calls: calls(40, 4) },
    { workload: workload("ws batch", { kind: "ws", batch: 4 }), calls: calls(40, 4) },
  ], 300);
  assert.deepEqual(notes, []);
  assert.equal(records.length, 160);
  const ids = new Set<string>();
  for (const { outcome, provider: name, requestId, overheadMs, attempts, result, resultHash } of records) {
    assert.deepEqual([outcome, name, attempts.length], ["result", "sim", 1]);
    assert.deepEqual([attempts[0]?.provider, attempts[0]?.transport, attempts[0]?.outcome], [
      "sim",
      "http",
      "ok",
    ]);
    assert.ok(overheadMs !== null && overheadMs >= 0);
    assert.equal(resultHash, createHash("sha256").update(result!).digest("hex"));
    ids.add(requestId!);
  }
  assert.equal(ids.size, 160);
});

Deno.test("Generator tells the router's own errors by their reason, and unknown chains too", () =>
  alive(async () => {
    const provider = await startProvider(stillChain());
    await using lasso = await startLasso(`defaults: { health: { interval: 0 }, timeout: 200ms }
chains: { ethereum: { providers: [ { id: sim, url: "${provider.url}" } ] } }
`);
    await provider.kill();
    const { calls } = await run(lasso.server.url, [
      { workload: workload("down"), calls: [{ atUs: 0, method: "eth_gasPrice", params: "[]" }] },
      { workload: workload("nowhere", { chain: "none" }), calls: beat(1, 0, 10) },
    ], 20);
    assert.deepEqual(calls.map(({ outcome, code, reason }) => [outcome, code, reason]), [
      ["error", -32000, "transport"],
      ["error", -32602, "unknown_chain"],
    ]);
    assert.equal(calls[0]?.attempts[0]?.outcome, "transport");
  }));

Deno.test("a router's recording can be replayed: same calls, same distances", async () => {
  await using provider = await startProvider(stillChain());
  const lines: string[] = [];
  const recorder = new TrafficRecorder(
    { line: (_level, line) => lines.push(line) },
    systemClock.now(),
    false,
  );
  await using lasso = await startLasso(config(provider.url), { recorder });
  const params = '["0x00000000000000000000000000000000000000aa", "0x60"]';
  const planned = [0, 20_000, 60_000].flatMap((atUs) => [
    { atUs, method: "eth_getBalance", params },
    { atUs, method: "eth_sendRawTransaction", params: '["0x01"]' },
  ]);
  await run(lasso.server.url, [
    { workload: workload("http"), calls: planned.slice(0, 2) },
    { workload: workload("ws", { kind: "ws" }), calls: planned.slice(2) },
  ], 100);
  assert.equal(recorder.heard, 6);
  const recorded = readRecording(lines, "memory");
  assert.deepEqual(
    recorded.map(({ chain, method, params, transport }) => [chain, method, params, transport]).toSorted(),
    [
      ["ethereum", "eth_getBalance", params, "http"],
      ["ethereum", "eth_getBalance", params, "ws"],
      ["ethereum", "eth_getBalance", params, "ws"],
      ["ethereum", "eth_sendRawTransaction", null, "http"],
      ["ethereum", "eth_sendRawTransaction", null, "ws"],
      ["ethereum", "eth_sendRawTransaction", null, "ws"],
    ],
  );
  assert.ok(!lines.join().includes("0x01"));
  const wanted = { file: "memory", chain: "ethereum", speed: 2, limitUs: 1e9 };
  const calls = recordedCalls(lines.join("\n"), wanted);
  assert.deepEqual(calls.map(({ method }) => method), ["eth_getBalance", "eth_getBalance", "eth_getBalance"]);
  const reads = recorded.filter((call) => call.params !== null);
  assert.deepEqual(
    calls.map(({ atUs }) => atUs),
    reads.map(({ atUs }) => Math.round((atUs - recorded[0]!.atUs) / 2)),
  );
  const span = calls[2]!.atUs;
  const replay = {
    kind: "replay",
    name: "again",
    chain: "ethereum",
    file: "memory",
    speed: 2,
    timeoutMs: 2_000,
  } as const;
  const { calls: again } = await run(lasso.server.url, [{ workload: replay, calls }], span / 1_000 + 10);
  assert.deepEqual(again.map(({ method, params, outcome }) => [method, params, outcome]), [
    ["eth_getBalance", params, "result"],
    ["eth_getBalance", params, "result"],
    ["eth_getBalance", params, "result"],
  ]);
});
