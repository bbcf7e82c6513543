// Compares the heads that a subscriber received to the ledger: none missing, none twice, in order, on the right branch.
// The client keeps a branch of its own, as any consumer of `newHeads` must; each fault is a sentence with block and
// place in the record. Pure; called by tests, by the simulator and by battle's analyzer.

import type { Ledger, LedgerBlock } from "./ledger.ts";
import {
  type ClientRecord,
  Findings,
  type GapEntry,
  type HeadEntry,
  type LedgerReport,
  named,
  serviceRestart,
} from "./ledger_record.ts";

/** `record` must hold heads, gaps and an end only. */
export function checkHeads(ledger: Ledger, record: ClientRecord): LedgerReport {
  const check = new HeadCheck(ledger, record);
  check.run();
  return check.found;
}

class HeadCheck {
  readonly found = new Findings();
  readonly #ledger: Ledger;
  readonly #record: ClientRecord;
  readonly #ackOrdinal: number;
  /**
   * The newest block of the client's branch; what is below follows from the ledger's links, as each step was checked.
   * null: no event yet; any block that there was at the acknowledgement may be its position.
   */
  #tip: LedgerBlock | null = null;
  /** The lowest height that the record is about: a gap from there on leaves nothing of it standing. */
  #lowest: number;
  /** An announced gap that no head has followed yet. */
  #gap: GapEntry | null = null;
  /** Gaps that a head has followed. */
  readonly #gaps: GapEntry[] = [];
  #at = 0;

  constructor(ledger: Ledger, record: ClientRecord) {
    this.#ledger = ledger;
    this.#record = record;
    this.#ackOrdinal = ledger.ordinalOf(record.ack.hash);
    this.#lowest = record.ack.number;
  }

  run(): void {
    if (this.#ackOrdinal === Infinity) {
      this.found.wrongBranch.push(`acknowledged at ${named(this.#record.ack)}, which no chain ever had`);
      return;
    }
    for (const entry of this.#record.entries) {
      this.#at++;
      if (entry.kind === "head") this.#head(entry);
      else if (entry.kind === "gap") this.#announced(entry);
      else if (entry.kind === "end") {
        if (entry.code === serviceRestart) this.found.announcedGaps++;
        return;
      } else this.found.wrongBranch.push(`${this.#place}: a log in a record of heads`);
    }
    this.#finish();
  }

  get #place(): string {
    return `entry ${this.#at}`;
  }

  #head(entry: HeadEntry): void {
    const block = this.#ledger.block(entry.hash);
    const what = `${this.#place}: head ${named(entry)}`;
    if (block === undefined || block.number !== entry.number || block.parentHash !== entry.parentHash) {
      this.found.wrongBranch.push(`${what} is no block of any chain`);
      return;
    }
    const parent = this.#ledger.parentOf(block);
    if (this.#gap !== null && parent !== undefined && this.#afterGap(this.#gap, parent, what)) {
      this.#gaps.push(this.#gap);
      this.#gap = null;
    } else if (this.#tip !== null && this.#ledger.isAncestor(block, this.#tip)) {
      this.found.duplicates.push(`${what} is on the client's branch already (tip ${named(this.#tip)})`);
      return;
    } else if (parent === undefined || !this.#holds(parent)) this.#hole(block, what);
    this.#tip = block;
    this.#lowest = Math.min(this.#lowest, block.number);
  }

  /** Is this block on the client's branch, or may it have been before the first event? */
  #holds(block: LedgerBlock): boolean {
    return this.#tip === null
      ? this.#ledger.ordinalOf(block.hash) <= this.#ackOrdinal
      : this.#ledger.isAncestor(block, this.#tip);
  }

  /** After an announced gap the next head's parent is the gap's last block; what is before the gap must still hold. */
  #afterGap(gap: GapEntry, parent: LedgerBlock, what: string): boolean {
    if (this.#tip !== null && this.#ledger.isAncestor(parent, this.#tip)) return true;
    if (parent.number < gap.fromBlock - 1 || parent.number > gap.toBlock) return false;
    // Of blocks in an earlier gap the client knows nothing that could be wrong now.
    let known = gap.fromBlock - 1;
    for (const { fromBlock, toBlock } of this.#gaps.toReversed()) {
      if (known >= fromBlock && known <= toBlock) known = fromBlock - 1;
    }
    const before = this.#ledger.ancestorAt(parent, known);
    const coversAll = known < this.#lowest;
    if (before !== undefined && !coversAll && !this.#holds(before)) {
      const tip = this.#tip === null ? "the acknowledgement" : named(this.#tip);
      this.found.unannouncedGaps.push(
        `${what}: the gap was announced from ${gap.fromBlock} on, but ${named(before)} before it does not ` +
          `follow ${tip}`,
      );
    }
    return true;
  }

  /** A head whose parent the client does not know. */
  #hole(block: LedgerBlock, what: string): void {
    const lost: LedgerBlock[] = [];
    let at = this.#ledger.parentOf(block);
    while (at !== undefined && !this.#holds(at)) {
      lost.unshift(at);
      at = this.#ledger.parentOf(at);
    }
    for (const one of lost) this.found.missing.push(`head ${named(one)} before ${what}`);
    const tip = this.#tip === null ? "the acknowledgement" : named(this.#tip);
    this.found.unannouncedGaps.push(`${what} after ${tip}: ${range(lost)} never came`);
  }

  #announced(gap: GapEntry): void {
    this.found.announcedGaps++;
    if (gap.fromBlock > gap.toBlock) {
      this.found.wrongBranch.push(`${this.#place}: a gap from ${gap.fromBlock} to ${gap.toBlock}`);
      return;
    }
    // Two in a row: what the first one excuses stays excused.
    const fromBlock = Math.min(gap.fromBlock, this.#gap?.fromBlock ?? Infinity);
    this.#gap = { ...gap, fromBlock };
  }

  /** At the end the client's branch must be the canonical one. */
  #finish(): void {
    const { tip } = this.#ledger;
    if (tip === null) return;
    const mine = this.#tip;
    if (mine !== null && !this.#ledger.isAncestor(mine, tip) && this.#gap === null) {
      this.found.wrongBranch.push(
        `the last head ${named(mine)} is not on the canonical branch of ${named(tip)}`,
      );
    }
    const excused = (block: LedgerBlock): boolean =>
      this.#gap !== null && block.number >= this.#gap.fromBlock && block.number <= this.#gap.toBlock;
    const lost = this.#ledger.canonicalWhile((block) => !this.#holds(block)).filter((block) =>
      !excused(block)
    );
    if (lost.length === 0) return;
    for (const block of lost) this.found.missing.push(`head ${named(block)} at the end`);
    this.found.unannouncedGaps.push(`the end: ${range(lost)} never came`);
  }
}

function range(blocks: readonly LedgerBlock[]): string {
  const [first, last] = [blocks[0], blocks.at(-1)];
  if (first === undefined || last === undefined) return "its parent";
  return first === last ? named(first) : `${named(first)} to ${named(last)}`;
}
