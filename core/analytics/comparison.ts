// The counterfactual and the facts of one chain side by side, as values. Called by comparisons.ts.

import type { ChainRoute } from "../routing/chain_route.ts";
import type { LoadedSet } from "../routing/router.ts";
import type { ChargeBook } from "./charge_book.ts";
import { type CounterfactualDeps, replay } from "./counterfactual.ts";
import { measuredStrategies, type MeasuredStrategy } from "./measured.ts";
import type { PastRange } from "./past_points.ts";

/** What is expected of calls. Times in ms; null where nothing is known. */
export interface Expected {
  /** Calls that were charged. */
  readonly calls: number;
  /** Share of them whose time and success are known, 0..1. */
  readonly known: number | null;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  /** Share of the known calls that the first channel answers, 0..1: without any failover. */
  readonly success: number | null;
  /** Of all calls: prices need no samples. */
  readonly units: number;
  readonly usd: number;
}

export interface ExpectedStrategy extends Expected {
  readonly strategy: string;
  /** Shares of the calls, greatest first. */
  readonly providers: readonly { readonly provider: string; readonly share: number }[];
  /** Most calls first. */
  readonly methods: readonly (Expected & { readonly method: string })[];
  /** Times that it failed and the default strategy was asked. */
  readonly faults: number;
}

export interface Comparison {
  readonly chain: string;
  /** Epoch ms, and the width of the cells that calls were charged to. */
  readonly from: number;
  readonly to: number;
  readonly widthMs: number;
  /** Calls by method that reached a provider and that a strategy steers. */
  readonly calls: ReadonlyMap<string, number>;
  /** Calls that no strategy steers: broadcasts, kept filters. */
  readonly leftOut: number;
  /** Best expected p50 first; those of which less than half is known last. */
  readonly strategies: readonly ExpectedStrategy[];
  readonly measured: readonly MeasuredStrategy[];
  /** Strategies that could not be asked, with why. */
  readonly broken: readonly { readonly id: string; readonly why: string }[];
}

/** Rejects when history can't be asked, and with the signal's reason once it was aborted. */
export async function compare(
  route: ChainRoute,
  plugins: LoadedSet,
  range: PastRange,
  deps: CounterfactualDeps,
  signal: AbortSignal,
): Promise<Comparison> {
  const { chain, from, to } = range;
  const { contenders, calls, leftOut, widthMs, broken } = await replay(route, plugins, range, deps, signal);
  const measured = await measuredStrategies(deps.history, chain, from, to);
  const strategies = contenders.map(({ id, total, methods, faults }): ExpectedStrategy => ({
    strategy: id,
    ...expected(total),
    providers: [...total.providers].map(([provider, n]) => ({ provider, share: n / total.calls }))
      .sort((a, b) => b.share - a.share),
    methods: [...methods].map(([method, book]) => ({ method, ...expected(book) }))
      .sort((a, b) => b.calls - a.calls),
    faults,
  }));
  strategies.sort((a, b) => place(a) - place(b));
  return { chain, from, to, widthMs, calls, leftOut, strategies, measured, broken };
}

/** Little that is known is of the channels that everybody picks, and says nothing for this strategy. */
function place({ known, p50 }: Expected): number {
  if (p50 === null) return 2e9;
  return (known ?? 0) < 0.5 ? 1e9 + p50 : p50;
}

function expected(book: ChargeBook): Expected {
  const { calls, knownShare: known, success, units, usd } = book;
  return {
    ...{ calls, known, success, units, usd },
    p50: book.quantile(0.5),
    p95: book.quantile(0.95),
    p99: book.quantile(0.99),
  };
}
