import assert from "node:assert/strict";
import { below, type Random, seededRandom } from "../../../core/random.ts";
import { analyze } from "../../../battle/analyze/analyze.ts";
import type { Fault } from "../../../battle/model/fault.ts";
import type { CallRecord, RunRecord } from "../../../battle/model/record.ts";
import { checkNames, type Scenario, sloKeys } from "../../../battle/model/scenario.ts";
import { recordTruth } from "../../../battle/simulator/chain_truth.ts";
import { ledgerOf, line, recordOf } from "../simulator/ledger_support.ts";
import { stillChain } from "../simulator/support.ts";
import {
  many,
  reads,
  runRecord,
  sample,
  scenarioOf,
  scopeOf,
  subscriber,
  subscribersOf,
} from "../support/run_records.ts";

const ledger = ledgerOf(`${line(9, 2)} B8<A7:1 B9<B8:1 B10<B9`, "B10");
const chain = stillChain();
const recording = recordTruth(chain, () => 0);
chain.mine();
const truth = recording.truth();
recording[Symbol.dispose]();

function pick<T>(random: Random, items: readonly T[]): T {
  return items[below(random, items.length)]!;
}

const providers = ["alchemy", "infura", "ankr", "nobody"];
const outcomes = ["ok", "transport", "timeout", "cancelled", "revert", "rate_limited", "made_up"];
const kinds: readonly Fault[] = [
  { kind: "kill" },
  { kind: "reorg", depth: 2 },
  { kind: "router_stall" },
  { kind: "late_events", ms: 5 },
  { kind: "lag", blocks: 3 },
];

function randomCall(random: Random, index: number): CallRecord {
  const plannedUs = below(random, 14_000_000) - 2_000_000;
  const sentUs = plannedUs + below(random, 3) * below(random, 100_000);
  const attempts = Array.from({ length: below(random, 4) }, () => ({
    provider: pick(random, providers),
    transport: pick(random, ["http", "ws"] as const),
    ms: random.next() * 50,
    outcome: pick(random, outcomes),
  }));
  return {
    workload: pick(random, ["reads", "batches", "heads", "nobody"]),
    index,
    method: pick(random, [
      "eth_call",
      "eth_blockNumber",
      "eth_getLogs",
      "eth_sendRawTransaction",
      "eth_chainId",
    ]),
    params: pick(random, [
      "[]",
      "{}",
      "",
      '["0xf8"]',
      '[{"fromBlock":"0x1","toBlock":"latest"}]',
      '["latest"]',
    ]),
    plannedUs,
    sentUs,
    doneUs: sentUs + below(random, 200_000),
    outcome: pick(random, ["result", "error", "timeout", "broken"] as const),
    code: pick(random, [null, 3, -32000, -32005]),
    reason: pick(random, [null, "server", "rate_limited", "execution reverted", "nonsense"]),
    attempts,
    provider: pick(random, [null, ...providers]),
    requestId: pick(random, [null, "r1"]),
    overheadMs: pick(random, [null, 0.2, 3]),
    resultHash: pick(random, [null, "00"]),
    result: pick(random, [null, "null", '"0x5"', "[]", "not json", '{"hash":"0xA5","number":"0x5"}']),
  };
}

function randomRecord(random: Random): RunRecord {
  const text = Array.from(
    { length: below(random, 9) },
    () =>
      pick(random, [
        "A4",
        "A5",
        "A6",
        "A7",
        "B8",
        "B9",
        "A5.0",
        "-A5.0",
        "[6-7]",
        "[9-7]",
        "Z3",
        "!1012",
        "!0",
      ]),
  ).join(" ");
  return runRecord({
    durationUs: pick(random, [0, 1, 10_000_000]),
    calls: Array.from({ length: below(random, 60) }, (_, index) => randomCall(random, index)),
    subscribers: Array.from({ length: below(random, 3) }, () =>
      subscriber(
        pick(random, ["heads", "logs", "pending", "nobody"]),
        below(random, 4) === 0 ? null : recordOf(ledger, pick(random, ["A3", "A7", "Q1"]), text),
        Array.from({ length: below(random, 9) }, (_, at) => at * 900),
      )),
    faults: Array.from({ length: below(random, 4) }, (_, index) => {
      const startUs = below(random, 12_000_000) - 1_000_000;
      return {
        id: `f${index}`,
        fault: pick(random, kinds),
        chain: pick(random, [null, "ethereum", "base"]),
        provider: pick(random, [null, ...providers]),
        startUs,
        endUs: startUs + below(random, 2) * below(random, 5_000_000),
      };
    }),
    feed: Array.from({ length: below(random, 4) }, () => ({
      atUs: below(random, 10_000_000),
      topic: pick(random, ["breaker", "routing"]),
      fields: pick<Record<string, unknown>>(random, [{}, { provider_id: "alchemy", state: "open" }, {
        state: 5,
      }]),
    })),
    samples: Array.from(
      { length: below(random, 6) },
      (_, at) =>
        sample(at * 900, 100 * random.next(), pick(random, ["router", "generator"] as const), random.next()),
    ),
    providers: pick(random, [[], [{
      chain: "ethereum",
      provider: "ankr",
      calls: {},
      failed: 0,
      rawTransactions: ["0xf8"],
    }]]),
    ledgers: pick(random, [new Map(), new Map([["ethereum", ledger]])]),
    ...(below(random, 3) === 0 ? { truths: new Map([["ethereum", truth]]) } : {}),
    leaks: pick(random, [[], ["planted"]]),
    clockErrorUs: pick(random, [{}, { world: 50 }]),
  });
}

const workloads: Scenario["workloads"] = [
  reads(),
  reads({ name: "batches", batch: 3 }),
  subscribersOf("newHeads"),
  subscribersOf("logs", "logs"),
  subscribersOf("newPendingTransactions", "pending"),
];

Deno.test("analyze() of 1,000 random records never throws, is never green without samples, and is JSON", () => {
  const random = seededRandom(2026);
  for (let round = 0; round < 1_000; round++) {
    const scope = scopeOf({
      workload: pick(random, [null, "reads", "heads"]),
      method: pick(random, [null, "eth_call"]),
      provider: pick(random, [null, "alchemy"]),
      during: pick(random, [null, "f0", "faults", "calm"]),
    });
    const scenario = scenarioOf({
      workloads,
      slos: sloKeys.map((key) => ({ key, scope, bound: pick(random, [0, 1, 1e9]) })),
      checks: checkNames.map((name) => ({ name })),
      target: pick<Scenario["target"]>(random, [{ kind: "own", config: {} }, {
        kind: "url",
        url: "http://x",
      }]),
      expectedToFail: pick(random, [null, null, "known"]),
    });
    const result = analyze(randomRecord(random), scenario);
    for (const { value, samples, verdict, reason, key } of result.slos) {
      if (samples === 0 || value === null) assert.notEqual(verdict, "pass", key);
      assert.equal(verdict === "inconclusive", reason !== null, key);
      assert.ok(value === null || Number.isFinite(value), key);
    }
    for (const { verdict, details } of result.checks) {
      assert.ok(details.length <= 10);
      if (verdict !== "pass") assert.notEqual(details.length, 0);
      else assert.match(details[0] ?? "no heights were planned", /\bplanned\b|\bfrom behind\b/);
    }
    assert.deepEqual(JSON.parse(JSON.stringify(result)), result);
  }
});

Deno.test("analyze() of 200,000 calls takes seconds", () => {
  const record = runRecord({
    durationUs: 100_000_000,
    calls: many(200_000, 0.5, (index) => ({
      ms: 5 + index % 50,
      late: 0.1,
      overhead: 0.2,
      requestId: `r${index}`,
      attempts: index % 40 === 0
        ? "alchemy:2:transport infura:3"
        : index % 2 === 0
        ? "alchemy:4"
        : "infura:4",
      method: index % 3 === 0 ? "eth_blockNumber" : "eth_getBalance",
      params: index % 3 === 0 ? "[]" : `["${chain.accounts[index % 8]!.address}","latest"]`,
      result: index % 3 === 0 ? '"0x61"' : '"0x1"',
    })),
    faults: Array.from({ length: 10 }, (_, index) => ({
      id: `f${index}`,
      fault: { kind: "kill" },
      chain: "ethereum",
      provider: "alchemy",
      startUs: (5 + index * 9) * 1e6,
      endUs: (8 + index * 9) * 1e6,
    })),
    truths: new Map([["ethereum", truth]]),
  });
  const scenario = scenarioOf({
    slos: sloKeys.map((key) => ({ key, scope: scopeOf(), bound: 1 })),
    checks: checkNames.map((name) => ({ name })),
  });
  const started = performance.now();
  const result = analyze(record, scenario);
  const tookMs = performance.now() - started;
  assert.equal(result.workloads[0]!.planned, 200_000);
  // A few seconds on a machine that does other things, too.
  assert.ok(tookMs < 20_000, `${tookMs} ms`);
});
