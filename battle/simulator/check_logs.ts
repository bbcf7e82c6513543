// Compares the logs that a subscriber received to the ledger: none missing, none twice, in order, on the right branch,
// removals included. The client keeps what it has, newest last; each fault is a sentence with log and place in the
// record. Pure; called by tests, by the simulator and by battle's analyzer.

import { type Ledger, type LedgerBlock, type LedgerFilter, type LedgerLog, matches } from "./ledger.ts";
import {
  type ClientRecord,
  Findings,
  type GapEntry,
  type LedgerReport,
  type LogEntry,
  logName,
  named,
  serviceRestart,
} from "./ledger_record.ts";

/** `record` must hold logs, gaps and an end only; `filter` is the subscription's. */
export function checkLogs(ledger: Ledger, record: ClientRecord, filter: LedgerFilter): LedgerReport {
  const check = new LogCheck(ledger, record, filter);
  check.run();
  return check.found;
}

class LogCheck {
  readonly found = new Findings();
  readonly #ledger: Ledger;
  readonly #record: ClientRecord;
  readonly #filter: LedgerFilter;
  readonly #ackOrdinal: number;
  /** What the client has, oldest first. */
  readonly #held: LedgerLog[] = [];
  readonly #heldKeys = new Set<string>();
  readonly #removedKeys = new Set<string>();
  /** What it had of blocks that a gap was announced for: whether it still stands, it can't know. */
  readonly #unsureKeys = new Set<string>();
  readonly #gaps: GapEntry[] = [];
  #at = 0;

  constructor(ledger: Ledger, record: ClientRecord, filter: LedgerFilter) {
    this.#ledger = ledger;
    this.#record = record;
    this.#filter = filter;
    this.#ackOrdinal = ledger.ordinalOf(record.ack.hash);
  }

  run(): void {
    if (this.#ackOrdinal === Infinity) {
      this.found.wrongBranch.push(`acknowledged at ${named(this.#record.ack)}, which no chain ever had`);
      return;
    }
    for (const entry of this.#record.entries) {
      this.#at++;
      if (entry.kind === "log") this.#log(entry);
      else if (entry.kind === "gap") this.#announced(entry);
      else if (entry.kind === "end") {
        if (entry.code === serviceRestart) this.found.announcedGaps++;
        return this.#finish(false);
      } else this.found.wrongBranch.push(`entry ${this.#at}: a head in a record of logs`);
    }
    this.#finish(true);
  }

  #log(entry: LogEntry): void {
    const what = `entry ${this.#at}: ${entry.removed ? "removal of " : ""}${logName(entry)}`;
    const log = this.#ledger.block(entry.blockHash)?.logs.find(({ logIndex }) => logIndex === entry.logIndex);
    if (log === undefined || log.blockNumber !== entry.blockNumber) {
      this.found.wrongBranch.push(`${what} is no log of any chain`);
    } else if (!matches(this.#filter, log)) {
      this.found.wrongBranch.push(`${what} does not match the filter`);
    } else if (entry.removed) this.#remove(log, what);
    else this.#add(log, what);
  }

  #add(log: LedgerLog, what: string): void {
    const key = keyOf(log);
    if (this.#heldKeys.has(key)) {
      this.found.duplicates.push(`${what} is with the client already`);
      return;
    }
    const last = this.#held.at(-1);
    if (last !== undefined) this.#compare(last, log, what);
    this.#removedKeys.delete(key);
    this.#unsureKeys.delete(key);
    this.#heldKeys.add(key);
    this.#held.push(log);
    if (last !== undefined && order(last, log) > 0) this.#held.sort(order);
  }

  /** What comes after `last` must be further on in its block, or in a block that descends from it. */
  #compare(last: LedgerLog, log: LedgerLog, what: string): void {
    const block = this.#ledger.block(log.blockHash);
    const lastBlock = this.#ledger.block(last.blockHash);
    if (block === undefined || lastBlock === undefined) return;
    if (block.hash === lastBlock.hash) {
      if (log.logIndex < last.logIndex) this.found.outOfOrder.push(`${what} came after ${logName(last)}`);
    } else if (this.#ledger.isAncestor(block, lastBlock)) {
      this.found.outOfOrder.push(`${what} came after ${logName(last)}, which is in a later block`);
    } else if (!this.#ledger.isAncestor(lastBlock, block)) {
      this.found.wrongBranch.push(`${what} came while ${logName(last)} of another branch was not removed`);
    }
  }

  #remove(log: LedgerLog, what: string): void {
    const key = keyOf(log);
    if (!this.#heldKeys.has(key)) {
      if (this.#unsureKeys.delete(key)) return;
      if (this.#removedKeys.has(key)) this.found.duplicates.push(`${what}, which was removed before`);
      else this.found.wrongBranch.push(`${what}, which the client never got`);
      return;
    }
    const index = this.#held.findIndex((other) => keyOf(other) === key);
    const later = this.#held[index + 1];
    if (later !== undefined) this.found.outOfOrder.push(`${what} came before that of ${logName(later)}`);
    this.#held.splice(index, 1);
    this.#heldKeys.delete(key);
    this.#removedKeys.add(key);
  }

  #announced(gap: GapEntry): void {
    this.found.announcedGaps++;
    if (gap.fromBlock > gap.toBlock) {
      this.found.wrongBranch.push(`entry ${this.#at}: a gap from ${gap.fromBlock} to ${gap.toBlock}`);
      return;
    }
    this.#gaps.push(gap);
    for (let index = this.#held.length - 1; index >= 0; index--) {
      const log = this.#held[index];
      if (log === undefined || log.blockNumber < gap.fromBlock) break;
      if (log.blockNumber > gap.toBlock) continue;
      this.#heldKeys.delete(keyOf(log));
      this.#unsureKeys.add(keyOf(log));
      this.#held.splice(index, 1);
    }
  }

  /** `whole`: the record goes to the end of the chain; else only what must have come before its last log is owed. */
  #finish(whole: boolean): void {
    const first = this.#held.find(({ blockHash }) => this.#ledger.ordinalOf(blockHash) <= this.#ackOrdinal);
    const last = this.#held.at(-1);
    const { tip } = this.#ledger;
    if (tip === null || (!whole && last === undefined)) return;
    const end = whole ? tip : this.#ledger.block(last?.blockHash ?? "") ?? tip;
    const lowest = this.#held.reduce((least, log) => Math.min(least, log.blockNumber), Infinity);
    const canonical = new Set<string>();
    const owed: LedgerLog[] = [];
    for (let at: LedgerBlock | undefined = end; at !== undefined; at = this.#ledger.parentOf(at)) {
      const late = this.#ledger.ordinalOf(at.hash) > this.#ackOrdinal;
      if (!late && at.number < lowest) break;
      canonical.add(at.hash);
      if (this.#excused(at.number)) continue;
      for (const log of at.logs.toReversed()) {
        if (!matches(this.#filter, log)) continue;
        // Of a block that was under way at the acknowledgement what came before its first log is not owed.
        const afterFirst = late || (first !== undefined && order(first, log) <= 0);
        const beforeLast = whole || last === undefined || order(log, last) <= 0;
        if (afterFirst && beforeLast) owed.push(log);
      }
    }
    owed.reverse();
    for (const log of this.#held) {
      if (!canonical.has(log.blockHash)) {
        this.found.wrongBranch.push(`${logName(log)} is not on the canonical branch and was not removed`);
      }
    }
    this.#missing(owed);
  }

  #excused(block: number): boolean {
    // A gap from the acknowledgement's height on (or below) leaves nothing of the record standing.
    const lowest = this.#record.ack.number;
    return this.#gaps.some(({ fromBlock, toBlock }) =>
      (block >= fromBlock || fromBlock <= lowest) && block <= toBlock
    );
  }

  #missing(owed: readonly LedgerLog[]): void {
    let run: LedgerLog[] = [];
    const close = (): void => {
      const [first, last] = [run[0], run.at(-1)];
      if (first === undefined || last === undefined) return;
      this.found.unannouncedGaps.push(
        run.length === 1
          ? `${logName(first)} never came`
          : `${logName(first)} to ${logName(last)} never came`,
      );
      run = [];
    };
    for (const log of owed) {
      if (this.#heldKeys.has(keyOf(log))) close();
      else {
        this.found.missing.push(logName(log));
        run.push(log);
      }
    }
    close();
  }
}

/** By block, then by place in it. */
function order(a: LedgerLog, b: LedgerLog): number {
  return a.blockNumber - b.blockNumber || a.logIndex - b.logIndex;
}

function keyOf(log: { readonly blockHash: string; readonly logIndex: number }): string {
  return `${log.blockHash}:${log.logIndex}`;
}
