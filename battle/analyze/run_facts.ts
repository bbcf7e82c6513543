// The record of a run, looked at once: each request with its times in ms, whether it succeeded, in which faults it fell.
// Every key, checker and table reads these, so that all of them mean the same by "success" and by "during".

import type { CallRecord, FaultRecord, RunRecord } from "../model/record.ts";
import type { Scenario, SloScope, Workload } from "../model/scenario.ts";
import type { AnswerJudge, Judgement } from "./answer_judge.ts";
import { isRevert } from "./errors_expected.ts";
import { judgesOf } from "./judges.ts";
import { type AnalyzeOptions, defaultMarginMs } from "./options.ts";
import { complement, covers, intersection, type Span, touches, union } from "./spans.ts";

export interface Call {
  readonly record: CallRecord;
  /** "" where its workload is none of the scenario's. */
  readonly chain: string;
  /** done − planned; of what was never answered at least the whole time that it was given. */
  readonly latencyMs: number;
  /** done − sent. */
  readonly serviceMs: number;
  /** sent − planned. */
  readonly latenessMs: number;
  /** Answered in time with a result, or with the error that the ledger expects. */
  readonly good: boolean;
}

/** A single act has no length: what is planned so long after it counts as during it. */
const actLengthUs = 1_000_000;

export class RunFacts {
  readonly record: RunRecord;
  readonly scenario: Scenario;
  readonly options: AnalyzeOptions;
  /** Somebody else's router: it tells nothing of its memory, and has no feed that we hear. */
  readonly isForeign: boolean;
  /** Planned within the measured time, in the order of their planned times. */
  readonly calls: readonly Call[];
  /** Of the warm-up: for baselines only. */
  readonly warmup: readonly Call[];
  readonly workloads: ReadonlyMap<string, Workload>;
  /** Time in which some fault is in force. */
  readonly faulted: readonly Span[];
  readonly #judges: ReadonlyMap<string, AnswerJudge>;
  readonly #judged = new Map<CallRecord, Judgement>();

  constructor(record: RunRecord, scenario: Scenario, options: AnalyzeOptions) {
    this.record = record;
    this.scenario = scenario;
    this.options = options;
    this.isForeign = scenario.target.kind === "url";
    this.workloads = new Map(scenario.workloads.map((workload) => [workload.name, workload]));
    this.faulted = union(record.faults.map(spanOf));
    this.#judges = judgesOf(record, scenario, options);
    const all = record.calls.filter(({ plannedUs }) => plannedUs < record.durationUs)
      .map((call) => this.#call(call))
      .sort((a, b) => a.record.plannedUs - b.record.plannedUs);
    const start = all.findIndex(({ record: { plannedUs } }) => plannedUs >= 0);
    this.calls = start < 0 ? [] : all.slice(start);
    this.warmup = start < 0 ? all : all.slice(0, start);
  }

  /** The whole measured time. */
  get measured(): Span {
    return { fromUs: 0, toUs: this.record.durationUs };
  }

  /** What the simulated chain says of an answer. */
  judgementOf(call: Call): Judgement | null {
    return this.#judge(call.record, call.chain);
  }

  /** The measured time that a scope speaks of. */
  time(during: SloScope["during"]): readonly Span[] {
    const measured = [this.measured].filter(({ fromUs, toUs }) => toUs > fromUs);
    if (during === null) return measured;
    if (during === "faults") return intersection(this.faulted, measured);
    if (during === "calm") return complement(this.faulted, this.measured);
    return intersection(union(this.record.faults.filter(({ id }) => id === during).map(spanOf)), measured);
  }

  /** The measured requests of a scope. A provider's are those that it answered or was tried for. */
  select(scope: SloScope): readonly Call[] {
    const { workload, method, provider, during } = scope;
    const time = during === null ? null : this.time(during);
    return this.calls.filter(({ record }) =>
      (workload === null || record.workload === workload) &&
      (method === null || record.method === method) &&
      (provider === null || record.provider === provider ||
        record.attempts.some((attempt) => attempt.provider === provider)) &&
      (time === null || covers(time, record.plannedUs))
    );
  }

  /** Faults that a scope speaks of: of its provider, its workload's chain, its id. */
  faults({ workload, provider, during }: SloScope): readonly FaultRecord[] {
    const chain = workload === null ? null : this.workloads.get(workload)?.chain ?? null;
    if (during === "calm") return [];
    return this.record.faults.filter((fault) =>
      (during === null || during === "faults" || fault.id === during) &&
      (provider === null || fault.provider === provider) &&
      (chain === null || fault.chain === null || fault.chain === chain)
    );
  }

  /** Was it under way within a margin of some fault that may concern its chain? */
  nearFault({ chain, record: { plannedUs, doneUs } }: Call): boolean {
    let spans = this.#near.get(chain);
    if (spans === undefined) {
      const marginUs = 1_000 * (this.options.faultMarginMs ?? defaultMarginMs);
      const faults = this.record.faults.filter((fault) => fault.chain === null || fault.chain === chain);
      spans = union(
        faults.map(spanOf).map(({ fromUs, toUs }) => ({ fromUs: fromUs - marginUs, toUs: toUs + marginUs })),
      );
      this.#near.set(chain, spans);
    }
    return touches(spans, plannedUs, doneUs);
  }
  readonly #near = new Map<string, readonly Span[]>();

  #call(record: CallRecord): Call {
    const workload = this.workloads.get(record.workload);
    const chain = workload?.chain ?? "";
    const ownMs = (record.doneUs - record.plannedUs) / 1_000;
    // What was never answered is not quick, however soon its connection was refused.
    const unanswered = record.outcome === "timeout" || record.outcome === "broken";
    const timeoutMs = unanswered ? timeoutOf(workload) : 0;
    return {
      record,
      chain,
      latencyMs: Math.max(ownMs, timeoutMs),
      serviceMs: (record.doneUs - record.sentUs) / 1_000,
      latenessMs: (record.sentUs - record.plannedUs) / 1_000,
      good: record.outcome === "result" || (record.outcome === "error" && this.#isExpected(record, chain)),
    };
  }

  /** Is this error what the chain gives? Where nothing is known of the chain, a revert is. */
  #isExpected(record: CallRecord, chain: string): boolean {
    const { verdict } = this.#judge(record, chain) ?? { verdict: "unknown" };
    return verdict === "right" || (verdict === "unknown" && isRevert(record));
  }

  #judge(record: CallRecord, chain: string): Judgement | null {
    const judge = this.#judges.get(chain);
    if (judge === undefined) return null;
    let known = this.#judged.get(record);
    if (known === undefined) this.#judged.set(record, known = judge.judge(record));
    return known;
  }
}

export function timeoutOf(workload: Workload | undefined): number {
  return workload !== undefined && "timeoutMs" in workload ? workload.timeoutMs : 0;
}

/** The time in which a fault is in force; a single act is given a second. */
export function spanOf({ startUs, endUs }: FaultRecord): Span {
  return { fromUs: startUs, toUs: endUs > startUs ? endUs : startUs + actLengthUs };
}
