// How much is asked, of what, when and with what result: clients' calls over time, by method and by the hour of the
// day, attempts by provider and transport, and the most frequent errors. Sums of history's cells.

import { Histogram } from "../measure/histogram.ts";
import { decodeHistogram } from "../measure/history/histogram_codec.ts";
import type { CellAnswer, CellGroup, CellQuery, Dimension, History } from "../measure/history/model.ts";
import { isError } from "../measure/outcomes.ts";

const hourMs = 3_600_000;
/** So long that hours are not widened (300 points). */
const hoursAtOnce = 288 * hourMs;
const maxErrors = 20;

export interface Volume {
  readonly n: number;
  readonly failed: number;
  /** Of calls: those answered after a failover. */
  readonly failovers: number;
  /** Milliseconds; null without a time. */
  readonly p50: number | null;
  readonly p95: number | null;
}

export interface RequestPatterns {
  readonly stepMs: number;
  /** Clients' calls in all. */
  readonly calls: number;
  /** `at`: epoch ms. Only those with a call. */
  readonly buckets: readonly (Volume & { readonly at: number })[];
  readonly methods: readonly (Volume & { readonly method: string })[];
  /** Of attempts. */
  readonly providers: readonly (Volume & { readonly provider: string })[];
  readonly transports: readonly (Volume & { readonly transport: string })[];
  /** 24 hours of the day, UTC. */
  readonly hours: readonly (Volume & { readonly hour: number })[];
  /** Why clients' calls failed, and why attempts did; most frequent first. */
  readonly errors: readonly OutcomeCount[];
  readonly attemptErrors: readonly OutcomeCount[];
}

export interface OutcomeCount {
  readonly outcome: string;
  readonly n: number;
}

export interface PatternQuery {
  /** Epoch ms. */
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
  /** null: all. */
  readonly chain: string | null;
}

export async function requestPatterns(
  history: Pick<History, "cells">,
  { from, to, stepMs, chain }: PatternQuery,
): Promise<RequestPatterns> {
  const where = chain === null ? {} : { where: { chain } };
  const ask = (kind: CellQuery["kind"], by: readonly Dimension[], step: number | null): Promise<CellAnswer> =>
    history.cells({ kind, from, to, stepMs: step, by, ...where });
  const [buckets, methods, providers, transports] = await Promise.all([
    ask("call", [], stepMs),
    ask("call", ["name"], null),
    ask("attempt", ["provider"], null),
    ask("attempt", ["transport"], null),
  ]);
  const hours = Array.from({ length: 24 }, (_, hour) => new HourSum(hour));
  for (let begin = from; begin < to;) {
    const end = Math.min(to, Math.floor(begin / hourMs) * hourMs + hoursAtOnce);
    const answer = await history.cells({
      ...{ kind: "call", from: begin, to: end, stepMs: hourMs, by: [], histograms: true },
      ...where,
    });
    for (const group of answer.groups) hours[new Date(group.at).getUTCHours()]!.add(group);
    begin = end;
  }
  return {
    stepMs: buckets.stepMs,
    calls: buckets.groups.reduce((sum, { n }) => sum + n, 0),
    buckets: buckets.groups.map((group) => ({ at: group.at, ...volume(group) })),
    methods: methods.groups.map((group) => ({ method: group.key.name ?? "", ...volume(group) })).sort(most),
    providers: providers.groups.map((group) => ({ provider: group.key.provider ?? "", ...volume(group) }))
      .sort(most),
    transports: transports.groups.map((group) => ({ transport: group.key.transport ?? "", ...volume(group) }))
      .sort(most),
    hours: hours.map((sum) => sum.volume),
    errors: errorsOf(methods.groups),
    attemptErrors: errorsOf(providers.groups),
  };
}

class HourSum {
  readonly #hour: number;
  readonly #times = new Histogram();
  #n = 0;
  #failed = 0;
  #failovers = 0;

  constructor(hour: number) {
    this.#hour = hour;
  }

  add({ n, failed, failovers, histogram }: CellGroup): void {
    this.#n += n;
    this.#failed += failed;
    this.#failovers += failovers;
    if (histogram !== undefined) this.#times.merge(decodeHistogram(histogram));
  }

  get volume(): Volume & { readonly hour: number } {
    const at = (q: number): number | null => this.#times.count === 0 ? null : this.#times.quantile(q);
    const { n, failed, failovers } = { n: this.#n, failed: this.#failed, failovers: this.#failovers };
    return { hour: this.#hour, n, failed, failovers, p50: at(0.5), p95: at(0.95) };
  }
}

function volume({ n, failed, failovers, p50, p95 }: CellGroup): Volume {
  return { n, failed, failovers, p50, p95 };
}

function most(a: Volume, b: Volume): number {
  return b.n - a.n;
}

function errorsOf(groups: readonly CellGroup[]): OutcomeCount[] {
  const counts = new Map<string, number>();
  for (const { outcomes } of groups) {
    for (const [outcome, n] of Object.entries(outcomes)) {
      if (isError(outcome)) counts.set(outcome, (counts.get(outcome) ?? 0) + n);
    }
  }
  return [...counts].map(([outcome, n]) => ({ outcome, n })).sort((a, b) => b.n - a.n).slice(0, maxErrors);
}
