// The keys that are measured on requests: each function's docstring is its definition. All speak of requests that were
// planned in the measured time, in the scope; none is dropped silently.

import type { SloScope } from "../model/scenario.ts";
import { breakerCounts } from "./errors_expected.ts";
import { ranBeside } from "./failovers.ts";
import { healthOf } from "./health.ts";
import { type Measure, measured, none, unsure } from "./measure.ts";
import { ascending, quantile, samplesNeeded } from "./quantiles.ts";
import type { Call, RunFacts } from "./run_facts.ts";
import { lengthUs, touches } from "./spans.ts";

const noRequest = "no request was planned in this scope";

/**
 * Share of requests that were answered in time with a result, or with the error that the ledger expects: for a
 * simulated chain the error that its blocks give for these params, otherwise a revert (code 3, `execution reverted`).
 */
export function successRate(facts: RunFacts, scope: SloScope): Measure {
  const calls = facts.select(scope);
  return calls.length === 0 ? none(noRequest) : measured(good(calls) / calls.length, calls.length);
}

/** Share of requests that were no success. */
export function errorRate(facts: RunFacts, scope: SloScope): Measure {
  const calls = facts.select(scope);
  return calls.length === 0
    ? none(noRequest)
    : measured((calls.length - good(calls)) / calls.length, calls.length);
}

/**
 * Share of successes among the requests that could have had one: all the time from planned to done at least one provider
 * of their chain had no fault in force on it. The router's own faults don't excuse it.
 */
export function availability(facts: RunFacts, scope: SloScope): Measure {
  const calls = facts.select(scope);
  if (calls.length === 0) return none(noRequest);
  const dark = healthOf(facts);
  const owed = calls.filter(({ chain, record }) =>
    !touches(dark.get(chain) ?? [], record.plannedUs, record.doneUs)
  );
  return owed.length === 0
    ? none("no request fell in a time in which some provider was healthy")
    : measured(good(owed) / owed.length, owed.length);
}

/** Successes in each second of the scope's time, by their planned times. */
export function throughput(facts: RunFacts, scope: SloScope): Measure {
  const calls = facts.select(scope);
  const seconds = lengthUs(facts.time(scope.during)) / 1e6;
  if (calls.length === 0 || seconds === 0) return none(noRequest);
  return measured(good(calls) / seconds, calls.length);
}

/**
 * The exact quantile (nearest rank) of done − planned over all requests, whatever their outcome; what was never
 * answered (a timeout, a connection refused) counts with its full time. Ten samples must lie beyond it: 20 for the
 * median, 1,000 for p99.
 */
export function latency(q: number): (facts: RunFacts, scope: SloScope) => Measure {
  return (facts, scope) => percentile(facts.select(scope).map(({ latencyMs }) => latencyMs), q, noRequest);
}

/** The longest done − planned. */
export function maxLatency(facts: RunFacts, scope: SloScope): Measure {
  const calls = facts.select(scope);
  if (calls.length === 0) return none(noRequest);
  return measured(calls.reduce((most, { latencyMs }) => Math.max(most, latencyMs), -Infinity), calls.length);
}

/** Quantile of `overhead_ms` in the answers' metadata: what the router added before its first attempt. */
export function overhead(q: number): (facts: RunFacts, scope: SloScope) => Measure {
  return (facts, scope) => {
    if (facts.isForeign) return none("a foreign target's overhead can't be told");
    const samples = facts.select(scope).flatMap(({ record }) =>
      record.overheadMs === null ? [] : [record.overheadMs]
    );
    return percentile(samples, q, "no answer told its overhead");
  };
}

/**
 * Attempts in the metadata, per request that tells them. What the router answers by itself has none and counts, too.
 */
export function upstreamCalls(facts: RunFacts, scope: SloScope): Measure {
  const told = facts.select(scope).filter(tellsAttempts);
  if (told.length === 0) return none("no answer told its attempts");
  return measured(
    told.reduce((sum, { record }) => sum + record.attempts.length, 0) / told.length,
    told.length,
  );
}

/**
 * Share of requests, of those that tell their attempts, in which a second attempt ran beside a slow first one: one was
 * cancelled when the other answered, or their times add up to more than the request took. Raw transactions, which go to
 * several at once by design, are left out.
 */
export function hedgeRatio(facts: RunFacts, scope: SloScope): Measure {
  const told = facts.select(scope).filter((call) =>
    tellsAttempts(call) && !call.record.method.startsWith("eth_sendRawTransaction")
  );
  if (told.length === 0) return none("no answer told its attempts");
  return measured(told.filter(wasHedged).length / told.length, told.length);
}

/**
 * How many answers differ from what the simulated chain gives at the block asked: for a pinned block its one answer, for
 * a tag the answer at any head between sent and done or up to the allowed lag behind. What comes from further behind
 * within the detection time of a fault that took the provider back is counted apart (from_behind.ts). Samples are the
 * answers that can be told.
 */
export function wrongResults(facts: RunFacts, scope: SloScope): Measure {
  let wrong = 0;
  let samples = 0;
  for (const call of facts.select(scope)) {
    const verdict = facts.judgementOf(call)?.verdict ?? "unknown";
    if (verdict === "unknown" || verdict === "unexpected_error") continue;
    samples++;
    if (verdict === "wrong") wrong++;
  }
  return samples === 0 ? none("no answer could be held against a ledger") : measured(wrong, samples);
}

function percentile(samples: readonly number[], q: number, why: string): Measure {
  const n = samples.length;
  if (n === 0) return none(why);
  const value = quantile(ascending(samples), q);
  const needed = samplesNeeded(q);
  return n >= needed
    ? measured(value, n)
    : unsure(value, n, `${n} samples are too few for p${100 * q}: ten beyond it take ${needed}`);
}

function good(calls: readonly Call[]): number {
  return calls.reduce((count, call) => count + (call.good ? 1 : 0), 0);
}

function tellsAttempts({ record }: Call): boolean {
  return record.attempts.length > 0 || record.requestId !== null;
}

function wasHedged(call: Call): boolean {
  const { attempts } = call.record;
  if (attempts.length < 2) return false;
  const isCancelled = attempts.some(({ outcome }) => outcome === "cancelled");
  const isAnswered = attempts.some(({ outcome }) => outcome !== "cancelled" && !breakerCounts.has(outcome));
  return (isCancelled && isAnswered) || ranBeside(call);
}
