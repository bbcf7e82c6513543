// When the next attempt to connect may be made: at once after the first loss, then after an exponential wait with full
// jitter, so that the clients of an upstream that comes back don't come back together. Knows no socket; used by the
// pool.

import type { Random } from "../../core/random.ts";

const firstMs = 100;
const longestMs = 10_000;
/** A connection that lasted so long shows an upstream that is well. */
const goodMs = 10_000;

export class Backoff {
  readonly #random: Random;
  /** Losses in a row. */
  #losses = 0;
  #readyAt = -Infinity;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Milliseconds until the next attempt may be made; 0 or less: now. `now` is monotonic. */
  waitMs(now: number): number {
    return this.#readyAt - now;
  }

  /** An attempt failed, or a connection that had been open for `lastedMs` is gone. */
  lost(now: number, lastedMs: number): void {
    if (lastedMs >= goodMs) this.#losses = 0;
    const most = this.#losses === 0 ? 0 : Math.min(longestMs, firstMs * 2 ** (this.#losses - 1));
    this.#losses++;
    this.#readyAt = now + this.#random.next() * most;
  }
}
