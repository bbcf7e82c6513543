// What happened to one chain's streams within the last hour, for rules that look back: gaps and reorgs. Bounded.

const keptMs = 3_600_000;
const kept = 1_000;

interface Mark {
  /** Monotonic ms. */
  readonly at: number;
  readonly depth: number;
}

export class ChainTrail {
  readonly #gaps: number[] = [];
  readonly #reorgs: Mark[] = [];

  gap(now: number): void {
    while (this.#gaps.length >= kept || now - (this.#gaps[0] ?? now) > keptMs) this.#gaps.shift();
    this.#gaps.push(now);
  }

  /** `depth`: blocks that were taken back. */
  reorg(depth: number, now: number): void {
    while (this.#reorgs.length >= kept || now - (this.#reorgs[0]?.at ?? now) > keptMs) this.#reorgs.shift();
    this.#reorgs.push({ at: now, depth });
  }

  gapsSince(at: number): number {
    let count = 0;
    while (count < this.#gaps.length && this.#gaps[this.#gaps.length - 1 - count]! >= at) count++;
    return count;
  }

  deepestSince(at: number): number {
    let deepest = 0;
    for (let k = this.#reorgs.length - 1; k >= 0 && this.#reorgs[k]!.at >= at; k--) {
      deepest = Math.max(deepest, this.#reorgs[k]!.depth);
    }
    return deepest;
  }
}
