// What the same calls would have cost otherwise: under each other strategy, and at each provider alone. Prices are
// today's. Pure; called by the API with a comparison.

import type { Candidate } from "../plugins/strategy.ts";
import { unitsOf } from "../measure/quota.ts";
import type { Comparison } from "./comparison.ts";

export interface Alternative {
  /** `fastest` …, or the id of a provider that serves all alone. */
  readonly name: string;
  readonly units: number;
  readonly usd: number;
  /** What serving as it did saved against it, in dollars; negative: this would have been cheaper. */
  readonly savedUsd: number;
}

export interface Savings {
  readonly chain: string;
  /** What it did cost. */
  readonly units: number;
  readonly usd: number;
  /** Calls that the alternatives are about. */
  readonly calls: number;
  /** Cheapest first. */
  readonly strategies: readonly Alternative[];
  /** Each provider alone, dearest first. */
  readonly providers: readonly (Alternative & { readonly type: "public" | "paid" })[];
  /** The dearest provider, and the cheapest paid one; null: there is none. */
  readonly dearest: string | null;
  readonly cheapestPaid: string | null;
}

/** `candidates`: the chain's, as the config has them. */
export function savings(comparison: Comparison, candidates: readonly Candidate[]): Savings {
  const units = comparison.measured.reduce((sum, one) => sum + one.units, 0);
  const usd = comparison.measured.reduce((sum, one) => sum + one.usd, 0);
  const strategies = comparison.strategies.map((one): Alternative => ({
    name: one.strategy,
    units: one.units,
    usd: one.usd,
    savedUsd: one.usd - usd,
  }));
  const byProvider = new Map(candidates.map((candidate) => [candidate.provider, candidate]));
  const providers = [...byProvider.values()].map(({ provider, type, cost }) => {
    let alone = 0;
    for (const [method, calls] of comparison.calls) alone += calls * unitsOf(cost, method);
    const price = alone * (cost.usdPerMillion ?? 0) / 1e6;
    return { name: provider, type, units: alone, usd: price, savedUsd: price - usd };
  });
  providers.sort((a, b) => b.usd - a.usd || b.units - a.units);
  return {
    chain: comparison.chain,
    units,
    usd,
    calls: [...comparison.calls.values()].reduce((sum, n) => sum + n, 0),
    strategies: strategies.sort((a, b) => a.usd - b.usd || a.units - b.units),
    providers,
    dearest: providers[0]?.name ?? null,
    cheapestPaid: providers.findLast(({ type }) => type === "paid")?.name ?? null,
  };
}
