// Time for the calls under way, without a timer for each: one tick looks at all of them. A call says when it next
// wants to be looked at (`wakeAt`); the tick runs only while there is somebody to look at.
//
// Members are linked through themselves, oldest first, so that of those who wait the oldest is served first. A Set
// would be simpler, but under its steady coming and going each of its tables holds on to the next one, and so to calls
// that are long over, until a full collection. For the same reason a member that leaves lets go of its neighbours.

import type { Clock, Timer } from "../clock.ts";

export interface Swept {
  /** Monotonic ms; Infinity: never. */
  wakeAt: number;
  /** The sweep's own: is it a member, and who are its neighbours. */
  sweepLink: SweepLink;
  /** The time has come. May change `wakeAt`, and add and remove members. */
  onTime(now: number): void;
  /** `onTime` threw: the fault is its own, others are looked at all the same. Must not throw. */
  broke(thrown: unknown): void;
}

export class SweepLink {
  inSweep = false;
  previous: Swept | null = null;
  next: Swept | null = null;
}

/** Tick length in ms: the most that a time limit is late. */
export const tickMs = 5;

export class Sweep {
  readonly #clock: Clock;
  #first: Swept | null = null;
  #last: Swept | null = null;
  #size = 0;
  /** Whom the tick under way looks at next. */
  #cursor: Swept | null = null;
  #timer: Timer | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#size;
  }

  /** Harmless when it is a member. */
  add(member: Swept): void {
    const link = member.sweepLink;
    if (link.inSweep) return;
    link.inSweep = true;
    link.previous = this.#last;
    if (this.#last === null) this.#first = member;
    else this.#last.sweepLink.next = member;
    this.#last = member;
    this.#size++;
    if (this.#timer === null) this.#timer = this.#clock.after(tickMs, this.#tick);
  }

  /** Harmless when it is none. */
  remove(member: Swept): void {
    const link = member.sweepLink;
    if (!link.inSweep) return;
    const { previous, next } = link;
    if (this.#cursor === member) this.#cursor = next;
    if (previous === null) this.#first = next;
    else previous.sweepLink.next = next;
    if (next === null) this.#last = previous;
    else next.sweepLink.previous = previous;
    link.inSweep = false;
    link.previous = link.next = null;
    this.#size--;
  }

  /** Stops the tick. Members are forgotten, not told. */
  [Symbol.dispose](): void {
    this.#timer?.cancel();
    this.#timer = null;
    while (this.#first !== null) this.remove(this.#first);
  }

  readonly #tick = (): void => {
    const now = this.#clock.now();
    this.#cursor = this.#first;
    while (this.#cursor !== null) {
      const member: Swept = this.#cursor;
      this.#cursor = member.sweepLink.next;
      if (member.wakeAt > now) continue;
      try {
        member.onTime(now);
      } catch (thrown) {
        member.broke(thrown);
      }
    }
    this.#timer = this.#size > 0 ? this.#clock.after(tickMs, this.#tick) : null;
  };
}
