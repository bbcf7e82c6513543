import assert from "node:assert/strict";
import { systemClock } from "../../../core/clock.ts";
import { chunkRows } from "../../../battle/workload/call_chunk.ts";
import { GeneratorProcess } from "../../../battle/workload/generator_process.ts";
import type { LoadOrder, LoadProgress } from "../../../battle/workload/load_generator.ts";
import { startProvider, stillChain } from "../simulator/support.ts";
import { withFunctions } from "../../../battle/workload/order_pieces.ts";
import { beat, echo, httpAnswer, order, RawServer, workload } from "./support.ts";

const root = new URL("../../../", import.meta.url).pathname;
const command = {
  path: Deno.execPath(),
  // What the program gives a generator's process.
  args: ["run", "--no-check", "--no-prompt", "--config", `${root}deno.json`]
    .concat("--allow-net", "--allow-env", "--allow-read", `${root}tests/battle/workload/generator_part.ts`),
};

function start(
  given: LoadOrder,
  more: { onProgress?: (progress: LoadProgress) => void; file?: string } = {},
): Promise<GeneratorProcess> {
  const { onProgress = (): void => {}, file = null } = more;
  return GeneratorProcess.start(
    { order: given, scenario: "custom", scenarioFile: file, seed: 3, onProgress },
    command,
    systemClock,
  );
}

Deno.test("GeneratorProcess gives what the generator in it saw: calls, subscribers, samples, figures", async () => {
  const chain = stillChain();
  await using provider = await startProvider(chain);
  // More than a chunk of rows, so that several travel.
  const rows = chunkRows + 100;
  const calls = Array.from({ length: rows }, (_, nth) => ({
    atUs: nth < rows - 100 ? -1_500_000 : (nth - rows + 100) * 10_000,
    method: nth % 2 === 0 ? "eth_chainId" : "eth_blockNumber",
    params: "[]",
  }));
  await using answering = await RawServer.start((socket, body) => socket.write(httpAnswer(echo(body))));
  const heard: LoadProgress[] = [];
  await using load = await start(
    order([{ workload: workload("reads", { timeoutMs: 10_000 }), calls }], 1_100, {
      url: `${answering.url}/any`,
      warmupUs: 1_500_000,
    }),
    { onProgress: (one) => heard.push(one) },
  );
  await using listening = await start(
    order(
      [
        {
          workload: {
            kind: "subscribers",
            name: "heads",
            chain: "ethereum",
            sockets: 2,
            subscription: "newHeads",
            gaps: null,
          },
          calls: [],
        },
      ],
      300,
      { url: `${provider.url}/x` },
    ),
  );
  assert.ok(load.pid > 0);
  await Promise.all([load.prepare(), listening.prepare()]);
  assert.ok(load.clockErrorUs > 0 && load.clockErrorUs < 100_000, `${load.clockErrorUs} µs`);
  load.go(systemClock.now() + 1_600);
  listening.go(systemClock.now() + 100);
  chain.mine();
  const report = await load.finished;
  assert.equal(report.calls.length, rows);
  assert.deepEqual(
    report.calls.slice(-1).map(({ index, method, params, outcome, result }) => [
      index,
      method,
      params,
      outcome,
      result,
    ]),
    [[rows - 1, calls.at(-1)!.method, "[]", "result", `"${calls.at(-1)!.method}"`]],
  );
  assert.deepEqual(report.calls.map(({ plannedUs }) => plannedUs), calls.map(({ atUs }) => atUs));
  assert.equal(report.figures[0]?.started, rows);
  assert.equal(report.figures[0]?.latency.count, 100);
  assert.ok(heard.length >= 1 && report.samples.length >= 2);
  assert.ok(
    report.samples.every(({ process, cpu, residentMb }) =>
      process === "generator" && cpu >= 0 && residentMb > 10
    ),
  );
  assert.ok(report.health.latenessP50Ms! < 50, `${report.health.latenessP50Ms} ms late`);
  const { subscribers } = await listening.finished;
  assert.deepEqual(subscribers.map(({ index, record }) => [index, record?.entries.map(({ kind }) => kind)]), [
    [0, ["head", "end"]],
    [1, ["head", "end"]],
  ]);
});

const customWorkload = {
  kind: "custom",
  name: "own",
  chain: "ethereum",
  arrival: { kind: "constant", perSecond: 10 },
  timeoutMs: 1_000,
  run: () => Promise.resolve(),
} as const;

Deno.test("GeneratorProcess finds the functions of custom workloads in the scenario's file", async () => {
  const folder = await Deno.makeTempDir({ prefix: "lasso-generator-" });
  try {
    const file = `${folder}/custom.ts`;
    await Deno.writeTextFile(
      file,
      `export default ({ scenario, custom }) =>
  scenario("custom").target("http://127.0.0.1:9").duration("1s")
    .workload("own", custom(async ({ index }) => { if (index === 0) throw new Error("first"); }, { rate: 10 }))
    .slo("own", { success_rate: 1 });
`,
    );
    const calls = [0, 100_000].map((atUs) => ({ atUs, method: "custom", params: "[1]" }));
    await using load = await start(order([{ workload: customWorkload, calls }], 200), { file });
    await load.prepare();
    load.go(systemClock.now() + 20);
    const { calls: records } = await load.finished;
    assert.deepEqual(records.map(({ outcome, reason }) => [outcome, reason]), [["broken", "first"], [
      "result",
      null,
    ]]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("withFunctions() reads the scenario with the run's seed, and says when the function is gone", async () => {
  const { run: _run, ...sent } = { ...customWorkload, name: "other" };
  const from = { scenario: "custom", scenarioFile: "mine.ts", seed: 42 };
  const heard: unknown[] = [];
  const one = withFunctions({ ...order([], 100), workloads: [sent], ...from }, (file, seed) => {
    heard.push(file, seed);
    return Promise.resolve([]);
  });
  await assert.rejects(one, /the function of the workload "other" is not there any more[^]*at mine\.ts/);
  assert.deepEqual(heard, ["mine.ts", 42]);
});

Deno.test("GeneratorProcess stop() ends a run early; a process that dies tells so", async () => {
  await using server = await RawServer.start((socket, body) => socket.write(httpAnswer(echo(body))));
  const planned = [{ workload: workload("reads"), calls: beat(50, 0, 60_000) }];
  await using load = await start(order(planned, 60_000, { url: `${server.url}/any` }));
  await load.prepare();
  load.go(systemClock.now());
  load.stop(1_000);
  const { calls, health } = await load.finished;
  assert.equal(calls.length + health.notStarted, 3_000);
  Deno.kill(load.pid, "SIGKILL");
  assert.match(await load.died, /^the load generator was ended by SIGKILL/);
  await using dead = await start(order(planned, 60_000, { url: `${server.url}/any` }));
  Deno.kill(dead.pid, "SIGKILL");
  await assert.rejects(dead.prepare(), /the load generator/);
});
