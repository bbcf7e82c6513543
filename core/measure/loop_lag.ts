// How late the event loop runs: a timer every 500 ms, and how much later than that it fired. Started and stopped
// by Meter; the figure is what a scrape shows.

import type { Clock, Timer } from "../clock.ts";

const everyMs = 500;
/** Samples kept: 15 s, so that a scrape each 15 s misses nothing. */
const kept = 30;

export class LoopLag {
  readonly #clock: Clock;
  readonly #onTick: (now: number) => void;
  readonly #late = new Float64Array(kept);
  #index = 0;
  #due = 0;
  #timer: Timer | null = null;

  /** `onTick` hears the monotonic time twice a second. */
  constructor(clock: Clock, onTick: (now: number) => void) {
    this.#clock = clock;
    this.#onTick = onTick;
  }

  /** The worst lateness of the last 15 s, in milliseconds. */
  get worstMs(): number {
    let worst = 0;
    for (const late of this.#late) if (late > worst) worst = late;
    return worst;
  }

  /** The worst lateness of the last second, in milliseconds. */
  get newestMs(): number {
    const last = this.#late[(this.#index + kept - 1) % kept]!;
    return Math.max(last, this.#late[(this.#index + kept - 2) % kept]!);
  }

  start(): void {
    if (this.#timer === null) this.#arm();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  #arm(): void {
    this.#due = this.#clock.now() + everyMs;
    this.#timer = this.#clock.after(everyMs, () => {
      const now = this.#clock.now();
      this.#late[this.#index] = Math.max(0, now - this.#due);
      this.#index = (this.#index + 1) % kept;
      this.#onTick(now);
      this.#arm();
    });
  }
}
