// By the score of event races: who brings new blocks first (docs/races.md). A candidate whose provider has fewer than ten
// races keeps the place that `fastest` gives it; the places left are filled by the others, best score first. So without
// any race it is `fastest`, exploration included, and where everybody races only the score counts.

import type {
  Candidate,
  Strategy,
  StrategyCall,
  StrategyPlugin,
  StrategyView,
} from "../core/plugins/strategy.ts";
import { latencyPhrase } from "./expected_latency.ts";
import fastest from "./fastest.ts";
import { type NoOptions, noOptions } from "./no_options.ts";

/** Below it a score is mostly chance. */
const enoughRaces = 10;

class Leaderboard implements Strategy {
  readonly cadence = "cached";
  readonly #fastest: Strategy;
  readonly #scored: Candidate[] = [];
  /** Of `#scored`, by index. */
  readonly #scores: number[] = [];
  readonly #places: number[] = [];

  constructor(fastest: Strategy) {
    this.#fastest = fastest;
  }

  rank(candidates: Candidate[], call: StrategyCall, view: StrategyView): void {
    this.#fastest.rank(candidates, call, view);
    this.#scored.length = this.#scores.length = this.#places.length = 0;
    for (let place = 0; place < candidates.length; place++) {
      const race = view.race(candidates[place]!);
      if (race === null || race.races < enoughRaces) continue;
      this.#places.push(place);
      this.#insert(candidates[place]!, race.score);
    }
    for (let index = 0; index < this.#places.length; index++) {
      candidates[this.#places[index]!] = this.#scored[index]!;
    }
    this.#scored.length = 0; // Channels of old configurations are not held.
  }

  explain(candidate: Candidate, call: StrategyCall, view: StrategyView): string {
    const race = view.race(candidate);
    if (race === null || race.races < enoughRaces) {
      return `${race?.races ?? 0} races, ranked as fastest: ${latencyPhrase(candidate, call.method, view)}`;
    }
    const won = (race.winRate * 100).toFixed(1);
    const late = race.avgMarginMs === null
      ? "never late"
      : `late by ${race.avgMarginMs.toFixed(1)} ms if not`;
    return `score ${race.score.toFixed(3)}: first in ${won} % of ${race.races} races, ${late}`;
  }

  /** Best score first; equal ones in the order of `fastest`. */
  #insert(candidate: Candidate, score: number): void {
    let at = this.#scored.length;
    while (at > 0 && this.#scores[at - 1]! < score) {
      this.#scored[at] = this.#scored[at - 1]!;
      this.#scores[at] = this.#scores[at - 1]!;
      at--;
    }
    this.#scored[at] = candidate;
    this.#scores[at] = score;
  }
}

export default {
  kind: "strategy",
  id: "leaderboard",
  summary: "Who wins the races for new blocks, by score; below ten races as fastest.",
  parse: noOptions,
  create(options, deps): Strategy {
    return new Leaderboard(fastest.create(options, deps));
  },
} satisfies StrategyPlugin<NoOptions>;
