// What subscribers got, held against the ledger of their chain: gaps, duplicates, wrong order, wrong branch. The
// comparison itself is the simulator's (check_heads.ts, check_logs.ts); here it is done once per socket, and what it
// finds is placed in time.

import type { SubscriberRecord } from "../model/record.ts";
import type { ScenarioResult } from "../model/result.ts";
import type { SloScope } from "../model/scenario.ts";
import { checkHeads } from "../simulator/check_heads.ts";
import { checkLogs } from "../simulator/check_logs.ts";
import type { Ledger } from "../simulator/ledger.ts";
import type { ClientRecord, LedgerReport } from "../simulator/ledger_record.ts";
import { clockErrorOf } from "./judges.ts";
import { lostBeforeLeaving } from "./lost_at_end.ts";
import { type Measure, measured, none, unsure } from "./measure.ts";
import { couldBeShown, ownBranchesOf } from "./own_branches.ts";
import type { RunFacts } from "./run_facts.ts";
import { covers } from "./spans.ts";

export type StreamFault = "gap" | "duplicate" | "out_of_order" | "wrong_branch";

export interface StreamFinding {
  readonly workload: string;
  readonly index: number;
  readonly kind: StreamFault;
  readonly text: string;
  /** It was announced to the client, as an error or by a close. */
  readonly isAnnounced: boolean;
  /** When the client could see it; null: it can't be placed. */
  readonly atUs: number | null;
}

export interface StreamFindings {
  readonly findings: readonly StreamFinding[];
  /** Sockets that could be compared. */
  readonly compared: readonly SubscriberRecord[];
  /** Events that they got. */
  readonly events: number;
  /** Sockets that could not be compared, and why. */
  readonly untold: readonly string[];
  /** Sockets that were promised nothing. */
  readonly bestEffort: readonly string[];
}

const known = new WeakMap<RunFacts, StreamFindings>();

/** Compared once for each run, whoever asks. */
export function streamFindings(facts: RunFacts): StreamFindings {
  let found = known.get(facts);
  if (found === undefined) known.set(facts, found = compareAll(facts));
  return found;
}

function compareAll(facts: RunFacts): StreamFindings {
  const findings: StreamFinding[] = [];
  const compared: SubscriberRecord[] = [];
  const untold: string[] = [];
  const bestEffort: string[] = [];
  let events = 0;
  for (const subscriber of facts.record.subscribers) {
    const who = `${subscriber.workload} ${subscriber.index}`;
    const workload = facts.workloads.get(subscriber.workload);
    const ledger = workload === undefined ? undefined : facts.record.ledgers.get(workload.chain);
    const record = acknowledged(facts, subscriber, workload?.chain ?? "", ledger);
    if (workload?.kind !== "subscribers") untold.push(`${who}: it is no subscriber of the scenario`);
    else if (workload.subscription === "newPendingTransactions") {
      bestEffort.push(`${who}: pending transactions are best effort, no ledger holds them`);
    } else if (ledger === undefined) untold.push(`${who}: no ledger of chain ${workload.chain} was recorded`);
    else if (subscriber.record === null) untold.push(`${who}: its subscription was never acknowledged`);
    else if (record === null) untold.push(`${who}: at which block it was acknowledged can't be told`);
    else {
      compared.push(subscriber);
      events += record.entries.filter(({ kind }) => kind === "head" || kind === "log").length;
      const isHeads = workload.subscription === "newHeads";
      const filter = facts.options.logFilter ?? {};
      const report = isHeads ? checkHeads(ledger, record) : checkLogs(ledger, record, filter);
      findings.push(...findingsOf(subscriber, record, report, ledger, facts));
      findings.push(...strays(subscriber, record, workload.chain, facts));
      const lost = lostBeforeLeaving(facts, subscriber, record, isHeads ? null : filter);
      if (lost !== null) findings.push(finding(subscriber, "gap", lost.text, false, lost.atUs));
    }
  }
  return { findings, compared, events, untold, bestEffort };
}

/**
 * The record with the block that was the newest when its subscription was acknowledged. A client can't know it: where
 * the times of the blocks are recorded, they say, otherwise its own guess stands. null: there is none.
 */
function acknowledged(
  facts: RunFacts,
  { ackUs, record }: SubscriberRecord,
  chain: string,
  ledger: Ledger | undefined,
): ClientRecord | null {
  if (record === null) return null;
  const heads = facts.record.truths?.get(chain)?.heads;
  if (heads === undefined || ackUs === null) return record.ack.hash === "" ? null : record;
  const byUs = ackUs + clockErrorOf(facts.record);
  let block = ledger?.block(heads.findLast(({ atUs }) => atUs <= byUs)?.hash ?? "");
  if (ledger === undefined || block === undefined) return record.ack.hash === "" ? null : record;
  // A provider's own branch may have been the client's position, too.
  for (const { blocks } of facts.record.truths?.get(chain)?.ownBranches ?? []) {
    const own = ledger.block(blocks.findLast(({ atUs }) => atUs <= byUs)?.hash ?? "");
    if (own !== undefined && ledger.ordinalOf(own.hash) > ledger.ordinalOf(block.hash)) block = own;
  }
  return { ...record, ack: { number: block.number, hash: block.hash } };
}

/** Events of a branch that a provider has for itself, at a time when it did not stand there. */
function strays(
  subscriber: SubscriberRecord,
  record: ClientRecord,
  chain: string,
  facts: RunFacts,
): StreamFinding[] {
  const branches = ownBranchesOf(facts, chain);
  if (branches.size === 0) return [];
  return record.entries.flatMap((entry, at) => {
    const hash = entry.kind === "head" ? entry.hash : entry.kind === "log" ? entry.blockHash : "";
    const branch = branches.get(hash);
    const atUs = subscriber.atUs[at] ?? null;
    // What was given may be taken back at any time.
    if (branch === undefined || atUs === null || (entry.kind === "log" && entry.removed)) return [];
    if (couldBeShown(branch, atUs, facts)) return [];
    const text =
      `entry ${at + 1}: ${entry.kind} of ${hash.slice(0, 10)}, a block of ${branch.provider}'s own ` +
      "branch, on which it did not stand then";
    return [finding(subscriber, "wrong_branch", text, false, atUs)];
  });
}

function findingsOf(
  subscriber: SubscriberRecord,
  record: ClientRecord,
  report: LedgerReport,
  ledger: Ledger,
  facts: RunFacts,
): StreamFinding[] {
  const of = (kind: StreamFault, texts: readonly string[]): StreamFinding[] =>
    texts.map((text) => finding(subscriber, kind, text, false, placeOf(text, subscriber, ledger, facts)));
  const announced = record.entries.flatMap((entry, at) =>
    entry.kind === "gap" ? [{ text: `announced: ${entry.fromBlock} to ${entry.toBlock}`, at }] : []
  );
  // A close for want of the events is the announcement of a gap, too: it is the record's end.
  if (announced.length < report.announcedGaps) {
    announced.push({ text: "announced by a close", at: record.entries.length - 1 });
  }
  return [
    ...of("gap", report.unannouncedGaps),
    ...announced.map(({ text, at }) => finding(subscriber, "gap", text, true, subscriber.atUs[at] ?? null)),
    ...of("duplicate", report.duplicates),
    ...of("out_of_order", report.outOfOrder),
    ...of("wrong_branch", report.wrongBranch),
  ];
}

function finding(
  { workload, index }: SubscriberRecord,
  kind: StreamFault,
  text: string,
  isAnnounced: boolean,
  atUs: number | null,
): StreamFinding {
  return { workload, index, kind, text, isAnnounced, atUs };
}

/** Findings name the entry at which they show; else the block, whose time the chain's record knows. */
function placeOf(text: string, subscriber: SubscriberRecord, ledger: Ledger, facts: RunFacts): number | null {
  const entry = /\bentry (\d+)\b/.exec(text)?.[1];
  if (entry !== undefined) return subscriber.atUs[Number(entry) - 1] ?? null;
  const hash = /\((0x\w+)\)/.exec(text)?.[1];
  const chain = facts.workloads.get(subscriber.workload)?.chain ?? "";
  const heads = facts.record.truths?.get(chain)?.heads ?? [];
  const head = hash === undefined
    ? undefined
    : heads.find((one) => one.hash.startsWith(hash) && ledger.block(one.hash) !== undefined);
  return head?.atUs ?? null;
}

/**
 * How many gaps, duplicates or events out of order all sockets of the scope had, by the ledger of their chain. A gap
 * counts whether it was announced or not. What can't be placed in time counts in every time.
 */
export function streamKey(kind: StreamFault): (facts: RunFacts, scope: SloScope) => Measure {
  return (facts, { workload, method, provider, during }) => {
    if (method !== null || provider !== null) {
      return none("events of a stream have no method, and many providers feed one stream");
    }
    const { findings, compared, untold, bestEffort } = streamFindings(facts);
    const mine = compared.filter((subscriber) => workload === null || subscriber.workload === workload);
    const isMine = (text: string): boolean => workload === null || text.startsWith(`${workload} `);
    const left = untold.filter(isMine);
    const time = during === null ? null : facts.time(during);
    const events = mine.reduce(
      (sum, { record, atUs }) =>
        sum + (record?.entries.filter((entry, at) =>
          (entry.kind === "head" || entry.kind === "log") &&
          (time === null || covers(time, atUs[at] ?? -Infinity))
        ).length ?? 0),
      0,
    );
    const count =
      findings.filter((one) =>
        one.kind === kind && (workload === null || one.workload === workload) &&
        (time === null || one.atUs === null || covers(time, one.atUs))
      ).length;
    if (mine.length === 0) {
      return none(left[0] ?? bestEffort.find(isMine) ?? "no subscriber was recorded in this scope");
    }
    const doubt = left[0] ?? (events === 0 ? "no subscriber got an event in this scope" : null);
    if (doubt !== null) return events === 0 && count === 0 ? none(doubt) : unsure(count, events, doubt);
    return measured(count, events);
  };
}

/** Of all sockets; null: there were none that could be compared. */
export function streamTotals(facts: RunFacts): ScenarioResult["streams"] {
  const { findings, compared } = streamFindings(facts);
  if (compared.length === 0) return null;
  const of = (kind: StreamFault): number => findings.filter((one) => one.kind === kind).length;
  return {
    gaps: of("gap"),
    duplicates: of("duplicate"),
    outOfOrder: of("out_of_order"),
    wrongBranch: of("wrong_branch"),
  };
}
