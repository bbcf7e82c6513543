// Heads never go back, but by a declared reorg: an eth_blockNumber that was sent after the answer to another had come
// may not be lower, and no subscriber's heads may fall. A fault that forks a provider off declares its branch: heads may
// go over to it while the provider stands there, and back from it.

import type { CheckResult } from "../../model/result.ts";
import type { HeadEntry } from "../../simulator/ledger_record.ts";
import { couldBeShown, ownBranchesOf } from "../own_branches.ts";
import { type Call, type RunFacts, spanOf } from "../run_facts.ts";
import { plansMethod, plansWorkload } from "../planned.ts";
import { Examples, nameOf, nothingPlanned, resultOf } from "./finding.ts";

interface Reading {
  readonly call: Call;
  readonly height: number;
}

/** A subscriber's head. */
interface Seen {
  readonly entry: HeadEntry;
  readonly atUs: number;
}

/** Unknown where less than two heights were seen on each chain. */
export function headsMonotonic(facts: RunFacts): CheckResult {
  const wrong = new Examples();
  let compared = 0;
  const byChain = new Map<string, Reading[]>();
  for (const call of [...facts.warmup, ...facts.calls]) {
    const height = call.record.method === "eth_blockNumber" ? heightOf(call.record.result) : null;
    if (height === null || call.record.outcome !== "result") continue;
    const readings = byChain.get(call.chain);
    if (readings === undefined) byChain.set(call.chain, [{ call, height }]);
    else readings.push({ call, height });
  }
  for (const [chain, readings] of byChain) compared += compare(facts, chain, readings, wrong);
  for (const { workload, index, record, atUs } of facts.record.subscribers) {
    const chain = facts.workloads.get(workload)?.chain ?? "";
    let last: Seen | null = null;
    record?.entries.forEach((entry, at) => {
      if (entry.kind !== "head") return;
      const seen = { entry, atUs: atUs[at] ?? 0 };
      if (last !== null) compared++;
      const problem = last === null || entry.number > last.entry.number
        ? null
        : whyNotBack(facts, chain, last, seen);
      if (problem !== null) {
        wrong.add(`${workload} ${index}: head ${entry.number} came after ${last?.entry.number}, ${problem}`);
      }
      last = seen;
    });
  }
  const isHeads = plansMethod(facts, (method) => method === "eth_blockNumber") ||
    plansWorkload(facts, (load) => load.kind === "subscribers" && load.subscription === "newHeads");
  if (compared === 0 && !isHeads) {
    return nothingPlanned("headsMonotonic", "no height was planned to be asked for");
  }
  const none = compared === 0 ? "no two heights of a chain were seen one after the other" : null;
  return resultOf("headsMonotonic", wrong, none);
}

/** Why heads may not have gone back from one to the other; null: they may. */
function whyNotBack(facts: RunFacts, chain: string, before: Seen, now: Seen): string | null {
  const ledger = facts.record.ledgers.get(chain);
  const [from, to] = [ledger?.block(before.entry.hash), ledger?.block(now.entry.hash)];
  // Whatever was declared: nothing leads back along a branch.
  if (from !== undefined && to !== undefined && ledger?.isAncestor(to, from)) return "on the same branch";
  if (isDeclared(facts, chain, before.atUs, now.atUs)) return null;
  const branches = ownBranchesOf(facts, chain);
  const [left, entered] = [branches.get(before.entry.hash), branches.get(now.entry.hash)];
  if (entered === undefined) return left === undefined ? "and no reorg was declared" : null;
  return couldBeShown(entered, now.atUs, facts)
    ? null
    : `on ${entered.provider}'s own branch, on which it did not stand then`;
}

/** How many readings had one before them. */
function compare(facts: RunFacts, chain: string, readings: readonly Reading[], wrong: Examples): number {
  const bySent = [...readings].sort((a, b) => a.call.record.sentUs - b.call.record.sentUs);
  const byDone = [...readings].sort((a, b) => a.call.record.doneUs - b.call.record.doneUs);
  let compared = 0;
  let next = 0;
  let highest: Reading | null = null;
  for (const reading of bySent) {
    const { sentUs, doneUs } = reading.call.record;
    for (; next < byDone.length && byDone[next]!.call.record.doneUs <= sentUs; next++) {
      const done = byDone[next]!;
      const isNewer = highest === null || done.height >= highest.height ||
        isDeclared(facts, chain, highest.call.record.doneUs, done.call.record.doneUs);
      if (isNewer) highest = done;
    }
    if (highest === null) continue;
    compared++;
    if (reading.height < highest.height && !isDeclared(facts, chain, highest.call.record.doneUs, doneUs)) {
      wrong.add(
        `${nameOf(reading.call)}: ${reading.height}, after ${highest.height} had been answered to ` +
          nameOf(highest.call),
      );
    }
  }
  return compared;
}

/** Was the chain reorganised, by the fault timeline, in this time or up to a second before it? */
function isDeclared({ record }: RunFacts, chain: string, fromUs: number, toUs: number): boolean {
  return record.faults.some((fault) => {
    if (fault.fault.kind !== "reorg" || (fault.chain !== null && fault.chain !== chain)) return false;
    const span = spanOf(fault);
    return span.fromUs <= toUs && span.toUs >= fromUs;
  });
}

function heightOf(result: string | null): number | null {
  const found = result === null ? null : /^"0x([0-9a-f]{1,13})"$/i.exec(result);
  return found === null ? null : Number.parseInt(found[1]!, 16);
}
