// Power of two choices: of two candidates drawn at random the one with fewer calls in flight goes first (Mitzenmacher,
// "The Power of Two Choices in Randomized Load Balancing", 2001). Routers that see the same figures then don't all
// run to the same least loaded one. The rest follows in the order of calls in flight.

import { below, type Random } from "../core/random.ts";
import type { Candidate, Strategy, StrategyPlugin } from "../core/plugins/strategy.ts";
import { KeySort } from "./key_sort.ts";
import { type NoOptions, noOptions } from "./no_options.ts";

class LoadBalanced implements Strategy {
  readonly cadence = "per_call";
  readonly #random: Random;
  readonly #keys = new KeySort();

  constructor(random: Random) {
    this.#random = random;
  }

  rank(candidates: Candidate[]): void {
    const count = candidates.length;
    if (count < 2) return;
    const one = below(this.#random, count);
    let other = below(this.#random, count - 1);
    if (other >= one) other++;
    const chosen = candidates[other]!.inFlight < candidates[one]!.inFlight ? other : one;
    this.#keys.reset(count);
    const { first: rest, second: load } = this.#keys;
    for (let index = 0; index < count; index++) {
      rest[index] = index === chosen ? 0 : 1;
      load[index] = candidates[index]!.inFlight;
    }
    this.#keys.sort(candidates);
  }

  explain(candidate: Candidate): string {
    return `${candidate.inFlight} calls in flight; the less loaded of two drawn goes first`;
  }
}

export default {
  kind: "strategy",
  id: "load_balanced",
  summary: "Power of two choices on calls in flight.",
  parse: noOptions,
  create(_options, deps): Strategy {
    return new LoadBalanced(deps.random);
  },
} satisfies StrategyPlugin<NoOptions>;
