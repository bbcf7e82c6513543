// What one fault did, from the attempts of the requests in it: when the router turned away from the provider, when it
// picked it first for the last time, when latency was as before again. Each says too why it can't be told.

import type { FaultRecord, FeedRecord } from "../model/record.ts";
import type { FaultKind } from "../model/fault.ts";
import { breakerCounts } from "./errors_expected.ts";
import { breakerChanges } from "./breakers.ts";
import { quantile, rank } from "./quantiles.ts";
import { type Call, type RunFacts, spanOf } from "./run_facts.ts";
import { covers, union } from "./spans.ts";

export interface Effect {
  readonly ms: number;
  /** It had not come to its end when the time was over: it is at least this long. */
  readonly atLeast: boolean;
}

/** A value, or why there is none. */
export type Told<T> = { readonly value: T } | { readonly reason: string };

/** They change announcements only: no call shows them, so routing has nothing to see. */
const unseenByCalls: ReadonlySet<FaultKind> = new Set<FaultKind>([
  "stall_subscriptions",
  "skip_events",
  "duplicate_events",
  "late_events",
]);

/** A row of picks without the provider that chance makes less often than this is no chance. */
const chance = 0.001;
const recoveredForUs = 5_000_000;
const recoveredFactor = 1.2;

interface Picks {
  /** Those of the fault's time, in the order of their sending: was the provider picked first? */
  readonly inside: readonly { readonly sentUs: number; readonly first: boolean }[];
  /** Share of first picks before the fault; null: no pick is known. */
  readonly shareBefore: number | null;
}

function picksOf(facts: RunFacts, fault: FaultRecord, calls: readonly Call[]): Told<Picks> {
  if (fault.provider === null) return { reason: `${fault.id} is no fault of a provider` };
  if (unseenByCalls.has(fault.fault.kind)) return { reason: `${fault.id} touches announcements only` };
  const { fromUs, toUs } = spanOf(fault);
  const own = union(facts.record.faults.filter((other) => other.provider === fault.provider).map(spanOf));
  const isFirst = ({ record }: Call): boolean => record.attempts[0]!.provider === fault.provider;
  const inside: { sentUs: number; first: boolean }[] = [];
  let before = 0;
  let firsts = 0;
  for (const list of [facts.warmup, calls]) {
    for (const call of list) {
      const { sentUs, attempts } = call.record;
      if (attempts.length === 0 || sentUs >= toUs || !isOf(fault, call)) continue;
      if (sentUs >= fromUs) inside.push({ sentUs, first: isFirst(call) });
      else if (!covers(own, sentUs)) {
        before++;
        if (isFirst(call)) firsts++;
      }
    }
  }
  inside.sort((a, b) => a.sentUs - b.sentUs);
  if (inside.length === 0) return { reason: `no request tells its attempts during ${fault.id}` };
  return { value: { inside, shareBefore: before === 0 ? null : firsts / before } };
}

/**
 * From the fault to the first deselection of its provider. The provider is deselected by the first of a row of requests
 * that were not sent to it first, where chance alone, at the share of first picks that it had before, would make such a
 * row less than once in a thousand: for a provider that was always picked first one request is enough, for one of three
 * in rotation it takes 18. Never: the whole length of the fault.
 */
export function detection(
  facts: RunFacts,
  fault: FaultRecord,
  calls: readonly Call[] = facts.calls,
): Told<Effect & { readonly never: boolean }> {
  const picks = picksOf(facts, fault, calls);
  if ("reason" in picks) return picks;
  const { inside, shareBefore } = picks.value;
  if (shareBefore === 0) return { reason: `${fault.provider} was never picked first before ${fault.id}` };
  const share = shareBefore ?? 1;
  const row = share >= 1 ? 1 : Math.ceil(Math.log(chance) / Math.log(1 - share));
  const startUs = spanOf(fault).fromUs;
  for (let from = 0, at = 0; at < inside.length; at++) {
    if (inside[at]!.first) from = at + 1;
    else if (at - from + 1 >= row) {
      const ms = (inside[from]!.sentUs - startUs) / 1_000;
      return { value: { ms, atLeast: false, never: false } };
    }
  }
  return { value: { ms: lengthMs(fault), atLeast: false, never: true } };
}

/** From the fault to the last request in it that was sent to the faulted provider first; 0: there was none. */
export function shift(
  facts: RunFacts,
  fault: FaultRecord,
  calls: readonly Call[] = facts.calls,
): Told<Effect> {
  const picks = picksOf(facts, fault, calls);
  if ("reason" in picks) return picks;
  const { inside, shareBefore } = picks.value;
  const last = inside.findLast(({ first }) => first);
  if (last !== undefined) {
    return { value: { ms: (last.sentUs - spanOf(fault).fromUs) / 1_000, atLeast: false } };
  }
  if (shareBefore === 0) return { reason: `${fault.provider} was never picked first before ${fault.id}` };
  return { value: { ms: 0, atLeast: false } };
}

/**
 * From the end of the fault to the beginning of the first 5 s in which p99 of latency is within 1.2 × the baseline: p99
 * of what was planned outside any fault before this one (or else in the warm-up). A request that failed counts as
 * slower. Where another fault, or the end, comes first, it is at least the time until then.
 */
export function recovery(
  facts: RunFacts,
  fault: FaultRecord,
  calls: readonly Call[] = facts.calls,
): Told<Effect> {
  const { fromUs, toUs } = spanOf(fault);
  const concerned = calls.filter((call) => isOf(fault, call));
  const isCalm = ({ good, record }: Call): boolean =>
    good && record.plannedUs < fromUs && !covers(facts.faulted, record.plannedUs);
  let before = concerned.filter(isCalm);
  if (before.length === 0) {
    before = facts.warmup.filter((call) =>
      (fault.chain === null || call.chain === fault.chain) && isCalm(call)
    );
  }
  if (before.length === 0) return { reason: `no good answer before ${fault.id} makes a baseline` };
  const bound = recoveredFactor * quantile(Float64Array.from(before, (call) => call.latencyMs).sort(), 0.99);
  const next = Math.min(
    facts.record.durationUs,
    ...facts.record.faults.map(({ startUs }) => startUs).filter((startUs) => startUs >= toUs),
  );
  if (next - toUs < recoveredForUs) return { reason: `less than 5 s are left after ${fault.id}` };
  const after = concerned.filter(({ record }) => record.plannedUs >= toUs && record.plannedUs < next);
  const fromTo = firstCalm(after, { fromUs: toUs, toUs: next }, bound);
  if (fromTo === "empty") return { reason: `no request was planned after ${fault.id}` };
  if (fromTo === null) return { value: { ms: (next - toUs) / 1_000, atLeast: true } };
  return { value: { ms: (fromTo - toUs) / 1_000, atLeast: false } };
}

/** Begin of the first 5 s within `span`, in steps of 10 ms, of which p99 is within the bound. `calls` ascend. */
function firstCalm(
  calls: readonly Call[],
  span: { readonly fromUs: number; readonly toUs: number },
  boundMs: number,
): number | null | "empty" {
  if (calls.length === 0) return "empty";
  const stepUs = 10_000;
  let low = 0;
  let high = 0;
  let within = 0;
  const isWithin = (call: Call): number => call.good && call.latencyMs <= boundMs ? 1 : 0;
  for (let fromUs = span.fromUs; fromUs + recoveredForUs <= span.toUs; fromUs += stepUs) {
    while (high < calls.length && calls[high]!.record.plannedUs < fromUs + recoveredForUs) {
      within += isWithin(calls[high++]!);
    }
    while (low < high && calls[low]!.record.plannedUs < fromUs) within -= isWithin(calls[low++]!);
    const n = high - low;
    if (n > 0 && within >= rank(n, 0.99)) return fromUs;
  }
  return null;
}

/**
 * From the fault to the first opening of a breaker of its provider, by the router's feed. Never, though attempts at the
 * provider failed in a way that counts for the breaker: the whole length of the fault.
 */
export function breakerOpening(
  facts: RunFacts,
  fault: FaultRecord,
  feed: readonly FeedRecord[] = facts.record.feed,
): Told<Effect> {
  if (fault.provider === null) return { reason: `${fault.id} is no fault of a provider` };
  const { fromUs, toUs } = spanOf(fault);
  const opened = breakerChanges(feed).find(({ atUs, state, provider, chain }) =>
    state === "open" && provider === fault.provider && (chain === null || chain === fault.chain) &&
    atUs >= fromUs && atUs < toUs
  );
  if (opened !== undefined) return { value: { ms: (opened.atUs - fromUs) / 1_000, atLeast: false } };
  const hasFailed = facts.calls.some((call) => {
    const { sentUs, attempts } = call.record;
    return isOf(fault, call) && sentUs >= fromUs && sentUs < toUs &&
      attempts.some(({ provider, outcome }) => provider === fault.provider && breakerCounts.has(outcome));
  });
  if (!hasFailed) return { reason: `nothing that counts for a breaker failed during ${fault.id}` };
  return { value: { ms: lengthMs(fault), atLeast: false } };
}

function isOf(fault: FaultRecord, { chain }: Call): boolean {
  return fault.chain === null || chain === fault.chain;
}

function lengthMs(fault: FaultRecord): number {
  const { fromUs, toUs } = spanOf(fault);
  return (toUs - fromUs) / 1_000;
}
