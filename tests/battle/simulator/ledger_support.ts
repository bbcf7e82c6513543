// Hand-made chains and records for the tests of the ledger's checkers: a block is named by its branch's letter and its
// number ("A5"), and a record is a short text.

import { Ledger, type LedgerBlock, type LedgerLog } from "../../../battle/simulator/ledger.ts";
import type { ClientRecord, LedgerReport, RecordEntry } from "../../../battle/simulator/ledger_record.ts";

/** The address that every log has, unless its block says otherwise. */
export const token = "0x" + "aa".repeat(20);
export const otherToken = "0x" + "bb".repeat(20);

/**
 * A ledger of blocks written `A5<A4` (child of A4), `B5<A4:2` (with two logs); the last `tip` is canonical. A log's
 * address is `token`, in blocks of a branch with a small letter `otherToken`. `owner`: the provider that alone has all
 * blocks of B.
 */
export function ledgerOf(text: string, tip: string, owner: string | null = null): Ledger {
  const ledger = new Ledger();
  for (const word of text.split(/\s+/)) {
    const [, name = "", parent = "", logs = "0"] = /^(\w+)<(\w+)(?::(\d+))?$/.exec(word) ?? [];
    ledger.add(blockOf(name, parent, Number(logs)), name.startsWith("B") ? owner : null);
  }
  ledger.setCanonical(hashOf(tip));
  return ledger;
}

/** Blocks A1 to A`last`, each with so many logs. */
export function line(last: number, logs = 0): string {
  return Array.from({ length: last }, (_, index) => `A${index + 1}<A${index}:${logs}`).join(" ");
}

function blockOf(name: string, parent: string, logs: number): LedgerBlock {
  const number = numberOf(name);
  return {
    number,
    hash: hashOf(name),
    parentHash: hashOf(parent),
    logs: Array.from({ length: logs }, (_, logIndex): LedgerLog => ({
      blockHash: hashOf(name),
      blockNumber: number,
      logIndex,
      address: /^[a-z]/.test(name) ? otherToken : token,
      topics: [],
    })),
  };
}

/** The name itself is hash enough. */
export function hashOf(name: string): string {
  return `0x${name}`;
}

function numberOf(name: string): number {
  return Number(name.slice(1));
}

/**
 * A record acknowledged at a block: `A6` a head, `A6.0` a log, `-A6.0` its removal, `[6-9]` an announced gap, `!1012`
 * a close. Heads are looked up in the ledger; one that it doesn't have gets the parent number below it.
 */
export function recordOf(ledger: Ledger, ack: string, text: string): ClientRecord {
  const entries = text.split(/\s+/).filter((word) => word !== "").map((word): RecordEntry => {
    const gap = /^\[(\d+)-(\d+)\]$/.exec(word);
    if (gap !== null) return { kind: "gap", fromBlock: Number(gap[1]), toBlock: Number(gap[2]) };
    if (word.startsWith("!")) return { kind: "end", code: Number(word.slice(1)) || null };
    const log = /^(-?)(\w+)\.(\d+)$/.exec(word);
    if (log !== null) {
      const [, sign, name = "", index] = log;
      return {
        kind: "log",
        blockHash: hashOf(name),
        blockNumber: numberOf(name),
        logIndex: Number(index),
        removed: sign === "-",
      };
    }
    const parentHash = ledger.block(hashOf(word))?.parentHash ?? "0xnone";
    return { kind: "head", number: numberOf(word), hash: hashOf(word), parentHash };
  });
  return { ack: { number: numberOf(ack), hash: hashOf(ack) }, entries };
}

/** How many faults of each kind: missing, duplicates, outOfOrder, wrongBranch, unannouncedGaps. */
export function counts(report: LedgerReport): number[] {
  const { missing, duplicates, outOfOrder, wrongBranch, unannouncedGaps } = report;
  return [missing, duplicates, outOfOrder, wrongBranch, unannouncedGaps].map(({ length }) => length);
}
