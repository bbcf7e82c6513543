// What a subscriber that left by itself should have got before: the ledger's checkers owe it nothing after its last
// event, so a stream that died silently and stayed dead would look whole. Needs to know when blocks were made.

import type { SubscriberRecord } from "../model/record.ts";
import { type Ledger, type LedgerBlock, type LedgerFilter, matches } from "../simulator/ledger.ts";
import { type ClientRecord, named } from "../simulator/ledger_record.ts";
import { defaultGraceMs } from "./options.ts";
import { ownBranchesOf } from "./own_branches.ts";
import type { RunFacts } from "./run_facts.ts";

/**
 * The blocks, or blocks with logs, that were made after the subscriber's last event and so long before it left that they
 * must have come. `filter` null: it listens to heads. null: nothing is owed, or it can't be told.
 */
export function lostBeforeLeaving(
  facts: RunFacts,
  subscriber: SubscriberRecord,
  record: ClientRecord,
  filter: LedgerFilter | null,
): { readonly text: string; readonly atUs: number } | null {
  const end = record.entries.at(-1);
  const leftUs = subscriber.atUs[record.entries.length - 1];
  if (end?.kind !== "end" || end.code !== null || leftUs === undefined) return null;
  const chain = facts.workloads.get(subscriber.workload)?.chain ?? "";
  const ledger = facts.record.ledgers.get(chain);
  const heads = facts.record.truths?.get(chain)?.heads;
  if (ledger === undefined || heads === undefined) return null;
  const byUs = leftUs - 1_000 * (facts.options.deliveryGraceMs ?? defaultGraceMs);
  const due = ledger.block(heads.findLast(({ atUs }) => atUs <= byUs)?.hash ?? "");
  // A reorg in the last moments may have taken back what was due.
  if (due === undefined || (ledger.tip !== null && !ledger.isAncestor(due, ledger.tip))) return null;
  const stuck = stuckOn(facts, chain, ledger, due, record);
  if (stuck !== null) {
    const text = `it ended on a branch that had been left, at ${named(stuck)}, though the subscriber stayed`;
    return { text, atUs: byUs };
  }
  const last = lastBlock(record);
  const owed: LedgerBlock[] = [];
  const ackOrdinal = ledger.ordinalOf(record.ack.hash);
  for (
    let at: LedgerBlock | undefined = due;
    at !== undefined && at.number > last;
    at = ledger.parentOf(at)
  ) {
    if (ledger.ordinalOf(at.hash) <= ackOrdinal) break;
    if (filter === null || at.logs.some((log) => matches(filter, log))) owed.push(at);
  }
  const first = owed.at(-1);
  if (first === undefined) return null;
  const text = `${owed.length} blocks from ${first.number} on never came, though the subscriber stayed`;
  return { text, atUs: heads.find(({ hash }) => hash === first.hash)?.atUs ?? byUs };
}

/**
 * The last block of which the client has an event, where it is on no branch that it may stand on in the end: the one of
 * `due`, a newer one, or a provider's own that was not left so long before. null: it is.
 */
function stuckOn(
  facts: RunFacts,
  chain: string,
  ledger: Ledger,
  due: LedgerBlock,
  { entries }: ClientRecord,
): LedgerBlock | null {
  const last = entries.findLast((entry) => entry.kind !== "end");
  const hash = last?.kind === "head"
    ? last.hash
    : last?.kind === "log" && !last.removed
    ? last.blockHash
    : "";
  const block = ledger.block(hash);
  if (block === undefined || ledger.isAncestor(block, due) || ledger.isAncestor(due, block)) return null;
  const heads = facts.record.truths?.get(chain)?.heads ?? [];
  const dueAtUs = heads.findLast((head) => head.hash === due.hash)?.atUs ?? 0;
  const branch = ownBranchesOf(facts, chain).get(hash);
  if (branch !== undefined) return branch.toUs === null || branch.toUs > dueAtUs ? null : block;
  // It may be what came after `due` was taken back: then it was a head after it.
  const wasHead = heads.findLast((head) => head.hash === hash);
  return wasHead !== undefined && wasHead.atUs >= dueAtUs ? null : block;
}

/** The newest block of which the client heard, also by the announcement of a gap. */
function lastBlock({ ack, entries }: ClientRecord): number {
  for (const entry of entries.toReversed()) {
    if (entry.kind === "head") return entry.number;
    if (entry.kind === "log") return entry.blockNumber;
    if (entry.kind === "gap") return entry.toBlock;
  }
  return ack.number;
}
