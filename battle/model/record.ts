// What was seen in a run, each side by itself. All times are µs from the end of the warm-up (time 0), on the clock of
// the process that runs the battle; other processes' clocks are aligned by pings, and how well is part of the record.

import type { Fault } from "./fault.ts";

/** An attempt as the router's metadata tells it. */
export interface AttemptRecord {
  readonly provider: string;
  readonly transport: "http" | "ws";
  readonly ms: number;
  /** `ok` or a category. */
  readonly outcome: string;
}

export type CallOutcome =
  /** Answered in time with a result. */
  | "result"
  /** Answered in time with a JSON-RPC error. */
  | "error"
  /** Not answered within the workload's timeout; counts with its full time. */
  | "timeout"
  /** The connection broke, was refused, or the answer was no JSON-RPC. */
  | "broken";

export interface CallRecord {
  readonly workload: string;
  readonly index: number;
  readonly method: string;
  readonly params: string;
  readonly plannedUs: number;
  readonly sentUs: number;
  readonly doneUs: number;
  readonly outcome: CallOutcome;
  /** JSON-RPC error code; null where there was none. */
  readonly code: number | null;
  /** `data.reason` of an error of Lasso's own, or the error's message cut at 120 chars. */
  readonly reason: string | null;
  /** From the answer's metadata; empty where the target gives none. */
  readonly attempts: readonly AttemptRecord[];
  readonly provider: string | null;
  readonly requestId: string | null;
  /** `overhead_ms` of the metadata. */
  readonly overheadMs: number | null;
  /** SHA-256 of the result's text, hex; null where a checker does not want it. With the text where it is short. */
  readonly resultHash: string | null;
  readonly result: string | null;
}

/** What one subscriber's socket got, in the form of battle/simulator/ledger_record.ts, plus times. */
export interface SubscriberRecord {
  readonly workload: string;
  readonly index: number;
  readonly ackUs: number | null;
  readonly record: import("../simulator/ledger_record.ts").ClientRecord | null;
  /** Of each entry of the record. */
  readonly atUs: readonly number[];
  readonly closes: readonly { readonly atUs: number; readonly code: number; readonly reason: string }[];
}

/** A fault as it really was. */
export interface FaultRecord {
  readonly id: string;
  readonly fault: Fault;
  readonly chain: string | null;
  readonly provider: string | null;
  readonly startUs: number;
  readonly endUs: number;
}

/** An event of the router's feed. */
export interface FeedRecord {
  readonly atUs: number;
  readonly topic: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface ProcessSample {
  readonly process: "router" | "generator" | "world" | "battle";
  readonly atUs: number;
  readonly residentMb: number;
  /** Share of one core since the sample before. */
  readonly cpu: number;
  readonly loopLagMs: number | null;
  /**
   * Resident size less what its heap has taken and does not use, which V8 gives back when it pleases; absent or null: not
   * told.
   */
  readonly inUseMb?: number | null;
}

/** What each provider was asked and sent. */
export interface ProviderRecord {
  readonly chain: string;
  readonly provider: string;
  readonly calls: Readonly<Record<string, number>>;
  readonly failed: number;
  readonly rawTransactions: readonly string[];
}

export interface RunRecord {
  readonly scenario: string;
  readonly seed: number;
  readonly planHash: string;
  readonly startedAt: string;
  readonly version: string;
  /** The router's config, without secrets. */
  readonly config: unknown;
  readonly durationUs: number;
  readonly warmupUs: number;
  readonly calls: readonly CallRecord[];
  readonly subscribers: readonly SubscriberRecord[];
  readonly faults: readonly FaultRecord[];
  readonly feed: readonly FeedRecord[];
  readonly samples: readonly ProcessSample[];
  readonly providers: readonly ProviderRecord[];
  /** The simulated chains' truth, by chain; absent for targets that are not simulated. */
  readonly ledgers: ReadonlyMap<string, import("../simulator/ledger.ts").Ledger>;
  /**
   * Their blocks whole, and when which was the head, by chain: `recordTruth()` of battle/simulator/chain_truth.ts.
   * Without it answers can be compared to the ledger's blocks and logs only.
   */
  readonly truths?: ReadonlyMap<string, import("../simulator/chain_truth.ts").ChainTruth>;
  /** Lines of the router's log that hold one of the secrets that were planted in URLs and headers. */
  readonly leaks: readonly string[];
  /** Uncertainty of the alignment of clocks, µs, by process. */
  readonly clockErrorUs: Readonly<Record<string, number>>;
  /** Why something could not be recorded. */
  readonly notes: readonly string[];
}
