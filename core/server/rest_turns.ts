// Who asks many questions at once must not hold up calls: one question begins at a time, and between two of them the
// thread looks at its sockets. The first one of an idle router goes at once. Used by rest.ts, for all that is no probe of
// a load balancer.

import type { Clock } from "../clock.ts";

/** Between the beginnings of two questions, in ms: one turn of the event loop at the least. */
const pauseMs = 1;

export class RestTurns {
  readonly #clock: Clock;
  readonly #waiting: (() => void)[] = [];
  #resting = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Questions that have not begun. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Settles when a question may begin, in the order of the calls. */
  async take(): Promise<void> {
    if (this.#resting) await new Promise<void>((begin) => this.#waiting.push(begin));
    else this.#rest();
  }

  #rest(): void {
    this.#resting = true;
    this.#clock.after(pauseMs, () => {
      this.#resting = false;
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#rest();
      next();
    });
  }
}
