// Failovers, read from the attempts that each answer tells of, never guessed from latency: an attempt at a faulted
// provider failed; how long from that moment to the good answer of another? Called for each fault, for the key
// failover_ms, for the timeline.

import type { AttemptRecord, FaultRecord } from "../model/record.ts";
import { attemptFailed } from "./errors_expected.ts";
import { type Call, type RunFacts, spanOf, timeoutOf } from "./run_facts.ts";

/** Clients and router round: attempts that fill more time than this beyond the whole call ran side by side. */
const roundingMs = 0.5;

/** Some attempt of it failed, and another provider, or another try, gave a good answer. */
export function failedOver({ good, record: { attempts } }: Call): boolean {
  return good && attempts.some(({ outcome }) => attemptFailed(outcome));
}

/** Did attempts of the call run side by side? Their times add up to more than there was. */
export function ranBeside({ serviceMs, record: { attempts } }: Call): boolean {
  return attempts.length > 1 && attempts.reduce((sum, { ms }) => sum + ms, 0) > serviceMs + roundingMs;
}

/**
 * When each attempt ended, in ms from the call's sending. Attempts are told in the order of their ends, with their
 * lengths: one after the other, the ends are sums; side by side, each is put as early as it can have been, so that no
 * failover is made to look short.
 */
export function attemptEnds(call: Call): readonly number[] {
  const { attempts, overheadMs } = call.record;
  const startMs = Math.max(0, overheadMs ?? 0);
  const beside = ranBeside(call);
  let endMs = startMs;
  return attempts.map(({ ms }) => endMs = beside ? Math.max(endMs, startMs + ms) : endMs + ms);
}

/**
 * From the first failure of an attempt for which `isFaulted` holds to the good answer of another provider; null where
 * no such attempt failed. Without a good answer the whole time that the request was allowed.
 */
export function failoverMs(
  call: Call,
  timeoutMs: number,
  isFaulted: (attempt: AttemptRecord) => boolean,
): number | null {
  const { attempts } = call.record;
  const at = attempts.findIndex((attempt) => attemptFailed(attempt.outcome) && isFaulted(attempt));
  if (at < 0) return null;
  const failed = attempts[at]!.provider;
  if (!call.good) return Math.max(call.serviceMs, timeoutMs);
  const giver = call.record.provider ?? attempts.at(-1)!.provider;
  if (giver === failed) return null;
  return Math.max(0, call.serviceMs - attemptEnds(call)[at]!);
}

/** The failovers of these requests away from the providers of these faults; one for each request at most. */
export function failoversOf(
  facts: RunFacts,
  calls: Iterable<Call>,
  faults: readonly FaultRecord[],
): number[] {
  const marginUs = 1_000_000;
  const aimed = faults.filter(({ provider }) => provider !== null)
    .map((fault) => ({ fault, ...spanOf(fault) }));
  const found: number[] = [];
  if (aimed.length === 0) return found;
  for (const call of calls) {
    const { record, chain } = call;
    if (!record.attempts.some(({ outcome }) => attemptFailed(outcome))) continue;
    const timeoutMs = timeoutOf(facts.workloads.get(record.workload));
    const ms = failoverMs(
      call,
      timeoutMs,
      ({ provider }) =>
        aimed.some(({ fault, fromUs, toUs }) =>
          fault.provider === provider && (fault.chain === null || fault.chain === chain) &&
          record.sentUs < toUs + marginUs && record.doneUs >= fromUs
        ),
    );
    if (ms !== null) found.push(ms);
  }
  return found;
}
