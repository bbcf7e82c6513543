// Time for the calls under way, without a timer for each: one tick looks at all of them. A call says when it next
// wants to be looked at (`wakeAt`); the tick runs only while there is somebody to look at.

import type { Clock, Timer } from "../clock.ts";

export interface Swept {
  /** Monotonic ms; Infinity: never. */
  wakeAt: number;
  /** The time has come. May change `wakeAt` or leave the sweep. */
  onTime(now: number): void;
}

/** Tick length in ms: the most that a time limit is late. */
export const tickMs = 5;

export class Sweep {
  readonly #clock: Clock;
  readonly #members = new Set<Swept>();
  #timer: Timer | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#members.size;
  }

  add(member: Swept): void {
    this.#members.add(member);
    if (this.#timer === null) this.#timer = this.#clock.after(tickMs, this.#tick);
  }

  remove(member: Swept): void {
    this.#members.delete(member);
  }

  /** Stops the tick. Members are forgotten, not told. */
  [Symbol.dispose](): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#members.clear();
  }

  readonly #tick = (): void => {
    const now = this.#clock.now();
    for (const member of this.#members) {
      if (member.wakeAt <= now) member.onTime(now);
    }
    this.#timer = this.#members.size > 0 ? this.#clock.after(tickMs, this.#tick) : null;
  };
}
