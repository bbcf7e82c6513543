// Time for the calls under way, without a timer for each: one tick looks at all of them. A call says when it next
// wants to be looked at (`wakeAt`); the tick runs only while there is somebody to look at.
//
// The members stand in an array and know their place in it. A Set would be simpler, but under its steady coming and
// going each of its tables holds on to the next one, and so to calls that are long over, until a full collection.

import type { Clock, Timer } from "../clock.ts";

export interface Swept {
  /** Monotonic ms; Infinity: never. */
  wakeAt: number;
  /** The sweep's own: place among its members, -1 while it is none. */
  sweepIndex: number;
  /** The time has come. May change `wakeAt`, and add and remove members. */
  onTime(now: number): void;
}

/** Tick length in ms: the most that a time limit is late. */
export const tickMs = 5;

export class Sweep {
  readonly #clock: Clock;
  readonly #members: Swept[] = [];
  #timer: Timer | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#members.length;
  }

  add(member: Swept): void {
    if (member.sweepIndex >= 0) return;
    member.sweepIndex = this.#members.push(member) - 1;
    if (this.#timer === null) this.#timer = this.#clock.after(tickMs, this.#tick);
  }

  /** Harmless when it is no member. */
  remove(member: Swept): void {
    const index = member.sweepIndex;
    if (index < 0) return;
    member.sweepIndex = -1;
    const last = this.#members.pop() as Swept;
    if (last === member) return;
    this.#members[index] = last;
    last.sweepIndex = index;
  }

  /** Stops the tick. Members are forgotten, not told. */
  [Symbol.dispose](): void {
    this.#timer?.cancel();
    this.#timer = null;
    for (const member of this.#members) member.sweepIndex = -1;
    this.#members.length = 0;
  }

  readonly #tick = (): void => {
    const now = this.#clock.now();
    const members = this.#members;
    // From the end: whoever takes the place of a removed one was looked at already, and newcomers wait for the next tick.
    for (let index = members.length - 1; index >= 0; index--) {
      const member = members[index];
      if (member !== undefined && member.wakeAt <= now) member.onTime(now);
    }
    this.#timer = members.length > 0 ? this.#clock.after(tickMs, this.#tick) : null;
  };
}
