import assert from "node:assert/strict";
import { VirtualClock } from "../../../core/virtual_clock.ts";
import type { CallRecord } from "../../../battle/model/record.ts";
import { timerAlarm } from "../../../battle/workload/alarm.ts";
import { Generator } from "../../../battle/workload/generator.ts";
import type { LoadProgress } from "../../../battle/workload/load_generator.ts";
import { beat, type FakeAnswer, noUsage, order, virtual, workload } from "./support.ts";

const quick = (): FakeAnswer => ({ afterMs: 10 });

function p99(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * 0.99) - 1]!;
}

/** From 2 s to 3 s nothing is answered; what came meanwhile is answered then. */
const stalls = (_nth: number, nowMs: number): FakeAnswer =>
  nowMs >= 2_000 && nowMs < 3_000 ? { afterMs: 3_000 - nowMs + 10 } : { afterMs: 10 };

Deno.test("Generator starts calls at their planned times, whatever became of those before", async () => {
  const calls = beat(500, 0, 5_000);
  const { clock, generator } = virtual(order([{ workload: workload("reads"), calls }], 5_000), stalls);
  generator.go(0);
  await clock.advance(6_000);
  const { calls: records } = await generator.finished;
  assert.equal(records.length, 2_500);
  assert.ok(records.every(({ sentUs, plannedUs }) => sentUs - plannedUs < 1));
  assert.deepEqual(records.map(({ plannedUs }) => plannedUs), calls.map(({ atUs }) => atUs));
});

Deno.test("Generator shows a stall of 1 s at 500/s in the p99 of done − planned, also where one connection hides it from the service time", async () => {
  const calls = beat(500, 0, 10_000);
  const planned = [{ workload: workload("reads", { timeoutMs: 5_000 }), calls }];
  // One connection, 1 ms a call: during the stall one call waits at the target, 500 in front of it.
  const script = (nth: number, nowMs: number): FakeAnswer => {
    const { afterMs } = stalls(nth, nowMs)!;
    return { afterMs: afterMs - 9 };
  };
  const { clock, generator } = virtual(order(planned, 10_000), script, { slots: 1 });
  generator.go(0);
  await clock.advance(12_000);
  const { calls: records, figures: [figures], health } = await generator.finished;
  const latency = p99(records.map(({ plannedUs, doneUs }) => (doneUs - plannedUs) / 1_000));
  const service = p99(records.map(({ sentUs, doneUs }) => (doneUs - sentUs) / 1_000));
  assert.ok(latency > 850, `p99 of the latency is ${latency} ms`);
  assert.ok(service < 10, `p99 of the service time is ${service} ms`);
  assert.ok(Math.abs(figures!.latency.ms(99)! - latency) < latency * 0.01);
  assert.ok(health.queued >= 499, `${health.queued} waited`);
});

Deno.test("Generator counts a timeout with its full time, and hears no answer that comes later", async () => {
  const calls = beat(10, 0, 1_000);
  const script = (nth: number): FakeAnswer => nth % 2 === 0 ? { afterMs: 400 } : { afterMs: 5 };
  const planned = [{ workload: workload("reads", { timeoutMs: 250 }), calls }];
  const { clock, generator, targets } = virtual(order(planned, 1_000), script);
  generator.go(0);
  await clock.advance(2_000);
  const { calls: records } = await generator.finished;
  assert.deepEqual(
    records.map(({ outcome, plannedUs, doneUs }) => [outcome, doneUs - plannedUs]),
    calls.map((_, nth) => nth % 2 === 0 ? ["timeout", 250_000] : ["result", 5_000]),
  );
  assert.deepEqual(targets.get("reads")?.cancelled, [0, 2, 4, 6, 8]);
  assert.equal(clock.pending, 0);
});

Deno.test("Generator waits at the end for what is still due, up to its timeout", async () => {
  const planned = [{ workload: workload("reads", { timeoutMs: 3_000 }), calls: beat(1, 900, 1_000) }];
  const { clock, generator } = virtual(order(planned, 1_000), () => ({ afterMs: 2_500 }));
  let isOver = false;
  generator.go(0);
  void generator.finished.then(() => isOver = true);
  await clock.advance(3_300);
  assert.equal(isOver, false);
  await clock.advance(101);
  assert.equal(isOver, true);
  assert.equal((await generator.finished).calls[0]?.doneUs, 3_400_000);
});

Deno.test("Generator tells results, errors, broken ones and what they said apart", async () => {
  const bodies: readonly FakeAnswer[] = [
    { afterMs: 1 },
    { afterMs: 1, body: '{"jsonrpc":"2.0","id":2,"error":{"code":3,"message":"execution reverted"}}' },
    {
      afterMs: 1,
      body:
        '{"jsonrpc":"2.0","id":3,"error":{"code":-32000,"message":"no","data":{"reason":"timeout","request_id":"r3"}}}',
    },
    { afterMs: 1, broken: "the connection was reset" },
    { afterMs: 1, body: "<html>" },
    { afterMs: 1, body: '{"jsonrpc":"2.0","id":77,"result":1}' },
  ];
  const planned = [{ workload: workload("reads"), calls: beat(10, 0, 600) }];
  const { clock, generator } = virtual(order(planned, 600), (nth) => bodies[nth]!);
  generator.go(0);
  await clock.advance(1_000);
  const { calls: records, figures: [figures] } = await generator.finished;
  assert.deepEqual(
    records.map(({ outcome, code, reason, requestId }) => [outcome, code, reason, requestId]),
    [
      ["result", null, null, null],
      ["error", 3, "execution reverted", null],
      ["error", -32000, "timeout", "r3"],
      ["broken", null, "the connection was reset", null],
      ["broken", null, "the answer is no JSON object", null],
      ["broken", null, "the answer has id 77, asked was 6", null],
    ],
  );
  assert.deepEqual(figures?.outcomes, { result: 1, error: 2, timeout: 0, broken: 3 });
});

Deno.test("Generator runs the closed model: each client sends the next when it has its answer, from the warm-up on", async () => {
  const calls = ["a", "b", "c"].map((method) => ({ atUs: -1e15, method, params: "[]" }));
  const closed = workload("closed", { arrival: { kind: "closed", concurrency: 2 } });
  const given = order([{ workload: closed, calls }], 200, { warmupUs: 100_000 });
  const { clock, generator, targets } = virtual(given, () => ({ afterMs: 50 }));
  generator.go(100);
  await clock.advance(1_000);
  const { calls: records } = await generator.finished;
  assert.deepEqual(
    records.map(({ method, plannedUs, doneUs }) => [method, plannedUs / 1_000, doneUs / 1_000]),
    [[-100, -50], [-50, 0], [0, 50], [50, 100], [100, 150], [150, 200]].flatMap(([from, to], step) => [
      ["abc"[(2 * step) % 3], from, to],
      ["abc"[(2 * step + 1) % 3], from, to],
    ]),
  );
  assert.equal(targets.get("closed")?.bodies.length, 12);
});

Deno.test("Generator's closed clients rest after a refused connection instead of doing nothing but try", async () => {
  const closed = workload("closed", { arrival: { kind: "closed", concurrency: 1 } });
  const planned = [{ workload: closed, calls: beat(1, 0, 1_000) }];
  const { clock, generator } = virtual(order(planned, 100), () => ({ afterMs: 0, broken: "refused" }));
  generator.go(0);
  await clock.advance(500);
  assert.equal((await generator.finished).calls.length, 10);
});

Deno.test("Generator sends a batch as one request and gives each call its own outcome, by its place", async () => {
  const planned = [{ workload: workload("batches", { batch: 3 }), calls: beat(10, 0, 300, 3) }];
  const bodies: readonly FakeAnswer[] = [
    { afterMs: 1 },
    {
      afterMs: 1,
      body: '[{"jsonrpc":"2.0","id":4,"result":1},{"jsonrpc":"2.0","id":6,"result":2}]',
    },
    { afterMs: 1, body: '{"jsonrpc":"2.0","id":null,"error":{"code":-32008,"message":"overloaded"}}' },
  ];
  const { clock, generator, targets } = virtual(order(planned, 300), (nth) => bodies[nth]!);
  generator.go(0);
  await clock.advance(1_000);
  const { calls: records } = await generator.finished;
  assert.equal(targets.get("batches")?.bodies.length, 3);
  assert.deepEqual(records.map(({ index, outcome, reason }) => [index, outcome, reason]), [
    [0, "result", null],
    [1, "result", null],
    [2, "result", null],
    [3, "result", null],
    [4, "broken", "the answer has id 6, asked was 5"],
    [5, "broken", "the batch's answer has 2 of 3 items"],
    [6, "error", "overloaded"],
    [7, "error", "overloaded"],
    [8, "error", "overloaded"],
  ]);
});

Deno.test("Generator gives the same records for the same plan and target, workloads side by side", async () => {
  const run = async (): Promise<readonly CallRecord[]> => {
    const workloads = [
      { workload: workload("a"), calls: beat(300, -200, 500) },
      { workload: workload("b", { arrival: { kind: "closed", concurrency: 5 } }), calls: beat(7, 0, 1_000) },
      { workload: workload("c", { batch: 2 }), calls: beat(100, 0, 500, 2) },
    ];
    const given = order(workloads, 500, { warmupUs: 200_000 });
    const { clock, generator } = virtual(given, (nth) => ({ afterMs: 1 + (nth * 7) % 23 }));
    generator.go(200);
    await clock.advance(1_000);
    return (await generator.finished).calls;
  };
  const first = await run();
  assert.deepEqual(await run(), first);
  assert.equal(first.filter(({ workload: name }) => name === "a").length, 210);
});

Deno.test("Generator leaves the warm-up out of its figures, not out of its records", async () => {
  const planned = [{ workload: workload("reads"), calls: beat(10, -500, 500) }];
  const { clock, generator } = virtual(order(planned, 500, { warmupUs: 500_000 }), quick);
  generator.go(500);
  await clock.advance(2_000);
  const { calls: records, figures: [figures] } = await generator.finished;
  assert.deepEqual([records.length, figures?.started, figures?.latency.count], [10, 10, 5]);
  assert.equal(figures?.latency.ms(50), 10.007);
});

Deno.test("Generator says when it was late, and by how much", async () => {
  const planned = [{ workload: workload("reads"), calls: beat(100, 0, 1_000) }];
  const { clock, generator } = virtual(order(planned, 1_000), quick);
  // Time 0 was 300 ms ago: the first 30 calls start late, all at once.
  await clock.advance(300);
  generator.go(0);
  await clock.advance(2_000);
  const { health, calls: records } = await generator.finished;
  assert.equal(health.latenessMaxMs, 300);
  assert.equal(health.latenessP50Ms, 0.001);
  assert.equal(records.filter(({ sentUs, plannedUs }) => sentUs > plannedUs).length, 30);
});

Deno.test("Generator stop() starts nothing more, waits for the grace, and says what is missing", async () => {
  const planned = [{ workload: workload("reads"), calls: beat(10, 0, 2_000) }];
  const { clock, generator } = virtual(order(planned, 2_000), (nth) => nth < 9 ? { afterMs: 10 } : null);
  generator.go(0);
  await clock.advance(1_050);
  generator.stop(500);
  await clock.advance(499);
  let isOver = false;
  void generator.finished.then(() => isOver = true);
  await clock.advance(0);
  assert.equal(isOver, false);
  await clock.advance(1);
  const { calls: records, health, notes } = await generator.finished;
  assert.equal(records.length, 11);
  assert.deepEqual(records.slice(9).map(({ outcome, reason }) => [outcome, reason]), [
    ["broken", "the run was stopped before the answer"],
    ["broken", "the run was stopped before the answer"],
  ]);
  assert.equal(health.notStarted, 9);
  assert.deepEqual(notes, ['workload "reads": 9 planned calls were not started, as the run was stopped']);
  assert.equal(clock.pending, 0);
});

Deno.test("Generator with keep: histograms keeps all in the figures, and only what failed or failed over as records", async () => {
  const meta =
    ',"lasso_meta":{"request_id":"r","selected_provider":{"id":"b","protocol":"http"},"overhead_ms":0.1,' +
    '"attempts":[{"provider":"a","transport":"http","ms":3,"outcome":"timeout"},' +
    '{"provider":"b","transport":"ws","ms":1,"outcome":"ok"}]}';
  const script = (nth: number): FakeAnswer => {
    if (nth === 20_000) return { afterMs: 1, broken: "reset" };
    const more = nth % 10_000 === 5 ? meta : "";
    return { afterMs: 1, body: `{"jsonrpc":"2.0","id":${nth + 1},"result":1${more}}` };
  };
  const calls = Array.from({ length: 40_000 }, (_, nth) => ({
    atUs: Math.floor(nth / 100) * 1_000,
    method: "eth_chainId",
    params: "[]",
  }));
  const given = order([{ workload: workload("long"), calls }], 400, { keep: "histograms" });
  const { clock, generator } = virtual(given, script);
  generator.go(0);
  await clock.advance(1_000);
  const { calls: records, figures: [figures] } = await generator.finished;
  assert.deepEqual(records.map(({ index, outcome }) => [index, outcome]), [
    [5, "result"],
    [10_005, "result"],
    [20_000, "broken"],
    [20_005, "result"],
    [30_005, "result"],
  ]);
  assert.deepEqual(records[0]?.attempts, [
    { provider: "a", transport: "http", ms: 3, outcome: "timeout" },
    { provider: "b", transport: "ws", ms: 1, outcome: "ok" },
  ]);
  assert.deepEqual([records[0]?.provider, records[0]?.requestId, records[0]?.overheadMs], ["b", "r", 0.1]);
  assert.equal(figures?.latency.count, 40_000);
});

Deno.test("Generator tells its progress once a second", async () => {
  const heard: LoadProgress[] = [];
  const planned = [{ workload: workload("reads"), calls: beat(10, 0, 2_500) }];
  const { clock, generator } = virtual(order(planned, 2_500), quick, {
    onProgress: (one) => heard.push(one),
  });
  generator.go(0);
  await clock.advance(4_000);
  await generator.finished;
  assert.deepEqual(heard.map(({ atUs, started, answered, open }) => [atUs, started, answered, open]), [
    [1_000_000, 10, 10, 0],
    [2_000_000, 20, 20, 0],
  ]);
  assert.equal(heard[1]?.p99Ms, 10.007);
});

Deno.test("Generator runs the functions of custom workloads: in time, with the plan's randomness, failed by a rejection, ended by a signal", async () => {
  const draws: number[] = [];
  let aborted = 0;
  const custom = {
    kind: "custom",
    name: "own",
    chain: "ethereum",
    arrival: { kind: "constant", perSecond: 10 },
    timeoutMs: 50,
    run: ({ index, random, signal, url, wsUrl }: {
      index: number;
      random(): number;
      signal: AbortSignal;
      url: string;
      wsUrl: string;
    }): Promise<void> => {
      draws.push(random());
      assert.deepEqual([url, wsUrl], ["http://127.0.0.1:9/rpc/ethereum", "ws://127.0.0.1:9/rpc/ethereum"]);
      if (index === 1) return Promise.reject(new Error("no such thing"));
      if (index === 2) return new Promise(() => signal.addEventListener("abort", () => aborted++));
      return Promise.resolve();
    },
  } as const;
  const calls = [7, 8, 9, 7].map((seed, nth) => ({
    atUs: nth * 100_000,
    method: "custom",
    params: `[${seed}]`,
  }));
  const clock = new VirtualClock();
  const generator = new Generator(order([{ workload: custom, calls }], 400), {
    clock,
    makeAlarm: timerAlarm(clock),
    usage: noUsage,
  });
  generator.go(0);
  await clock.advance(1_000);
  const { calls: records } = await generator.finished;
  assert.deepEqual(records.map(({ method, outcome, reason }) => [method, outcome, reason]), [
    ["custom", "result", null],
    ["custom", "broken", "no such thing"],
    ["custom", "timeout", null],
    ["custom", "result", null],
  ]);
  assert.equal(aborted, 1);
  assert.equal(draws[0], draws[3]);
  assert.notEqual(draws[0], draws[1]);
});
