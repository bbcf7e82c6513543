// What a run means: verdicts with values and bounds, per fault and per request. The analyzer gives it, the reporters
// show it, `battle diff` compares two. It is the published JSON: members are snake_case there.

import type { CheckName, SloKey, SloScope } from "./scenario.ts";
import type { AttemptRecord, FaultRecord } from "./record.ts";

export type Verdict = "pass" | "fail" | "inconclusive";

export interface SloResult {
  readonly key: SloKey;
  readonly scope: SloScope;
  readonly bound: number;
  readonly direction: "min" | "max";
  /** null: nothing was measured. */
  readonly value: number | null;
  readonly samples: number;
  readonly verdict: Verdict;
  /** Why it is inconclusive; else null. */
  readonly reason: string | null;
}

export interface CheckResult {
  readonly name: CheckName;
  readonly verdict: Verdict;
  /** Up to ten examples, or why it can't be told; where it passed, what else is to be known, mostly nothing. */
  readonly details: readonly string[];
}

export interface FaultResult {
  readonly fault: FaultRecord;
  /** Fault → first time that the router did not pick the provider first; null: never, or can't be told. */
  readonly detectionMs: number | null;
  /** Fault → the last first pick of the provider in it. */
  readonly shiftMs: number | null;
  /** End → p99 within 1.2 × the baseline for 5 s. */
  readonly recoveryMs: number | null;
  /** Per request: failure of the attempt at the faulted provider → the good answer. */
  readonly failover: {
    readonly n: number;
    readonly p50Ms: number;
    readonly p99Ms: number;
    readonly maxMs: number;
  } | null;
  /** Share of requests in it that failed. */
  readonly blast: number;
  /** Who took the load: provider → share of answers in it. */
  readonly tookOver: Readonly<Record<string, number>>;
}

export interface Quantiles {
  readonly n: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

export interface WorkloadResult {
  readonly name: string;
  readonly planned: number;
  readonly answered: number;
  readonly throughputRps: number;
  readonly outcomes: Readonly<Record<string, number>>;
  /** done − planned. */
  readonly latencyMs: Quantiles;
  /** done − sent. */
  readonly serviceMs: Quantiles;
  /** sent − planned. */
  readonly latenessMs: Quantiles;
  readonly byMethod: Readonly<Record<string, { readonly latencyMs: Quantiles; readonly errors: number }>>;
}

/** A point of the timeline: one second. */
export interface TimelinePoint {
  readonly atMs: number;
  readonly requests: number;
  readonly failures: number;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly failovers: number;
  /** First picks by provider. */
  readonly picks: Readonly<Record<string, number>>;
}

export interface WorstRequest {
  readonly workload: string;
  readonly index: number;
  readonly method: string;
  readonly atMs: number;
  readonly latencyMs: number;
  readonly outcome: string;
  readonly attempts: readonly AttemptRecord[];
  readonly requestId: string | null;
}

/** What one provider did of a chain's work in the measured time. */
export interface LoadShare {
  readonly provider: string;
  /** Attempts at it, by the answers' metadata. */
  readonly attempts: number;
  /** Answers that came from it. */
  readonly served: number;
  /** What it would have served, had the providers without a fault at the time shared each answer evenly. */
  readonly fairServed: number;
  /** Calls by its own count, warm-up and the router's own questions included; null: it is not ours. */
  readonly asked: number | null;
  /** Of the attempts, in its own units: `cost` of its config, one a call unless given. */
  readonly units: number;
  /** null: its config gives no price. */
  readonly usd: number | null;
}

export interface ChainLoad {
  readonly chain: string;
  /** Jain's index of served to fair: 1 where each had its share, 1/n where one had all; null: nothing was served. */
  readonly fairness: number | null;
  readonly unitsPerRequest: number | null;
  readonly providers: readonly LoadShare[];
}

export interface ComparisonResult {
  readonly metric: SloKey;
  readonly ours: number | null;
  readonly baseline: number | null;
  /** ours / baseline − 1, and its 95 % interval by bootstrap over paired rounds A B B A. */
  readonly change: number | null;
  readonly interval: readonly [number, number] | null;
  readonly verdict: Verdict;
  /** For people; "no difference can be seen at this sample size" where that is so. */
  readonly text: string;
}

export interface ProcessUse {
  readonly maxResidentMb: number;
  /** Shares of one core. */
  readonly maxCpu: number;
  readonly meanCpu: number;
  /** The longest that its event loop was busy at a time; null: it does not tell. */
  readonly maxLoopLagMs: number | null;
}

export interface ScenarioResult {
  readonly schemaVersion: 1;
  readonly scenario: string;
  readonly verdict: Verdict;
  /** Why it is not simply what its parts say: known to fail, the generator was late … */
  readonly reasons: readonly string[];
  readonly seed: number;
  readonly planHash: string;
  readonly startedAt: string;
  readonly version: string;
  readonly config: unknown;
  readonly durationMs: number;
  readonly command: string;
  readonly slos: readonly SloResult[];
  readonly checks: readonly CheckResult[];
  readonly faults: readonly FaultResult[];
  readonly workloads: readonly WorkloadResult[];
  readonly timeline: readonly TimelinePoint[];
  /** State of breakers: when which channel went where. */
  readonly breakers: readonly { readonly atMs: number; readonly channel: string; readonly state: string }[];
  /** Failures and failovers outside any fault. */
  readonly unexplained: readonly string[];
  readonly worst: readonly WorstRequest[];
  readonly streams: {
    readonly gaps: number;
    readonly duplicates: number;
    readonly outOfOrder: number;
    readonly wrongBranch: number;
  } | null;
  readonly load: readonly ChainLoad[];
  readonly comparison: ComparisonResult | null;
  readonly processes: Readonly<
    Record<string, ProcessUse>
  >;
  readonly clockErrorUs: Readonly<Record<string, number>>;
}
