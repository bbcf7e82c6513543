import assert from "node:assert/strict";
import { analyze, metricOf } from "../../../battle/analyze/analyze.ts";
import { checkNames, type SloSpec } from "../../../battle/model/scenario.ts";
import { hashOf, ledgerOf, line, recordOf } from "../simulator/ledger_support.ts";
import {
  breakerEvent,
  calls,
  fault,
  many,
  reads,
  runRecord,
  sample,
  scenarioOf,
  scopeOf,
  subscriber,
  subscribersOf,
} from "../support/run_records.ts";

const all: SloSpec = { key: "success_rate", scope: scopeOf(), bound: 1 };
const some = many(100, 100, () => ({ attempts: "alchemy:8" }));
const failing = [...some, ...calls([{ at: 5_000, outcome: "broken", reason: "reset", index: 100 }])];

Deno.test("analyze() passes what holds, fails what does not", () => {
  const scenario = scenarioOf({ slos: [all], checks: [{ name: "noSecrets" }] });
  assert.equal(analyze(runRecord({ calls: some }), scenario).verdict, "pass");
  const failed = analyze(runRecord({ calls: failing }), scenario);
  assert.equal(failed.verdict, "fail");
  assert.deepEqual(failed.slos[0], {
    ...all,
    direction: "min",
    value: 100 / 101,
    samples: 101,
    verdict: "fail",
    reason: null,
  });
  assert.equal(analyze(runRecord({ calls: some, leaks: ["planted"] }), scenario).verdict, "fail");
});

Deno.test("analyze() is never green where it could not measure: no sample, too few, nothing at all", () => {
  const wanting = (key: SloSpec["key"]): string =>
    analyze(runRecord({ calls: some }), scenarioOf({ slos: [all, { ...all, key, bound: 1e9 }] })).verdict;
  assert.equal(wanting("failover_ms"), "inconclusive");
  assert.equal(wanting("p99_latency_ms"), "inconclusive");
  const checks = [{ name: "batchOrder" }] as const;
  const unknown = scenarioOf({
    slos: [all],
    checks,
    workloads: [reads(), reads({ name: "many", batch: 5 })],
  });
  assert.equal(analyze(runRecord({ calls: some }), unknown).verdict, "inconclusive");
  // Nothing of the kind was planned: there is nothing to know.
  assert.equal(analyze(runRecord({ calls: some }), scenarioOf({ slos: [all], checks })).verdict, "pass");
  const nothing = analyze(runRecord(), scenarioOf());
  assert.deepEqual([nothing.verdict, nothing.reasons], ["inconclusive", ["nothing was recorded"]]);
  // What fails, fails, whatever else is not known.
  assert.equal(analyze(runRecord({ calls: failing }), unknown).verdict, "fail");
});

/** Of `count` requests, so far apart, those for which `late` gives something start so many ms too late. */
function lateStarts(
  count: number,
  everyMs: number,
  late: (index: number) => number,
  { ms = 20, arrival = reads(), warmupUs = 0 } = {},
): readonly string[] {
  const record = runRecord({ calls: many(count, everyMs, (index) => ({ late: late(index), ms })), warmupUs });
  const { verdict, reasons } = analyze(record, scenarioOf({ slos: [all], workloads: [arrival] }));
  assert.equal(verdict, reasons.length === 0 ? "pass" : "inconclusive");
  return reasons;
}

Deno.test("analyze() judges the generator: late starts", () => {
  const of = (late: number, ms: number, arrival = reads()): readonly string[] =>
    lateStarts(100, 10, () => late, { ms, arrival, warmupUs: 1_000_000 });
  assert.deepEqual(of(5, 20), []);
  assert.deepEqual(of(6, 40), [
    "the generator was late: 100 of 100 starts of reads by more than 5.0 ms, p99 6.0 ms",
  ]);
  // Where answers take long, a few milliseconds say nothing.
  assert.deepEqual(of(9, 100), []);
  assert.deepEqual(of(50, 10, reads({ arrival: { kind: "closed", concurrency: 4 } })), []);
});

Deno.test("analyze() judges the generator: one late start of few is chance, half of them are not", () => {
  const first = (late: number, count: number, ms = 40) => (index: number): number =>
    index >= count - late ? ms : 0;
  const isLate = (late: number, count: number): boolean =>
    lateStarts(count, 2, first(late, count), { warmupUs: 1_000_000 }).length > 0;
  for (const [count, may] of [[3, 1], [10, 2], [30, 2], [100, 5], [1_000, 20], [4_000, 59]] as const) {
    assert.equal(isLate(may, count), false, `${may} of ${count}`);
    assert.equal(isLate(may + 1, count), true, `${may + 1} of ${count}`);
  }
  assert.equal(lateStarts(1, 20, () => 60).length, 1, "the only one");
  assert.equal(lateStarts(2, 20, () => 60).length, 1, "both");
});

Deno.test("analyze() judges the generator: rare starts may be later, up to a tenth of their distance and 25 ms", () => {
  const of = (everyMs: number, late: number): string | undefined =>
    lateStarts(10, everyMs, () => late, { warmupUs: 1_000_000 })[0];
  assert.equal(of(200, 19), undefined);
  assert.match(of(200, 21)!, /10 of 10 starts of reads by more than 20\.0 ms, p99 21\.0 ms/);
  assert.equal(of(900, 24), undefined);
  assert.match(of(900, 26)!, /more than 25\.0 ms/);
});

Deno.test("analyze() judges the generator: a cold start is no lateness, unless it is a long one or there was a warm-up", () => {
  const cold = (ms: number) => (index: number): number => index < 5 ? ms : 0;
  assert.deepEqual(lateStarts(30, 10, cold(40)), []);
  assert.match(lateStarts(30, 10, cold(60))[0]!, /5 of 30/);
  assert.match(lateStarts(30, 10, cold(40), { warmupUs: 1_000_000 })[0]!, /5 of 30/);
  // The rest is judged as ever.
  assert.match(lateStarts(30, 10, () => 10)[0]!, /25 of 30/);
});

Deno.test("analyze() judges the generator: its own processor time", () => {
  const of = (...cpu: number[]): readonly string[] =>
    analyze(
      runRecord({ calls: some, samples: cpu.map((share, at) => sample(at * 100, 50, "generator", share)) }),
      scenarioOf({ slos: [all] }),
    ).reasons;
  assert.deepEqual(of(0.8, 0.8, 0.8), []);
  assert.match(
    of(0.9, 0.9, 0.9)[0]!,
    /^the generator was busy: 90 % of a core on average, above 85 % in 3 of 3/,
  );
  assert.deepEqual(of(0.99, 0.2, 0.2), []);
  assert.match(of(0.99, 0.99, 0.1, 0.1)[0]!, /above 85 % in 2 of 4 samples$/);
});

Deno.test("analyze() turns round what is known to fail", () => {
  const scenario = scenarioOf({ slos: [all], expectedToFail: "no quorum yet" });
  const known = analyze(runRecord({ calls: failing }), scenario);
  assert.deepEqual([known.verdict, known.reasons[0]], ["pass", "it failed, as is known: no quorum yet"]);
  assert.equal(analyze(runRecord({ calls: some }), scenario).verdict, "fail");
});

Deno.test("analyze() compares rounds", () => {
  const compare = { baseline: {}, metric: "p50_latency_ms", maxRegression: 0.05 } as const;
  const scenario = scenarioOf({ slos: [all], compare });
  const rounds = { ours: [10, 10, 10], baseline: [10, 10, 10] };
  const same = analyze(runRecord({ calls: some }), scenario, { rounds });
  assert.deepEqual([same.verdict, same.comparison?.verdict], ["pass", "pass"]);
  const slower = { ours: [20, 20, 20], baseline: [10, 10, 10] };
  assert.equal(analyze(runRecord({ calls: some }), scenario, { rounds: slower }).verdict, "fail");
  const missing = analyze(runRecord({ calls: some }), scenario);
  assert.deepEqual([missing.verdict, missing.comparison], ["inconclusive", null]);
  assert.equal(metricOf(runRecord({ calls: some }), scenario, "p50_latency_ms"), 10);
  assert.equal(metricOf(runRecord({ calls: some }), scenario, "p99_latency_ms"), null);
});

Deno.test("analyze() tells of each fault what it did", () => {
  const record = runRecord({
    durationUs: 20_000_000,
    calls: many(200, 100, (index) => {
      const at = index * 100;
      if (at < 2_000 || at >= 4_000) return { attempts: "alchemy:8", overhead: 1 };
      if (at === 2_000) return { attempts: "alchemy:3:transport infura:5", ms: 12, overhead: 1 };
      if (at === 2_100) return { attempts: "alchemy:3:transport", outcome: "broken", provider: null };
      return { attempts: at < 3_000 ? "infura:8" : "ankr:8" };
    }),
    faults: [fault("k", "alchemy", 2_000, 4_000)],
  });
  const [result] = analyze(record, scenarioOf({ durationMs: 20_000 })).faults;
  assert.deepEqual(result, {
    fault: record.faults[0],
    detectionMs: 200,
    shiftMs: 100,
    recoveryMs: 0,
    failover: { n: 2, p50Ms: 8, p99Ms: 2_000, maxMs: 2_000 },
    blast: 1 / 20,
    tookOver: { ankr: 10 / 19, infura: 9 / 19 },
  });
});

Deno.test("analyze() makes a timeline, second by second", () => {
  const record = runRecord({
    durationUs: 3_000_000,
    calls: calls([
      { at: 0, ms: 10, attempts: "alchemy:8" },
      { at: 999, ms: 30, attempts: "alchemy:8:transport infura:9" },
      { at: 2_500, ms: 5, outcome: "broken" },
    ]),
  });
  assert.deepEqual(analyze(record, scenarioOf()).timeline, [
    { atMs: 0, requests: 2, failures: 0, p50Ms: 10, p99Ms: 30, failovers: 1, picks: { alchemy: 2 } },
    { atMs: 1_000, requests: 0, failures: 0, p50Ms: null, p99Ms: null, failovers: 0, picks: {} },
    { atMs: 2_000, requests: 1, failures: 1, p50Ms: 2_000, p99Ms: 2_000, failovers: 0, picks: {} },
  ]);
});

Deno.test("analyze() lists what no fault explains, and the ten worst", () => {
  const record = runRecord({
    calls: calls([
      ...Array.from({ length: 12 }, (_, index) => ({ at: index * 10, ms: 100 + index })),
      { at: 2_950, outcome: "broken" }, // within the margin of 1 s
      { at: 1_950, attempts: "alchemy:5:server infura:5" }, // before it
      { at: 5_500, outcome: "timeout", ms: 2_000 },
      { at: 6_000, outcome: "error", code: -32000, reason: "server", ms: 1 },
    ]),
    faults: [fault("k", "alchemy", 3_500, 4_000)],
  });
  const { unexplained, worst } = analyze(record, scenarioOf());
  assert.deepEqual(unexplained, [
    "reads 13 eth_call at 1.950 s: failed over from alchemy (server) to infura",
    "reads 14 eth_call at 5.500 s: no answer within 2000 ms",
    "reads 15 eth_call at 6.000 s: error -32000 server",
  ]);
  assert.deepEqual(worst.map(({ index, latencyMs }) => [index, latencyMs]), [
    [12, 2_000],
    [14, 2_000],
    [15, 1],
    ...[11, 10, 9, 8, 7, 6, 5].map((index) => [index, 100 + index]),
  ]);
  assert.equal(worst[2]!.outcome, "error -32000 server");
});

Deno.test("analyze() gives a row for each workload, subscribers too", () => {
  const ledger = ledgerOf(line(5), "A5");
  const record = runRecord({
    calls: calls([
      { at: 0, ms: 10, late: 1 },
      { at: 10, ms: 20, outcome: "error", code: 3, reason: "execution reverted" },
      { at: 20, ms: 30, outcome: "error", code: -32000, reason: "server", method: "eth_getLogs" },
      { at: 30, ms: 40, outcome: "timeout" },
    ]),
    subscribers: [subscriber("heads", recordOf(ledger, "A3", "A4 A5 A5"), [1, 2, 3])],
    ledgers: new Map([["ethereum", ledger]]),
  });
  const { workloads, streams } = analyze(
    record,
    scenarioOf({ workloads: [reads(), subscribersOf("newHeads")] }),
  );
  const [first, second] = workloads;
  assert.deepEqual(
    [first!.planned, first!.answered, first!.throughputRps, first!.outcomes],
    [4, 3, 0.2, { result: 1, "error: revert": 1, "error: server": 1, timeout: 1 }],
  );
  assert.deepEqual(first!.latencyMs, { n: 4, p50: 20, p95: 2_000, p99: 2_000, p999: 2_000, max: 2_000 });
  assert.deepEqual([first!.latenessMs.max, first!.serviceMs.max], [1, 40]);
  assert.deepEqual(first!.byMethod["eth_getLogs"]!.errors, 1);
  assert.deepEqual(first!.byMethod["eth_call"]!.errors, 1);
  assert.deepEqual(second!.outcomes, { event: 3, duplicate: 1 });
  assert.deepEqual(streams, { gaps: 0, duplicates: 1, outOfOrder: 0, wrongBranch: 0 });
  assert.equal(hashOf("A5"), ledger.tip!.hash);
});

Deno.test("analyze() tells breakers' changes and what the processes used", () => {
  const record = runRecord({
    feed: [
      breakerEvent(500, "alchemy", "half_open"),
      breakerEvent(200, "alchemy", "open"),
      { atUs: 1, topic: "provider", fields: { provider: "alchemy", state: "open" } },
      { atUs: 1, topic: "breaker", fields: { provider_id: 7 } },
    ],
    samples: [sample(-1, 900), sample(0, 100, "router", 0.5), sample(1_000, 120, "router", 0.7)],
  });
  const { breakers, processes } = analyze(record, scenarioOf());
  assert.deepEqual(breakers, [
    { atMs: 200, channel: "alchemy:http", state: "open" },
    { atMs: 500, channel: "alchemy:http", state: "half_open" },
  ]);
  assert.deepEqual(processes, {
    router: { maxResidentMb: 120, maxCpu: 0.7, meanCpu: 0.6, maxLoopLagMs: null },
  });
});

Deno.test("analyze() passes on what names the run, and notes", () => {
  const record = runRecord({ calls: some, notes: ["the feed was cut off"], clockErrorUs: { world: 40 } });
  const result = analyze(record, scenarioOf(), { command: "lasso battle x.ts --seed 1" });
  assert.deepEqual(
    [result.reasons, result.command, result.durationMs, result.clockErrorUs, result.schemaVersion],
    [["the feed was cut off"], "lasso battle x.ts --seed 1", 10_000, { world: 40 }, 1],
  );
  assert.equal(JSON.stringify(result).includes("null,null,null,null"), false);
});

Deno.test("analyze() runs every checker by its name", () => {
  const checks = checkNames.map((name) => ({ name }));
  assert.deepEqual(analyze(runRecord(), scenarioOf({ checks })).checks.map(({ name }) => name), [
    ...checkNames,
  ]);
});
