// Sorts candidates by up to three numbers each, smallest first; what is still equal goes by configured priority,
// then by position. The numbers live in arrays that are kept, so a call allocates nothing. Insertion sort: lists
// are short (two channels a provider) and mostly in order from the last time.

import type { Candidate } from "../core/plugins/strategy.ts";

export class KeySort {
  /** Keys of `candidates[i]` at index i; set all three before `sort`. Infinity is allowed, NaN is not. */
  first = new Float64Array(64);
  second = new Float64Array(64);
  third = new Float64Array(64);

  /** Makes room for `count` candidates and sets all their keys to 0. */
  reset(count: number): void {
    if (count > this.first.length) {
      this.first = new Float64Array(2 * count);
      this.second = new Float64Array(2 * count);
      this.third = new Float64Array(2 * count);
      return;
    }
    this.first.fill(0, 0, count);
    this.second.fill(0, 0, count);
    this.third.fill(0, 0, count);
  }

  sort(candidates: Candidate[]): void {
    const { first, second, third } = this;
    for (let index = 1; index < candidates.length; index++) {
      const candidate = candidates[index]!;
      const a = first[index]!;
      const b = second[index]!;
      const c = third[index]!;
      let hole = index;
      while (hole > 0 && this.#precedes(candidate, a, b, c, candidates[hole - 1]!, hole - 1)) {
        candidates[hole] = candidates[hole - 1]!;
        first[hole] = first[hole - 1]!;
        second[hole] = second[hole - 1]!;
        third[hole] = third[hole - 1]!;
        hole--;
      }
      candidates[hole] = candidate;
      first[hole] = a;
      second[hole] = b;
      third[hole] = c;
    }
  }

  #precedes(own: Candidate, a: number, b: number, c: number, other: Candidate, at: number): boolean {
    if (a !== this.first[at]) return a < this.first[at]!;
    if (b !== this.second[at]) return b < this.second[at]!;
    if (c !== this.third[at]) return c < this.third[at]!;
    if (own.priority !== other.priority) return own.priority < other.priority;
    return own.position < other.position;
  }
}
