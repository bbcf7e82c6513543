// What a subscriber received, in the form in which it is compared to the ledger, and what a comparison finds. Types and
// names only; `check_heads.ts` and `check_logs.ts` compare. Records are kept by test clients and by battle's.

import type { LedgerLog } from "./ledger.ts";

/** A `newHeads` notification. */
export interface HeadEntry {
  readonly kind: "head";
  readonly number: number;
  readonly hash: string;
  readonly parentHash: string;
}

/** A `logs` notification. */
export interface LogEntry {
  readonly kind: "log";
  readonly blockHash: string;
  readonly blockNumber: number;
  readonly logIndex: number;
  readonly removed: boolean;
}

/** A `newPendingTransactions` notification: best effort, no ledger holds it. */
export interface TransactionEntry {
  readonly kind: "transaction";
  readonly hash: string;
}

/** The announcement that these blocks (inclusive) were not delivered. */
export interface GapEntry {
  readonly kind: "gap";
  readonly fromBlock: number;
  readonly toBlock: number;
}

/** The end of a record before the chain's: the socket was closed with this code; null: the client left. */
export interface EndEntry {
  readonly kind: "end";
  readonly code: number | null;
}

export type RecordEntry = HeadEntry | LogEntry | TransactionEntry | GapEntry | EndEntry;

/** What one subscription received. */
export interface ClientRecord {
  /**
   * The newest block in the ledger when the subscription was acknowledged. Of the blocks up to it some may still be
   * delivered, because they were under way; all that is added to the ledger later is owed.
   */
  readonly ack: { readonly number: number; readonly hash: string };
  /** In the order of their arrival. */
  readonly entries: readonly RecordEntry[];
}

/** All lists empty: the promise was kept. */
export interface LedgerReport {
  readonly missing: readonly string[];
  readonly duplicates: readonly string[];
  readonly outOfOrder: readonly string[];
  readonly wrongBranch: readonly string[];
  /** Runs of missing blocks or logs of which the client was not told. */
  readonly unannouncedGaps: readonly string[];
  /** Gaps that the client was told, as an error or by a close. */
  readonly announcedGaps: number;
}

/** How many faults a report holds. */
export function faultsOf(report: LedgerReport): number {
  return report.missing.length + report.duplicates.length + report.outOfOrder.length +
    report.wrongBranch.length + report.unannouncedGaps.length;
}

/** A report that is being written. */
export class Findings implements LedgerReport {
  readonly missing: string[] = [];
  readonly duplicates: string[] = [];
  readonly outOfOrder: string[] = [];
  readonly wrongBranch: string[] = [];
  readonly unannouncedGaps: string[] = [];
  announcedGaps = 0;
}

/** The code with which a socket is closed when events can't be made up for (RFC 6455 section 7.4, "service restart"). */
export const serviceRestart = 1012;

/** A block as reports name it. */
export function named(block: { readonly number: number; readonly hash: string }): string {
  return `${block.number} (${block.hash.slice(0, 10)})`;
}

/** A log as reports name it. */
export function logName(log: Pick<LedgerLog, "blockHash" | "blockNumber" | "logIndex">): string {
  return `log ${log.logIndex} of ${named({ number: log.blockNumber, hash: log.blockHash })}`;
}
