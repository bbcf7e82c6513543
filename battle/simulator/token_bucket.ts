// A simulated provider's own rate limit: a bucket that holds `count` tokens and fills evenly over `perMs`.

import type { Clock } from "../../core/clock.ts";
import type { RateLimit } from "../../core/settings.ts";

export class TokenBucket {
  readonly #clock: Clock;
  readonly #limit: RateLimit;
  #tokens: number;
  #filledAtMs: number;

  constructor(limit: RateLimit, clock: Clock) {
    this.#clock = clock;
    this.#limit = limit;
    this.#tokens = limit.count;
    this.#filledAtMs = clock.now();
  }

  /** 0: taken. Else the milliseconds until so many tokens could be there, and nothing was taken. */
  take(tokens: number): number {
    const { count, perMs } = this.#limit;
    const now = this.#clock.now();
    this.#tokens = Math.min(count, this.#tokens + ((now - this.#filledAtMs) * count) / perMs);
    this.#filledAtMs = now;
    // A batch larger than the whole bucket passes when the bucket is full, or it could never pass.
    const needed = Math.min(tokens, count);
    if (this.#tokens >= needed) {
      this.#tokens -= tokens;
      return 0;
    }
    return ((needed - this.#tokens) * perMs) / count;
  }
}
