// A finished scenario, as data: what the DSL's builder gives, what the plan is made from. Nothing in it knows the DSL, a
// socket or a clock. Durations in ms, shares 0..1.

import type { Latency } from "../simulator/latency.ts";
import type { FaultSpec } from "./fault.ts";

export type ReportFormat = "text" | "json" | "md" | "junit" | "html";

export interface Scenario {
  readonly name: string;
  readonly seed: number;
  readonly tags: readonly string[];
  readonly chains: readonly ChainSpec[];
  readonly target: Target;
  readonly workloads: readonly Workload[];
  readonly durationMs: number;
  readonly warmupMs: number;
  readonly faults: readonly FaultSpec[];
  readonly slos: readonly SloSpec[];
  readonly checks: readonly CheckSpec[];
  readonly compare: Comparison | null;
  readonly formats: readonly ReportFormat[];
  /** The scenario is known to fail: the verdict FAIL counts as pass, PASS as fail. With the reason. */
  readonly expectedToFail: string | null;
}

export interface ChainSpec {
  readonly name: string;
  readonly chainId: number;
  readonly blockTimeMs: number;
  readonly providers: readonly ProviderSpec[];
}

export type ProviderSpec =
  | {
    readonly kind: "sim";
    readonly id: string;
    readonly latency: Latency;
    readonly failureRate: number;
    readonly lagBlocks: number;
    /** `300/s` and the like, as data. */
    readonly rateLimit: { readonly count: number; readonly perMs: number } | null;
    readonly archive: boolean;
    readonly getLogsRange: number | null;
    readonly denyMethods: readonly string[];
    readonly ws: boolean;
    /** Further keys of the provider in the router's config: type, priority, cost … */
    readonly config: Readonly<Record<string, unknown>>;
  }
  /** A real node that the run starts. */
  | {
    readonly kind: "anvil";
    readonly id: string;
    readonly blockTimeMs: number;
    readonly config: Readonly<Record<string, unknown>>;
  }
  /** Somebody else's endpoint; needs --allow-host unless it is loopback. */
  | {
    readonly kind: "url";
    readonly id: string;
    readonly url: string;
    readonly wsUrl: string | null;
    readonly config: Readonly<Record<string, unknown>>;
  };

export type Target =
  /** The run starts the router. `config`: further keys of its config file (`defaults`, `server`, …). */
  | { readonly kind: "own"; readonly config: Readonly<Record<string, unknown>> }
  /** A router that runs already; what it can't tell is inconclusive. */
  | { readonly kind: "url"; readonly url: string };

export type Arrival =
  | { readonly kind: "constant"; readonly perSecond: number }
  | { readonly kind: "poisson"; readonly perSecond: number }
  | { readonly kind: "ramp"; readonly fromPerSecond: number; readonly toPerSecond: number }
  | {
    readonly kind: "spike";
    readonly perSecond: number;
    readonly peakPerSecond: number;
    readonly atMs: number;
    readonly forMs: number;
  }
  | { readonly kind: "steps"; readonly perSecond: readonly number[]; readonly eachMs: number }
  /** The closed model: so many clients, each of which sends the next when it has its answer. */
  | { readonly kind: "closed"; readonly concurrency: number };

/** Method → weight. Params are chosen by the plan from what the simulated chain holds. */
export type Mix = Readonly<Record<string, number>>;

export type Workload =
  | {
    readonly kind: "http" | "ws";
    readonly name: string;
    readonly chain: string;
    readonly arrival: Arrival;
    readonly mix: Mix;
    /** Calls in one request; 1: no batch. */
    readonly batch: number;
    readonly timeoutMs: number;
    /** Path prefix below /rpc, such as `round_robin` or `provider/a`; null: none. */
    readonly via: string | null;
  }
  | {
    readonly kind: "subscribers";
    readonly name: string;
    readonly chain: string;
    readonly sockets: number;
    readonly subscription: "newHeads" | "logs" | "newPendingTransactions";
    readonly gaps: "close" | "notify" | "continue" | null;
  }
  /** Recorded traffic, JSON lines of `serve --record`; its own times, made `speed` times as fast. */
  | {
    readonly kind: "replay";
    readonly name: string;
    readonly chain: string;
    readonly file: string;
    readonly speed: number;
    readonly timeoutMs: number;
  }
  /** A function of the scenario's own, which the generator calls for each arrival. */
  | {
    readonly kind: "custom";
    readonly name: string;
    readonly chain: string;
    readonly arrival: Arrival;
    readonly timeoutMs: number;
    readonly run: (call: CustomCall) => Promise<void>;
  };

/** What a custom workload's function is given; a rejection is a failed request. */
export interface CustomCall {
  readonly url: string;
  readonly wsUrl: string;
  readonly index: number;
  /** Uniform in [0, 1), from the plan's seed. */
  random(): number;
  readonly signal: AbortSignal;
}

export const sloKeys = [
  "success_rate",
  "availability",
  "throughput_rps",
  "error_rate",
  "p50_latency_ms",
  "p95_latency_ms",
  "p99_latency_ms",
  "p999_latency_ms",
  "max_latency_ms",
  "failover_ms",
  "shift_ms",
  "detection_ms",
  "breaker_open_ms",
  "recovery_ms",
  "stream_gaps",
  "stream_duplicates",
  "stream_out_of_order",
  "wrong_results",
  "upstream_calls_per_request",
  "hedge_ratio",
  "max_memory_mb",
  "memory_growth_mb",
  "overhead_p50_ms",
  "overhead_p99_ms",
] as const;

export type SloKey = typeof sloKeys[number];

/** These are minima; all others are maxima. */
export const minima: ReadonlySet<SloKey> = new Set(["success_rate", "availability", "throughput_rps"]);

export interface SloScope {
  readonly workload: string | null;
  readonly method: string | null;
  readonly provider: string | null;
  /** A fault's id, all faults, or the time without any; null: all the time. */
  readonly during: string | "faults" | "calm" | null;
}

export interface SloSpec {
  readonly scope: SloScope;
  readonly key: SloKey;
  readonly bound: number;
}

export const checkNames = [
  "headsMonotonic",
  "noEventLostOrDoubled",
  "answersMatchLedger",
  "writesAsAllowed",
  "batchOrder",
  "errorsOfTheRightKind",
  "noSecrets",
] as const;

export type CheckName = typeof checkNames[number];

export interface CheckSpec {
  readonly name: CheckName;
}

export interface Comparison {
  /** Changes to the router's config for the other side, for instance `{ defaults: { strategy: "load_balanced" } }`. */
  readonly baseline: Readonly<Record<string, unknown>>;
  readonly metric: SloKey;
  /** Share by which ours may be worse, 0.05 = 5 %. */
  readonly maxRegression: number;
}
