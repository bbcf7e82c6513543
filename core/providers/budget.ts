// A provider's client-side rate budget: a token bucket that keeps Lasso below `rate_limit`. It never waits and
// sets no timer; the pipeline decides whether a call waits for the next token. One second's worth may go at once.

import type { Clock } from "../clock.ts";
import type { RateLimit } from "../settings.ts";

/** Rounding of fractions of a token must not make a caller wait twice. */
const epsilon = 1e-6;

export class RateBudget {
  readonly #clock: Clock;
  readonly #perMs: number;
  readonly #max: number;
  #tokens: number;
  #filledAt: number;

  /** `limit` null: no limit at all. */
  constructor(limit: RateLimit | null, clock: Clock) {
    this.#clock = clock;
    this.#perMs = limit === null ? Infinity : limit.count / limit.perMs;
    this.#max = limit === null ? Infinity : Math.max(1, this.#perMs * 1000);
    this.#tokens = this.#max;
    this.#filledAt = clock.now();
  }

  /** Takes a token for one call; false when there is none. */
  take(): boolean {
    if (this.#max === Infinity) return true;
    this.#fill();
    if (this.#tokens < 1 - epsilon) return false;
    this.#tokens = Math.max(0, this.#tokens - 1);
    return true;
  }

  /** Milliseconds until there is a token; 0 when one is there. Never for a limit of nothing: Infinity. */
  waitMs(): number {
    if (this.#max === Infinity) return 0;
    this.#fill();
    return this.#tokens >= 1 - epsilon ? 0 : (1 - this.#tokens) / this.#perMs;
  }

  /** Tokens that are out now, 0 … `max`. */
  get used(): number {
    if (this.#max === Infinity) return 0;
    this.#fill();
    return this.#max - this.#tokens;
  }

  /** Calls that may go at once; Infinity without a limit. */
  get max(): number {
    return this.#max;
  }

  /** Starts with what the same provider's budget had used before a reload. */
  adopt(previous: RateBudget): void {
    if (this.#max !== Infinity) this.#tokens = Math.max(0, this.#max - previous.used);
  }

  #fill(): void {
    const now = this.#clock.now();
    this.#tokens = Math.min(this.#max, this.#tokens + (now - this.#filledAt) * this.#perMs);
    this.#filledAt = now;
  }
}
