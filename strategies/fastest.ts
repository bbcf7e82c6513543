// The default: the lowest expected latency for this chain, method and transport, from passive measurement with
// success rate. Candidates within a tenth of the best count as equal and go by calls in flight: the one that has
// served is busy, so the next refresh takes another, and load is shared over time instead of piling up.
//
// Exploration: one refresh in twenty puts a candidate first that has no or only stale evidence for the method, so
// that it is measured again. It serves until the next refresh; failover and hedging cover a bad surprise.

import { below, type Random } from "../core/random.ts";
import type {
  Candidate,
  Strategy,
  StrategyCall,
  StrategyPlugin,
  StrategyView,
} from "../core/plugins/strategy.ts";
import { expectedMs, latencyPhrase } from "./expected_latency.ts";
import { KeySort } from "./key_sort.ts";
import { type NoOptions, noOptions } from "./no_options.ts";

/** Share of refreshes that explore, while there is something to explore. */
const explorationShare = 1 / 20;
/** Evidence older than this says little about now. */
const staleAfterMs = 60_000;
/** Candidates up to this factor above the best are as good as it. */
const tieFactor = 1.1;

class Fastest implements Strategy {
  readonly cadence = "cached";
  readonly #random: Random;
  readonly #keys = new KeySort();

  constructor(random: Random) {
    this.#random = random;
  }

  rank(candidates: Candidate[], call: StrategyCall, view: StrategyView): void {
    const count = candidates.length;
    this.#keys.reset(count);
    const { first: tier, second: load, third: expected } = this.#keys;
    let best = Infinity;
    for (let index = 0; index < count; index++) {
      const ms = expectedMs(candidates[index]!, call.method, view);
      expected[index] = ms;
      if (ms < best) best = ms;
    }
    for (let index = 0; index < count; index++) {
      const ms = expected[index]!;
      const tied = ms <= best * tieFactor && ms !== Infinity;
      tier[index] = tied ? 0 : 1;
      load[index] = tied ? candidates[index]!.inFlight : 0;
    }
    this.#keys.sort(candidates);
    if (count > 1 && this.#random.next() < explorationShare) this.#explore(candidates, call.method, view);
  }

  explain(candidate: Candidate, call: StrategyCall, view: StrategyView): string {
    const age = view.latency(candidate, call.method)?.age ?? 0;
    const stale = age > staleAfterMs ? `, last measured ${Math.round(age / 1000)} s ago` : "";
    return latencyPhrase(candidate, call.method, view) + stale;
  }

  /** Moves one of the explorable candidates, each as likely as the others, to the front. */
  #explore(candidates: Candidate[], method: string, view: StrategyView): void {
    const group = candidates[0]!.group; // Never a fallback provider before a main one.
    let explorable = 0;
    for (let index = 1; index < candidates.length; index++) {
      if (isExplorable(candidates[index]!, group, method, view)) explorable++;
    }
    if (explorable === 0) return;
    let skip = below(this.#random, explorable);
    for (let index = 1; index < candidates.length; index++) {
      const candidate = candidates[index]!;
      if (!isExplorable(candidate, group, method, view) || skip-- > 0) continue;
      candidates.copyWithin(1, 0, index);
      candidates[0] = candidate;
      return;
    }
  }
}

function isExplorable(candidate: Candidate, group: string, method: string, view: StrategyView): boolean {
  if (candidate.group !== group || candidate.breaker !== "closed") return false;
  const stats = view.latency(candidate, method);
  return stats === null || stats.age > staleAfterMs;
}

export default {
  kind: "strategy",
  id: "fastest",
  summary: "Lowest expected latency for the method, counting failures; measures stale candidates again.",
  parse: noOptions,
  create(_options, deps): Strategy {
    return new Fastest(deps.random);
  },
} satisfies StrategyPlugin<NoOptions>;
