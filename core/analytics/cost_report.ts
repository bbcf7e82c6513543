// What upstream calls cost: units and dollars by chain, provider, method and day, and how far quotas are used. Sums of
// history's attempts; what is likely not to have been charged is not in them (docs/measurement.md).

import type { CellGroup, Dimension, History } from "../measure/history/model.ts";
import { monthBegin, monthEnd } from "../measure/quota.ts";
import type { ChainRoute } from "../routing/chain_route.ts";
import { type Forecast, forecasts } from "./quota_forecast.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

export interface Spent {
  /** Attempts. */
  readonly n: number;
  readonly units: number;
  readonly usd: number;
}

export interface ChainCosts extends Spent {
  readonly chain: string;
  /** Dearest first. */
  readonly providers: readonly (Spent & { readonly provider: string })[];
  readonly methods: readonly (Spent & { readonly method: string })[];
}

export interface CostReport extends Spent {
  readonly chains: readonly ChainCosts[];
  /** By day (or a wider or narrower point) and chain; `at`: its begin in epoch ms. */
  readonly days: readonly (Spent & { readonly at: number; readonly chain: string })[];
  readonly stepMs: number;
}

export interface CostQuery {
  /** Epoch ms. */
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
  /** null: all. */
  readonly chain: string | null;
}

export async function costReport(
  history: Pick<History, "cells">,
  { from, to, stepMs, chain }: CostQuery,
): Promise<CostReport> {
  const ask = (by: readonly Dimension[], step: number | null): ReturnType<History["cells"]> =>
    history.cells({
      ...{ kind: "attempt", from, to, stepMs: step, by },
      ...(chain === null ? {} : { where: { chain } }),
    });
  const [providers, methods, days] = await Promise.all([
    ask(["chain", "provider"], null),
    ask(["chain", "name"], null),
    ask(["chain"], stepMs),
  ]);
  const chains = Map.groupBy(providers.groups, ({ key }) => key.chain ?? "");
  return {
    ...total(providers.groups),
    chains: [...chains].map(([name, own]): ChainCosts => ({
      chain: name,
      ...total(own),
      providers: own.map((group) => ({ provider: group.key.provider ?? "", ...spent(group) })).sort(dearest),
      methods: methods.groups.filter(({ key }) => key.chain === name)
        .map((group) => ({ method: group.key.name ?? "", ...spent(group) })).sort(dearest),
    })).sort(dearest),
    days: days.groups.map((group) => ({ at: group.at, chain: group.key.chain ?? "", ...spent(group) })),
    stepMs: days.stepMs,
  };
}

export interface QuotaReport {
  readonly chain: string;
  readonly provider: string;
  /** Units of this calendar month (UTC), and allowed. */
  readonly used: number;
  readonly max: number;
  readonly forecasts: readonly Forecast[];
}

/** Of all providers of these chains that have a quota; most used first. */
export async function quotaReport(
  history: Pick<History, "cells">,
  routes: readonly ChainRoute[],
  now: number,
): Promise<readonly QuotaReport[]> {
  const limited = routes.flatMap(({ chain, view }) =>
    chain.providers.flatMap(({ id, channels }) => {
      const quota = channels[0] === undefined ? null : view.quota(channels[0].candidate);
      return quota === null ? [] : [{ chain: chain.name, provider: id, used: quota.used, max: quota.max }];
    })
  );
  if (limited.length === 0) return [];
  const begin = monthBegin(now);
  const week = now - 7 * dayMs;
  const by = ["chain", "provider"] as const;
  const [points, lastDays] = await Promise.all([
    history.cells({ kind: "attempt", from: Math.min(begin, week), to: now, stepMs: hourMs, by }),
    history.cells({ kind: "attempt", from: week, to: now, stepMs: null, by }),
  ]);
  return limited.map((quota): QuotaReport => {
    const own = ({ key }: CellGroup): boolean => key.chain === quota.chain && key.provider === quota.provider;
    const first = points.groups.find((group) => own(group) && group.n > 0);
    const use = {
      ...quota,
      lastDays: lastDays.groups.find(own)?.units ?? 0,
      since: first?.at ?? null,
    };
    return { ...quota, forecasts: forecasts(use, begin, monthEnd(now), now) };
  }).sort((a, b) => b.used / b.max - a.used / a.max);
}

function spent({ n, units, usd }: CellGroup): Spent {
  return { n, units, usd };
}

function total(groups: readonly CellGroup[]): Spent {
  let n = 0;
  let units = 0;
  let usd = 0;
  for (const group of groups) {
    n += group.n;
    units += group.units;
    usd += group.usd;
  }
  return { n, units, usd };
}

/** Dollars first, then units: not every provider has a price. */
function dearest(a: Spent, b: Spent): number {
  return b.usd - a.usd || b.units - a.units || b.n - a.n;
}
