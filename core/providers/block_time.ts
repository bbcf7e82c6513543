// The measured time between two blocks of a chain: the median slope over the recent advances of its head. Heads
// are seen late by up to a probe's interval, so slopes are taken over many blocks, not from one to the next.

const kept = 16;
const minPoints = 4;
const minMs = 10;
const maxMs = 3_600_000;

export class BlockTime {
  readonly #heads: number[] = [];
  readonly #times: number[] = [];
  #ms: number;

  /** `guessMs` (from the settings) stands until four heads were seen. */
  constructor(guessMs: number) {
    this.#ms = Math.max(minMs, guessMs);
  }

  /** Milliseconds per block. */
  get ms(): number {
    return this.#ms;
  }

  /** The head of the chain went up to `head` at `now`. Anything else is ignored. */
  note(head: number, now: number): void {
    const last = this.#heads.length - 1;
    if (last >= 0 && (head <= this.#heads[last]! || now <= this.#times[last]!)) return;
    this.#heads.push(head);
    this.#times.push(now);
    if (this.#heads.length > kept) {
      this.#heads.shift();
      this.#times.shift();
    }
    if (this.#heads.length >= minPoints) this.#measure();
  }

  #measure(): void {
    const span = Math.floor(this.#heads.length / 2);
    const slopes: number[] = [];
    for (let i = span; i < this.#heads.length; i++) {
      slopes.push((this.#times[i]! - this.#times[i - span]!) / (this.#heads[i]! - this.#heads[i - span]!));
    }
    slopes.sort((a, b) => a - b);
    this.#ms = Math.min(maxMs, Math.max(minMs, slopes[Math.floor((slopes.length - 1) / 2)]!));
  }
}
