// One method's calls of a past point, and how often each strategy picked each candidate for them. Filled and read by
// counterfactual.ts.

import type { StrategyCall } from "../plugins/strategy.ts";
import type { PastCandidate } from "./past_candidate.ts";

export class PointWork {
  readonly method: string;
  readonly calls: number;
  readonly #width: number;
  readonly #picks: Uint32Array;
  /** Who may serve it, as things stand; null: not looked up. */
  list: readonly PastCandidate[] | null = null;
  #call: StrategyCall | null = null;

  constructor(method: string, calls: number, contenders: number, candidates: number) {
    this.method = method;
    this.calls = calls;
    this.#width = candidates;
    this.#picks = new Uint32Array(contenders * candidates);
  }

  call(chain: string): StrategyCall {
    return this.#call ??= { chain, method: this.method, block: { kind: "none" } };
  }

  /** `candidate` below 0: there was none. */
  picked(contender: number, candidate: number): void {
    if (candidate < 0) return;
    const at = contender * this.#width + candidate;
    this.#picks[at] = this.#picks[at]! + 1;
  }

  /** Candidates by number, each with its share of the picks. */
  shares(contender: number): [candidate: number, share: number][] {
    const picks = this.#picks.subarray(contender * this.#width, (contender + 1) * this.#width);
    const all = picks.reduce((sum, n) => sum + n, 0);
    return [...picks].flatMap((n, candidate): [number, number][] => n === 0 ? [] : [[candidate, n / all]]);
  }
}
