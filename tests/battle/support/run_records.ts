// Builds records of runs by hand, for tests of what judges them: every value is written down, nothing is drawn. Times
// are in ms here, as tests think in them; records hold µs.

import type {
  AttemptRecord,
  CallRecord,
  FaultRecord,
  FeedRecord,
  ProcessSample,
  RunRecord,
  SubscriberRecord,
} from "../../../battle/model/record.ts";
import type { Fault } from "../../../battle/model/fault.ts";
import type {
  ChainSpec,
  ProviderSpec,
  Scenario,
  SloScope,
  Workload,
} from "../../../battle/model/scenario.ts";
import { simSpec } from "./sim_spec.ts";

export interface CallSketch {
  /** Planned. */
  readonly at: number;
  /** done − sent. Default 10. */
  readonly ms?: number;
  /** sent − planned. Default 0. */
  readonly late?: number;
  readonly workload?: string;
  readonly method?: string;
  readonly params?: string;
  readonly outcome?: CallRecord["outcome"];
  readonly code?: number;
  readonly reason?: string;
  /** `alchemy:5:transport infura:12`; without an outcome it is ok. */
  readonly attempts?: string;
  /** Default: of the last attempt. */
  readonly provider?: string | null;
  readonly requestId?: string | null;
  readonly overhead?: number | null;
  readonly result?: string | null;
  readonly resultHash?: string | null;
  readonly index?: number;
}

function attemptsOf(text: string): AttemptRecord[] {
  return text.split(" ").filter((word) => word !== "").map((word) => {
    const [provider = "", ms = "0", outcome = "ok"] = word.split(":");
    return { provider, transport: "http", ms: Number(ms), outcome };
  });
}

export function call(sketch: CallSketch, index = 0): CallRecord {
  const { at, ms = 10, late = 0, outcome = "result" } = sketch;
  const attempts = attemptsOf(sketch.attempts ?? "");
  return {
    workload: sketch.workload ?? "reads",
    index: sketch.index ?? index,
    method: sketch.method ?? "eth_call",
    params: sketch.params ?? "[]",
    plannedUs: at * 1_000,
    sentUs: (at + late) * 1_000,
    doneUs: (at + late + ms) * 1_000,
    outcome,
    code: sketch.code ?? null,
    reason: sketch.reason ?? null,
    attempts,
    provider: sketch.provider === undefined ? attempts.at(-1)?.provider ?? null : sketch.provider,
    requestId: sketch.requestId ?? null,
    overheadMs: sketch.overhead === undefined ? null : sketch.overhead,
    resultHash: sketch.resultHash ?? null,
    result: sketch.result ?? null,
  };
}

export function calls(sketches: readonly CallSketch[]): CallRecord[] {
  return sketches.map((sketch, index) => call(sketch, index));
}

/** `count` requests, `everyMs` apart, each as the function says. */
export function many(
  count: number,
  everyMs: number,
  sketch: (index: number) => Omit<CallSketch, "at"> & { readonly at?: number },
): CallRecord[] {
  return calls(Array.from({ length: count }, (_, index) => ({ at: index * everyMs, ...sketch(index) })));
}

export function fault(
  id: string,
  provider: string | null,
  from: number,
  to: number,
  what: Fault = { kind: "kill" },
  chain: string | null = "ethereum",
): FaultRecord {
  return { id, fault: what, chain, provider, startUs: from * 1_000, endUs: to * 1_000 };
}

export function breakerEvent(at: number, provider: string, state: string): FeedRecord {
  const fields = { chain: "ethereum", provider_id: provider, transport: "http", state };
  return { atUs: at * 1_000, topic: "breaker", fields };
}

export function sample(
  at: number,
  residentMb: number,
  process: ProcessSample["process"] = "router",
  cpu = 0.1,
): ProcessSample {
  return { process, atUs: at * 1_000, residentMb, cpu, loopLagMs: null };
}

export function subscriber(
  workload: string,
  record: SubscriberRecord["record"],
  atMs: readonly number[] = [],
): SubscriberRecord {
  return {
    workload,
    index: 0,
    ackUs: record === null ? null : 0,
    record,
    atUs: atMs.map((ms) => ms * 1_000),
    closes: [],
  };
}

/** Ten seconds, nothing recorded. */
export function runRecord(changes: Partial<RunRecord> = {}): RunRecord {
  return {
    scenario: "test",
    seed: 1,
    planHash: "00",
    startedAt: "2026-01-01T00:00:00.000Z",
    version: "0.0.0",
    config: null,
    durationUs: 10_000_000,
    warmupUs: 0,
    calls: [],
    subscribers: [],
    faults: [],
    feed: [],
    samples: [],
    providers: [],
    ledgers: new Map(),
    leaks: [],
    clockErrorUs: {},
    notes: [],
    ...changes,
  };
}

export function sim(id: string, config: Readonly<Record<string, unknown>> = {}): ProviderSpec {
  return simSpec(id, { latency: { kind: "fixed", ms: 10 }, config });
}

export function chainSpec(providers: readonly ProviderSpec[], blockTimeMs = 1_000): ChainSpec {
  return { name: "ethereum", chainId: 1, blockTimeMs, providers };
}

export function reads(changes: Partial<Workload & { kind: "http" }> = {}): Workload {
  return {
    kind: "http",
    name: "reads",
    chain: "ethereum",
    arrival: { kind: "constant", perSecond: 100 },
    mix: { eth_call: 1 },
    batch: 1,
    timeoutMs: 2_000,
    via: null,
    ...changes,
  };
}

export function subscribersOf(
  subscription: "newHeads" | "logs" | "newPendingTransactions",
  name = "heads",
): Workload {
  return { kind: "subscribers", name, chain: "ethereum", sockets: 1, subscription, gaps: null };
}

/** Three simulated providers, one workload of reads, no SLO. */
export function scenarioOf(changes: Partial<Scenario> = {}): Scenario {
  return {
    name: "test",
    seed: 1,
    tags: [],
    chains: [chainSpec([sim("alchemy"), sim("infura"), sim("ankr")])],
    target: { kind: "own", config: {} },
    workloads: [reads()],
    durationMs: 10_000,
    warmupMs: 0,
    faults: [],
    slos: [],
    checks: [],
    compare: null,
    formats: [],
    expectedToFail: null,
    ...changes,
  };
}

export function scopeOf(scope: Partial<SloScope> = {}): SloScope {
  return { workload: null, method: null, provider: null, during: null, ...scope };
}
