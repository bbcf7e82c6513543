// The configured order: by `priority`, lower first, then as the providers stand in the file. What is measured plays
// no part, so the same provider serves until it can't.

import type { Candidate, Strategy, StrategyPlugin } from "../core/plugins/strategy.ts";
import { KeySort } from "./key_sort.ts";
import { type NoOptions, noOptions } from "./no_options.ts";

class Priority implements Strategy {
  readonly cadence = "cached";
  readonly #keys = new KeySort();

  rank(candidates: Candidate[]): void {
    this.#keys.reset(candidates.length); // No keys: what is equal goes by priority and position.
    this.#keys.sort(candidates);
  }

  explain(candidate: Candidate): string {
    return `priority ${candidate.priority}, number ${candidate.position + 1} in the config`;
  }
}

export default {
  kind: "strategy",
  id: "priority",
  summary: "The configured order: by priority, then as listed.",
  parse: noOptions,
  create(): Strategy {
    return new Priority();
  },
} satisfies StrategyPlugin<NoOptions>;
