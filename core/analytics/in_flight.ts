// Calls in flight while a strategy is asked again and again about one past minute: a stretch of that minute's traffic in
// small, so that who is busy depends on who was picked. Where it is not asked call by call, or so many calls are under
// way that following them would take too long, they are drawn about their mean instead. Used by counterfactual.ts.

import type { Random } from "../random.ts";
import type { PastCandidate } from "./past_candidate.ts";
import { poisson } from "./poisson.ts";

/** Calls in flight, over all candidates, above which they are drawn: then chance matters little. */
const mostFollowed = 300;

export class InFlight {
  readonly #random: Random;
  readonly #load: ReadonlyMap<PastCandidate, number>;
  readonly #isFollowed: boolean;
  /** By candidate: when the calls end, in no order. */
  readonly #ends = new Map<PastCandidate, number[]>();
  #now = 0;

  /**
   * `follow`: it is asked for each call. `load`: calls in flight at each candidate on average; `meanMs`: how long its
   * calls take.
   */
  constructor(
    random: Random,
    follow: boolean,
    load: ReadonlyMap<PastCandidate, number>,
    meanMs: (candidate: PastCandidate) => number,
  ) {
    this.#random = random;
    this.#load = load;
    let total = 0;
    for (const mean of load.values()) total += mean;
    this.#isFollowed = follow && total <= mostFollowed;
    if (!this.#isFollowed) return;
    for (const [candidate, mean] of load) {
      const ends = Array.from({ length: poisson(random, mean) }, () => random.next() * meanMs(candidate));
      this.#ends.set(candidate, ends);
    }
  }

  /** A call comes `meanMs` after the one before, on average. */
  next(meanMs: number): void {
    this.#now += -Math.log(1 - this.#random.next()) * meanMs;
  }

  /** Tells the candidates how many calls they have in flight now. */
  show(list: readonly PastCandidate[]): void {
    for (const candidate of list) candidate.inFlight = this.#count(candidate);
  }

  /** A call of `ms` begins now, with that probability; above 1 it may be several. */
  begin(candidate: PastCandidate, ms: number, probability: number): void {
    if (!this.#isFollowed) return;
    let ends = this.#ends.get(candidate);
    if (ends === undefined) this.#ends.set(candidate, ends = []);
    let left = probability;
    for (; left >= 1; left--) ends.push(this.#now + ms);
    if (this.#random.next() < left) ends.push(this.#now + ms);
  }

  #count(candidate: PastCandidate): number {
    if (!this.#isFollowed) return poisson(this.#random, this.#load.get(candidate) ?? 0);
    const ends = this.#ends.get(candidate);
    if (ends === undefined) return 0;
    let kept = 0;
    for (const end of ends) if (end > this.#now) ends[kept++] = end;
    ends.length = kept;
    return kept;
  }
}
