// What people should look at: failures and failovers that no fault explains, and the ten worst requests.

import type { WorstRequest } from "../model/result.ts";
import { attemptFailed } from "./errors_expected.ts";
import { failedOver } from "./failovers.ts";
import type { Call, RunFacts } from "./run_facts.ts";
import { nameOf } from "./checks/finding.ts";

const mostUnexplained = 50;
const worstOnes = 10;

/** Failures and failovers outside any fault and its margin; fifty at most, then how many more. */
export function unexplainedOf(facts: RunFacts): readonly string[] {
  const found: string[] = [];
  let more = 0;
  for (const call of facts.calls) {
    const isFailover = failedOver(call);
    if ((call.good && !isFailover) || facts.nearFault(call)) continue;
    if (found.length >= mostUnexplained) more++;
    else found.push(`${nameOf(call)}: ${isFailover ? failoverText(call) : failureText(call)}`);
  }
  return more === 0 ? found : [...found, `and ${more} more`];
}

function failoverText({ record: { attempts, provider } }: Call): string {
  const failed = attempts.filter(({ outcome }) => attemptFailed(outcome));
  return `failed over from ${
    failed.map(({ provider, outcome }) => `${provider} (${outcome})`).join(", ")
  } to ${provider ?? "unknown"}`;
}

function failureText({ latencyMs, record: { outcome, code, reason } }: Call): string {
  if (outcome === "timeout") return `no answer within ${Math.round(latencyMs)} ms`;
  return outcome === "error"
    ? `error ${code} ${reason ?? ""}`.trimEnd()
    : `${outcome}: ${reason ?? "no reason"}`;
}

/** Failures first, then what took longest. */
export function worstOf(facts: RunFacts): readonly WorstRequest[] {
  const worse = (a: Call, b: Call): number =>
    Number(a.good) - Number(b.good) || b.latencyMs - a.latencyMs || a.record.plannedUs - b.record.plannedUs;
  const kept: Call[] = [];
  for (const call of facts.calls) {
    if (kept.length === worstOnes && worse(call, kept[worstOnes - 1]!) >= 0) continue;
    kept.push(call);
    kept.sort(worse);
    if (kept.length > worstOnes) kept.pop();
  }
  return kept.map(({ latencyMs, record }) => ({
    workload: record.workload,
    index: record.index,
    method: record.method,
    atMs: record.plannedUs / 1_000,
    latencyMs,
    outcome: record.outcome === "error"
      ? `error ${record.code} ${record.reason ?? ""}`.trimEnd()
      : record.outcome,
    attempts: record.attempts,
    requestId: record.requestId,
  }));
}
