// Who asks many questions at once must not hold up calls: one question begins in a turn of the event loop, so that
// between two of them the thread looks at its sockets. The first one of an idle router goes at once. Used by rest.ts,
// for all that is no probe of a load balancer.

import { setImmediate } from "node:timers";

export class RestTurns {
  readonly #waiting: (() => void)[] = [];
  #begun = false;

  /** Questions that have not begun. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Settles when a question may begin, in the order of the calls. */
  async take(): Promise<void> {
    if (this.#begun) await new Promise<void>((begin) => this.#waiting.push(begin));
    else this.#begin();
  }

  #begin(): void {
    this.#begun = true;
    setImmediate(() => {
      this.#begun = false;
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#begin();
      next();
    });
  }
}
