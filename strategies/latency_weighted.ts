// Random order, weighted by (best/own)³ of the expected latency: fast candidates get most of the calls, slow ones
// enough to stay measured. A candidate without evidence weighs as much as the best, so it is measured soon.

import type { Random } from "../core/random.ts";
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

/** Keeps the ratio defined for an upstream that answers faster than the clock ticks. */
const leastMs = 0.001;

class LatencyWeighted implements Strategy {
  readonly cadence = "per_call";
  readonly #random: Random;
  readonly #keys = new KeySort();

  constructor(random: Random) {
    this.#random = random;
  }

  rank(candidates: Candidate[], call: StrategyCall, view: StrategyView): void {
    const count = candidates.length;
    this.#keys.reset(count);
    const key = this.#keys.first;
    let best = Infinity;
    for (let index = 0; index < count; index++) {
      const ms = Math.max(expectedMs(candidates[index]!, call.method, view), leastMs);
      key[index] = ms;
      if (ms < best) best = ms;
    }
    // Ascending −ln(u)/weight is a weighted draw without replacement (Efraimidis and Spirakis, 2006).
    for (let index = 0; index < count; index++) {
      const ms = key[index]!;
      const slower = ms === Infinity ? 1 : ms / best;
      key[index] = -Math.log(1 - this.#random.next()) * slower * slower * slower;
    }
    this.#keys.sort(candidates);
  }

  explain(candidate: Candidate, call: StrategyCall, view: StrategyView): string {
    return `${latencyPhrase(candidate, call.method, view)}; drawn with weight (best/own)^3`;
  }
}

export default {
  kind: "strategy",
  id: "latency_weighted",
  summary: "Random, weighted by the cube of best latency over own.",
  parse: noOptions,
  create(_options, deps): Strategy {
    return new LatencyWeighted(deps.random);
  },
} satisfies StrategyPlugin<NoOptions>;
