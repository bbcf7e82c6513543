// Who did the work: per provider what it answered against an even share, and what its calls cost in its own units.
// From the attempts in each answer's metadata; what providers counted themselves stands beside it. Pure.

import { unitsOf } from "../../core/measure/quota.ts";
import type { CandidateCost } from "../../core/plugins/strategy.ts";
import type { ChainLoad, LoadShare } from "../model/result.ts";
import { type Call, type RunFacts, spanOf } from "./run_facts.ts";
import { covers, union } from "./spans.ts";

type Tree = Readonly<Record<string, unknown>>;

/** One for each chain of which something is known; of the measured time, except for `asked`. */
export function loadShares(facts: RunFacts): readonly ChainLoad[] {
  const byChain = new Map<string, Call[]>(facts.scenario.chains.map(({ name }) => [name, []]));
  for (const call of facts.calls) {
    const list = byChain.get(call.chain);
    if (list === undefined) byChain.set(call.chain, [call]);
    else list.push(call);
  }
  return [...byChain].map(([chain, calls]) => chainLoad(facts, chain, calls))
    .filter(({ providers }) => providers.some(({ attempts, asked }) => attempts > 0 || (asked ?? 0) > 0));
}

function chainLoad(facts: RunFacts, chain: string, calls: readonly Call[]): ChainLoad {
  const names = providersOf(facts, chain, calls);
  const fair = evenShares(facts, chain, names, calls);
  const providers = names.map((provider): LoadShare => {
    const cost = costOf(facts, chain, provider);
    let [attempts, served, units] = [0, 0, 0];
    for (const { record } of calls) {
      if (record.provider === provider) served++;
      const tried = record.attempts.filter((attempt) => attempt.provider === provider).length;
      attempts += tried;
      if (tried > 0) units += tried * unitsOf(cost, record.method);
    }
    const counted = facts.record.providers.find((one) => one.chain === chain && one.provider === provider);
    return {
      provider,
      attempts,
      served,
      fairServed: fair.get(provider) ?? 0,
      asked: counted === undefined
        ? null
        : Object.values(counted.calls).reduce((sum, count) => sum + count, 0),
      units,
      usd: cost.usdPerMillion === null ? null : units * cost.usdPerMillion / 1e6,
    };
  });
  const units = providers.reduce((sum, share) => sum + share.units, 0);
  return {
    chain,
    fairness: fairnessOf(providers),
    unitsPerRequest: calls.length === 0 ? null : units / calls.length,
    providers,
  };
}

/** Those of the scenario; of a foreign router those that its answers name. */
function providersOf(facts: RunFacts, chain: string, calls: readonly Call[]): readonly string[] {
  const spec = facts.scenario.chains.find(({ name }) => name === chain);
  if (spec !== undefined) return spec.providers.map(({ id }) => id);
  const seen = calls.flatMap(({ record }) => record.attempts.map(({ provider }) => provider));
  return [...new Set(seen)].sort();
}

/** Each answer of a provider is shared by those that had no fault as it was asked for; by all where each had one. */
function evenShares(
  facts: RunFacts,
  chain: string,
  names: readonly string[],
  calls: readonly Call[],
): ReadonlyMap<string, number> {
  const sick = names.map((name) =>
    union(
      facts.record.faults.filter(({ provider, chain: on }) =>
        provider === name && (on === null || on === chain)
      ).map(spanOf),
    )
  );
  const shares = new Map<string, number>(names.map((name) => [name, 0]));
  for (const { record } of calls) {
    if (record.provider === null || !shares.has(record.provider)) continue;
    const well = names.filter((_, at) => !covers(sick[at]!, record.plannedUs));
    const sharers = well.length === 0 ? names : well;
    for (const name of sharers) shares.set(name, shares.get(name)! + 1 / sharers.length);
  }
  return shares;
}

/** Jain's index of served to fair: 1 where each has its share, 1/n where one has all. null: nothing was served. */
function fairnessOf(providers: readonly LoadShare[]): number | null {
  const ratios = providers.filter(({ fairServed }) => fairServed > 0)
    .map(({ served, fairServed }) => served / fairServed);
  const squares = ratios.reduce((sum, ratio) => sum + ratio ** 2, 0);
  return squares === 0
    ? null
    : ratios.reduce((sum, ratio) => sum + ratio, 0) ** 2 / (ratios.length * squares);
}

/** `cost` of the provider's config as a user writes it; one unit a call, without a price, unless given. */
function costOf(facts: RunFacts, chain: string, provider: string): CandidateCost {
  const spec = facts.scenario.chains.find(({ name }) => name === chain)?.providers
    .find(({ id }) => id === provider);
  const cost = treeOf(spec?.config["cost"]);
  const methods = Object.entries(treeOf(cost["methods"]))
    .filter((entry): entry is [string, number] => typeof entry[1] === "number");
  return {
    perCall: numberOr(cost["per_call"], 1),
    methods: Object.fromEntries(methods),
    usdPerMillion: numberOr(cost["usd_per_million"], null),
  };
}

function treeOf(value: unknown): Tree {
  return typeof value === "object" && value !== null ? value as Tree : {};
}

function numberOr<T>(value: unknown, other: T): number | T {
  return typeof value === "number" ? value : other;
}
