// What was measured of the strategies that really served: the facts beside the counterfactual. The strategy is a
// dimension of the measurement, so nothing is reckoned here but shares.

import type { CellGroup, CellQuery, Dimension, History } from "../measure/history/model.ts";

export interface MeasuredStrategy {
  readonly strategy: string;
  /** Clients' calls under it; those that Lasso answered itself are among them. */
  readonly calls: number;
  /** End to end, failovers included, in ms; null without a call. */
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  /** Calls that did not fail, 0..1; null without a call. */
  readonly callSuccess: number | null;
  readonly attempts: number;
  /** Attempts whose channel did not fail, 0..1; null without one. */
  readonly success: number | null;
  readonly units: number;
  readonly usd: number;
  /** Shares of the attempts, greatest first. */
  readonly providers: readonly { readonly provider: string; readonly share: number }[];
  readonly methods: readonly MeasuredMethod[];
}

export interface MeasuredMethod {
  readonly method: string;
  readonly calls: number;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly callSuccess: number | null;
  readonly units: number;
  readonly usd: number;
}

/** Most calls first. */
export async function measuredStrategies(
  history: Pick<History, "cells">,
  chain: string,
  from: number,
  to: number,
): Promise<readonly MeasuredStrategy[]> {
  const ask = async (kind: CellQuery["kind"], by: readonly Dimension[]): Promise<readonly CellGroup[]> =>
    (await history.cells({ kind, from, to, stepMs: null, by, where: { chain } })).groups;
  const [calls, callMethods, attempts, attemptMethods] = await Promise.all([
    ask("call", ["strategy"]),
    ask("call", ["strategy", "name"]),
    ask("attempt", ["strategy", "provider"]),
    ask("attempt", ["strategy", "name"]),
  ]);
  const served = calls.filter(({ key, n }) => n > 0 && key.strategy !== undefined && key.strategy !== "");
  const measured = served.map((group): MeasuredStrategy => {
    const strategy = group.key.strategy!;
    const of = (groups: readonly CellGroup[]): CellGroup[] =>
      groups.filter(({ key }) => key.strategy === strategy);
    const tried = of(attempts);
    const n = sum(tried, (one) => one.n);
    const spent = new Map(of(attemptMethods).map((one) => [one.key.name, one]));
    return {
      strategy,
      calls: group.n,
      ...times(group),
      callSuccess: success(group),
      attempts: n,
      success: n === 0 ? null : 1 - sum(tried, ({ failed }) => failed) / n,
      units: sum(tried, ({ units }) => units),
      usd: sum(tried, ({ usd }) => usd),
      providers: tried.map((one) => ({ provider: one.key.provider ?? "", share: one.n / n }))
        .sort((a, b) => b.share - a.share),
      methods: of(callMethods).map((one) => ({
        method: one.key.name ?? "",
        calls: one.n,
        ...times(one),
        callSuccess: success(one),
        units: spent.get(one.key.name)?.units ?? 0,
        usd: spent.get(one.key.name)?.usd ?? 0,
      })).sort((a, b) => b.calls - a.calls),
    };
  });
  return measured.sort((a, b) => b.calls - a.calls);
}

function times({ p50, p95, p99 }: CellGroup): Pick<MeasuredMethod, "p50" | "p95" | "p99"> {
  return { p50, p95, p99 };
}

function success({ n, failed }: CellGroup): number | null {
  return n === 0 ? null : 1 - failed / n;
}

function sum(groups: readonly CellGroup[], of: (group: CellGroup) => number): number {
  return groups.reduce((total, group) => total + of(group), 0);
}
