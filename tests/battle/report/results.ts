// Results to report on: a rich one as a real run gives it, an empty one, and small changes of them.

import type {
  FaultResult,
  LoadShare,
  Quantiles,
  ScenarioResult,
  TimelinePoint,
} from "../../../battle/model/result.ts";
import type { Fault } from "../../../battle/model/fault.ts";
import type { SloResult, WorstRequest } from "../../../battle/model/result.ts";
import type { SloKey, SloScope } from "../../../battle/model/scenario.ts";
import { seededRandom } from "../../../core/random.ts";

const everywhere: SloScope = { workload: null, method: null, provider: null, during: null };

export function slo(
  key: SloKey,
  value: number | null,
  bound: number,
  more: Partial<Omit<SloResult, "scope">> & { readonly scope?: Partial<SloScope> } = {},
): SloResult {
  const direction = ["success_rate", "availability", "throughput_rps"].includes(key) ? "min" : "max";
  const held = value !== null && (direction === "min" ? value >= bound : value <= bound);
  return {
    key,
    value,
    bound,
    direction,
    samples: 36_012,
    verdict: value === null ? "inconclusive" : held ? "pass" : "fail",
    reason: value === null ? "nothing was measured" : null,
    ...more,
    scope: { ...everywhere, ...more.scope },
  };
}

export function fault(
  id: string,
  what: Fault,
  provider: string | null,
  startMs: number,
  endMs: number,
  more: Partial<FaultResult> = {},
): FaultResult {
  return {
    fault: {
      id,
      fault: what,
      chain: provider === null ? null : "ethereum",
      provider,
      startUs: startMs * 1_000,
      endUs: endMs * 1_000,
    },
    detectionMs: 12.4,
    shiftMs: 31.2,
    recoveryMs: 1_240,
    failover: { n: 12, p50Ms: 3.1, p99Ms: 8.2, maxMs: 31.4 },
    blast: 0,
    tookOver: { infura: 0.72, ankr: 0.28 },
    ...more,
  };
}

function quantiles(n: number, p50: number, p99: number, max: number): Quantiles {
  return { n, p50, p95: p50 * 1.9, p99, p999: (p99 + max) / 2, max };
}

const none: Quantiles = { n: 0, p50: 0, p95: 0, p99: 0, p999: 0, max: 0 };

export function emptyResult(more: Partial<ScenarioResult> = {}): ScenarioResult {
  return {
    schemaVersion: 1,
    scenario: "smoke",
    verdict: "pass",
    reasons: [],
    seed: 1,
    planHash: "0".repeat(64),
    startedAt: "2026-03-04T05:06:07.890Z",
    version: "0.1.0",
    config: {},
    durationMs: 0,
    command: "lasso battle smoke.ts --seed 1",
    slos: [],
    checks: [],
    faults: [],
    workloads: [],
    timeline: [],
    breakers: [],
    unexplained: [],
    worst: [],
    streams: null,
    load: [],
    comparison: null,
    processes: {},
    clockErrorUs: {},
    ...more,
  };
}

/** Ninety seconds at 400 requests/s with three faults; one SLO fails, one is open. */
export function richResult(more: Partial<ScenarioResult> = {}): ScenarioResult {
  return emptyResult({
    scenario: "one dies, one falls behind, one browns out",
    verdict: "fail",
    seed: 42,
    planHash: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    config: richConfig,
    durationMs: 90_000,
    command: "lasso battle scenarios/three.ts --seed 42",
    slos: [
      slo("success_rate", 1, 1, { scope: { workload: "reads" } }),
      slo("p99_latency_ms", 412.37, 250, { scope: { workload: "reads" } }),
      slo("failover_ms", 8.2, 50, { scope: { workload: "reads" }, samples: 12 }),
      slo("p50_latency_ms", 24.1, 40, {
        scope: { workload: "reads", method: "eth_call", during: "kill-alchemy" },
        samples: 3_601,
      }),
      slo("stream_gaps", 0, 0, { scope: { workload: "heads" }, samples: 1_400 }),
      slo("stream_duplicates", 0, 0, { scope: { workload: "heads" }, samples: 1_400 }),
      slo("overhead_p99_ms", null, 2, {
        samples: 0,
        reason: "the target is a foreign URL, which does not tell its overhead",
      }),
    ],
    checks: [
      { name: "headsMonotonic", verdict: "pass", details: [] },
      { name: "writesAsAllowed", verdict: "inconclusive", details: ["no write was planned"] },
      {
        name: "answersMatchLedger",
        verdict: "fail",
        details: ["reads #18211 eth_getBalance at block 19000012: 0x1bc16d674ec80000 instead of 0x0"],
      },
    ],
    faults: [
      fault("kill-alchemy", { kind: "kill" }, "alchemy", 20_000, 35_000),
      fault("lag-infura", { kind: "lag", blocks: 12 }, "infura", 45_000, 65_000, {
        failover: null,
        detectionMs: 4_120,
        shiftMs: 4_200,
        recoveryMs: 0,
        tookOver: { alchemy: 0.9, ankr: 0.1 },
      }),
      fault("slow-ankr", { kind: "brownout", extraMs: 800 }, "ankr", 70_000, 80_000, {
        failover: { n: 1_204, p50Ms: 250, p99Ms: 812, maxMs: 1_320 },
        detectionMs: null,
        shiftMs: null,
        recoveryMs: null,
        blast: 0.0004,
        tookOver: { alchemy: 0.66, infura: 0.34 },
      }),
    ],
    workloads: [
      {
        name: "reads",
        planned: 36_012,
        answered: 36_009,
        throughputRps: 400.1,
        outcomes: { result: 35_990, error: 19, timeout: 3 },
        latencyMs: quantiles(36_012, 24.1, 412.37, 2_000),
        serviceMs: quantiles(36_009, 23.9, 401, 1_970),
        latenessMs: quantiles(36_012, 0.02, 0.4, 3.1),
        byMethod: {
          eth_call: { latencyMs: quantiles(21_607, 22, 398, 2_000), errors: 14 },
          eth_getLogs: { latencyMs: quantiles(3_601, 48, 702, 2_000), errors: 8 },
          eth_blockNumber: { latencyMs: quantiles(10_804, 0.4, 1.2, 12), errors: 0 },
        },
      },
      {
        name: "heads",
        planned: 200,
        answered: 200,
        throughputRps: 2.2,
        outcomes: {},
        latencyMs: none,
        serviceMs: none,
        latenessMs: none,
        byMethod: {},
      },
    ],
    timeline: richTimeline(),
    breakers: [
      { atMs: 20_031, channel: "alchemy:http", state: "open" },
      { atMs: 35_200, channel: "alchemy:http", state: "half_open" },
      { atMs: 35_420, channel: "alchemy:http", state: "closed" },
      { atMs: 71_900, channel: "ankr:http", state: "open" },
      { atMs: 82_000, channel: "ankr:http", state: "closed" },
    ],
    unexplained: ["reads #30114 at 86.2 s: failover from infura, connect, 14 ms"],
    worst: Array.from({ length: 10 }, (_, at) => worst(at)),
    streams: { gaps: 0, duplicates: 0, outOfOrder: 0, wrongBranch: 0 },
    load: [{
      chain: "ethereum",
      fairness: 0.81,
      unitsPerRequest: 31.2,
      providers: [
        loadShare("alchemy", 20_012, 8_700, 1.8),
        loadShare("infura", 12_000, 13_500, null),
        loadShare("ankr", 4_000, 13_812, null),
      ],
    }],
    comparison: {
      metric: "p99_latency_ms",
      ours: 412.37,
      baseline: 398.2,
      change: 0.0356,
      interval: [-0.021, 0.094],
      verdict: "pass",
      text: "no difference can be seen at this sample size",
    },
    processes: {
      router: { maxResidentMb: 142.3, maxCpu: 0.61, meanCpu: 0.38, maxLoopLagMs: 12.3 },
      generator: { maxResidentMb: 96.1, maxCpu: 0.44, meanCpu: 0.31, maxLoopLagMs: 3.1 },
      world: { maxResidentMb: 120.8, maxCpu: 0.52, meanCpu: 0.4, maxLoopLagMs: null },
    },
    clockErrorUs: { router: 41, generator: 38, world: 44 },
    ...more,
  });
}

function loadShare(provider: string, served: number, fairServed: number, usd: number | null): LoadShare {
  return { provider, attempts: served + 4, served, fairServed, asked: served + 40, units: 26 * served, usd };
}

const richConfig = {
  server: { port: 0, admin_token: "hunter2-hunter2" },
  chains: {
    ethereum: {
      providers: [
        { id: "alchemy", url: "https://eth.example/v2/S3CR3TKEY", headers: { "x-key": "S3CR3TKEY" } },
        { id: "infura", url: "http://127.0.0.1:9/" },
      ],
    },
  },
};

function worst(at: number): WorstRequest {
  const dead = at % 3 === 0;
  return {
    workload: "reads",
    index: 8_040 + at * 13,
    method: at % 4 === 0 ? "eth_getLogs" : "eth_call",
    atMs: 70_040 + at * 620,
    latencyMs: 2_000 - at * 41.7,
    outcome: dead ? "timeout" : "result",
    attempts: dead ? [{ provider: "ankr", transport: "http", ms: 1_999.1, outcome: "timeout" }] : [
      { provider: "ankr", transport: "http", ms: 1_010.2, outcome: "timeout" },
      { provider: "infura", transport: "ws", ms: 840.5, outcome: "ok" },
    ],
    requestId: `01HX${at}`,
  };
}

function richTimeline(): TimelinePoint[] {
  const { next: random } = seededRandom(7);
  return Array.from({ length: 90 }, (_, second) => {
    const dead = second >= 20 && second < 35;
    const slow = second >= 70 && second < 80;
    const requests = 380 + Math.floor(random() * 40);
    const picks = dead ? { infura: Math.round(requests * 0.72), ankr: Math.round(requests * 0.28) } : {
      alchemy: Math.round(requests * 0.6),
      infura: Math.round(requests * 0.3),
      ankr: Math.round(requests * 0.1),
    };
    return {
      atMs: second * 1_000,
      requests,
      failures: slow && second % 3 === 0 ? 1 : 0,
      p50Ms: 21 + random() * 4 + (dead ? 14 : 0),
      p99Ms: (dead ? 90 : 61) + random() * 22 + (slow ? 700 : 0) + (second === 20 ? 240 : 0),
      failovers: second === 20 ? 12 : slow ? 100 + Math.floor(random() * 40) : second === 86 ? 1 : 0,
      picks,
    };
  });
}

/** Characters that each format must do something about, in every place where a name can stand. */
export const oddName =
  `<b>"x" & 'y'</b> |\`*_[a](b)_*\`| ]]> --> \u0000\u001b[31m\u202e\ud800 \u{1f525} 日本\n# h`;

/** A result in which all that is named has that name. */
export function oddResult(): ScenarioResult {
  const odd = (at: number): string => `${oddName}${at}`;
  return richResult({
    scenario: odd(0),
    reasons: [odd(1)],
    command: `lasso battle '${odd(2)}'`,
    config: { [odd(3)]: [odd(4), { __proto__: null, "```": "```" }] },
    slos: [
      slo("p99_latency_ms", null, 1, { reason: odd(5), scope: { workload: odd(6), during: odd(7) } }),
      slo("error_rate", 0.5, 0.1, { scope: { method: odd(8), provider: odd(9) } }),
    ],
    checks: [{ name: "noSecrets", verdict: "fail", details: [odd(10), odd(11)] }],
    faults: [
      fault(odd(12), { kind: "vendor_error", name: odd(13) }, odd(14), 1_000, 2_500, {
        tookOver: { [odd(15)]: 1 },
      }),
    ],
    workloads: richResult().workloads.map((workload, at) => ({
      ...workload,
      name: odd(16 + at),
      outcomes: { [odd(18)]: 3 },
      byMethod: { [odd(19)]: { latencyMs: workload.latencyMs, errors: 1 } },
    })),
    timeline: richTimeline().slice(0, 12).map((point) => ({
      ...point,
      picks: { [odd(14)]: 3, [odd(15)]: 5 },
    })),
    durationMs: 12_000,
    breakers: [{ atMs: 1_200, channel: odd(20), state: odd(21) }],
    unexplained: [odd(22)],
    worst: [{ ...worst(1), workload: odd(16), method: odd(23), outcome: odd(24), requestId: odd(25) }],
    comparison: {
      metric: "p99_latency_ms",
      ours: 1,
      baseline: 0,
      change: null,
      interval: null,
      verdict: "inconclusive",
      text: odd(26),
    },
    load: [{
      chain: odd(31),
      fairness: null,
      unitsPerRequest: null,
      providers: [loadShare(odd(32), 1, 1, null)],
    }],
    processes: { [odd(27)]: { maxResidentMb: 1, maxCpu: 1, meanCpu: 1, maxLoopLagMs: null } },
    clockErrorUs: { [odd(27)]: 1 },
    version: odd(28),
    planHash: odd(29),
    startedAt: odd(30),
  });
}

/** Thirty faults, the last of which flaps under one id. */
export function manyFaults(): ScenarioResult {
  return richResult({
    faults: Array.from({ length: 30 }, (_, at) =>
      fault(
        at < 24 ? `reset-alchemy-${at + 1}` : "flap-infura",
        at < 24 ? { kind: "reset" } : { kind: "kill" },
        at < 24 ? "alchemy" : "infura",
        at * 3_000,
        at < 24 ? at * 3_000 : at * 3_000 + 1_500,
        { blast: at === 7 ? 0.2 : 0 },
      )),
  });
}
