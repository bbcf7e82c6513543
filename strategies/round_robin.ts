// Rotation: each call begins one candidate further in the configured order. One counter for all methods of a chain;
// it starts anywhere, so that several routers don't walk in step.

import { below, type Random } from "../core/random.ts";
import type { Candidate, Strategy, StrategyPlugin } from "../core/plugins/strategy.ts";
import { KeySort } from "./key_sort.ts";
import { type NoOptions, noOptions } from "./no_options.ts";

/** Where the counter begins again; far from where whole numbers lose precision. */
const wrapAt = 2 ** 40;

class RoundRobin implements Strategy {
  readonly cadence = "per_call";
  readonly #keys = new KeySort();
  #next: number;

  constructor(random: Random) {
    this.#next = below(random, 2 ** 20);
  }

  rank(candidates: Candidate[]): void {
    const count = candidates.length;
    if (count < 2) return;
    this.#keys.reset(count);
    this.#keys.sort(candidates);
    const offset = this.#next % count;
    this.#next = (this.#next + 1) % wrapAt;
    // Rotation in place: both parts reversed, then the whole.
    reverse(candidates, 0, offset);
    reverse(candidates, offset, count);
    reverse(candidates, 0, count);
  }

  explain(candidate: Candidate): string {
    return `its turn comes in rotation, number ${candidate.position + 1} in the config`;
  }
}

function reverse(candidates: Candidate[], from: number, to: number): void {
  for (let low = from, high = to - 1; low < high; low++, high--) {
    const candidate = candidates[low]!;
    candidates[low] = candidates[high]!;
    candidates[high] = candidate;
  }
}

export default {
  kind: "strategy",
  id: "round_robin",
  summary: "Rotation over the candidates, one step a call.",
  parse: noOptions,
  create(_options, deps): Strategy {
    return new RoundRobin(deps.random);
  },
} satisfies StrategyPlugin<NoOptions>;
