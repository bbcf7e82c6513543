// A clock that moves only when told: for tests and for battle's virtual time. Timers fire in the order of their
// due times, ties in the order of their creation; between two timers, promise reactions are let run.

import type { Clock, Timer } from "./clock.ts";

interface Pending extends Timer {
  readonly due: number;
  readonly order: number;
  readonly fire: () => void;
}

export class VirtualClock implements Clock {
  #now = 0;
  #order = 0;
  readonly #wallStart: number;
  readonly #pending = new Set<Pending>();

  constructor(wallStart = 1_700_000_000_000) {
    this.#wallStart = wallStart;
  }

  now(): number {
    return this.#now;
  }

  wallNow(): number {
    return this.#wallStart + this.#now;
  }

  after(ms: number, fire: () => void): Timer {
    const timer: Pending = {
      due: this.#now + Math.max(0, ms),
      order: this.#order++,
      fire,
      cancel: () => this.#pending.delete(timer),
    };
    this.#pending.add(timer);
    return timer;
  }

  /** How many timers wait. A test that ends with some has forgotten a dispose. */
  get pending(): number {
    return this.#pending.size;
  }

  /** Moves time by `ms`, firing what falls due on the way and letting promises settle after each. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#pending.delete(next);
      this.#now = Math.max(this.#now, next.due);
      next.fire();
      await settle();
    }
    this.#now = end;
  }

  #next(end: number): Pending | undefined {
    let best: Pending | undefined;
    for (const timer of this.#pending) {
      if (timer.due > end) continue;
      if (
        best === undefined || timer.due < best.due || (timer.due === best.due && timer.order < best.order)
      ) {
        best = timer;
      }
    }
    return best;
  }
}

/** Lets every promise reaction that is ready run, a few levels deep. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}
