// One row for each workload: how much was asked and answered, what came of it, how long it took. Percentiles are exact
// over all requests of the row.

import type { Quantiles, WorkloadResult } from "../model/result.ts";
import type { Workload } from "../model/scenario.ts";
import { isRevert } from "./errors_expected.ts";
import { quantilesOf } from "./quantiles.ts";
import type { Call, RunFacts } from "./run_facts.ts";
import { streamFindings } from "./streams.ts";

/** Messages of upstreams' errors may all differ: beyond so many kinds they are counted together. */
const mostKinds = 20;
const empty: Quantiles = quantilesOf([]);

export function workloadResults(facts: RunFacts): readonly WorkloadResult[] {
  const byWorkload = new Map<string, Call[]>(facts.scenario.workloads.map(({ name }) => [name, []]));
  for (const call of facts.calls) {
    const list = byWorkload.get(call.record.workload);
    if (list === undefined) byWorkload.set(call.record.workload, [call]);
    else list.push(call);
  }
  return [...byWorkload].map(([name, calls]) => {
    const workload = facts.workloads.get(name);
    return workload?.kind === "subscribers" ? subscribers(facts, workload) : requests(facts, name, calls);
  });
}

function requests(facts: RunFacts, name: string, calls: readonly Call[]): WorkloadResult {
  const seconds = facts.record.durationUs / 1e6;
  const good = calls.filter((call) => call.good).length;
  const byMethod = new Map<string, Call[]>();
  for (const call of calls) {
    const list = byMethod.get(call.record.method);
    if (list === undefined) byMethod.set(call.record.method, [call]);
    else list.push(call);
  }
  return {
    name,
    planned: calls.length,
    answered: calls.filter(({ record }) => record.outcome === "result" || record.outcome === "error").length,
    throughputRps: seconds > 0 ? good / seconds : 0,
    outcomes: outcomesOf(calls),
    latencyMs: quantilesOf(calls.map(({ latencyMs }) => latencyMs)),
    serviceMs: quantilesOf(calls.map(({ serviceMs }) => serviceMs)),
    latenessMs: quantilesOf(calls.map(({ latenessMs }) => latenessMs)),
    byMethod: Object.fromEntries(
      [...byMethod].map(([method, list]) => [method, {
        latencyMs: quantilesOf(list.map(({ latencyMs }) => latencyMs)),
        errors: list.filter((call) => !call.good).length,
      }]),
    ),
  };
}

/** A row's `planned` are sockets, `answered` acknowledgements, `throughputRps` events a second. */
function subscribers(facts: RunFacts, { name, sockets }: Workload & { kind: "subscribers" }): WorkloadResult {
  const mine = facts.record.subscribers.filter(({ workload }) => workload === name);
  const entries = mine.flatMap(({ record }) => record?.entries ?? []);
  const events = entries.filter(({ kind }) => kind !== "gap" && kind !== "end").length;
  const seconds = facts.record.durationUs / 1e6;
  const findings = streamFindings(facts).findings.filter(({ workload }) => workload === name);
  const outcomes: Record<string, number> = { event: events };
  for (const { kind } of findings) outcomes[kind] = (outcomes[kind] ?? 0) + 1;
  return {
    name,
    planned: sockets,
    answered: mine.filter(({ ackUs }) => ackUs !== null).length,
    throughputRps: seconds > 0 ? events / seconds : 0,
    outcomes,
    latencyMs: empty,
    serviceMs: empty,
    latenessMs: empty,
    byMethod: {},
  };
}

/** `result`, `timeout`, `broken`, and errors by kind: `error: revert`, `error: server` … The counts add up. */
function outcomesOf(calls: readonly Call[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  let kinds = 0;
  for (const { record } of calls) {
    let kind: string = record.outcome;
    if (kind === "error") {
      kind = `error: ${isRevert(record) ? "revert" : record.reason ?? `code ${record.code}`}`;
    }
    if (counts[kind] === undefined && kind.startsWith("error: ") && ++kinds > mostKinds) {
      kind = "error: other";
    }
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}
