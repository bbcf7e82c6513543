// What the analyzer may be told beside record and scenario. Everything has a default.

import type { LedgerFilter } from "../simulator/ledger.ts";

export interface AnalyzeOptions {
  /** The command that repeats this run, for the report. */
  readonly command?: string;
  /** Values of the compared metric round by round, in the order of their pairs: see `compareRounds`. */
  readonly rounds?: {
    readonly ours: readonly (number | null)[];
    readonly baseline: readonly (number | null)[];
  };
  /**
   * So many blocks may the answer to a tag be behind. Default: what the router's config allows (`health.max_lag_blocks`
   * and `max_lag`, the larger of the two), or its defaults: 5 blocks, 5 s.
   */
  readonly allowedLagBlocks?: number;
  /**
   * So long after a fault took a provider back its answers may be from behind. Default: what the router's probes take
   * (`health.interval` and `timeout`), 5 s at most.
   */
  readonly detectionMs?: number;
  /** Filter of `logs` subscribers. Default: all logs. */
  readonly logFilter?: LedgerFilter;
  /** What was made so long before a subscriber left must have reached it. Default 5,000 ms. */
  readonly deliveryGraceMs?: number;
  /** A failure so close to a fault is explained by it. Default 1,000 ms. */
  readonly faultMarginMs?: number;
}

export const defaultGraceMs = 5_000;
export const defaultMarginMs = 1_000;
