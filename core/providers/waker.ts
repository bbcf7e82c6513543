// A pause that can be cut short: for loops that wait for the next thing to do and are told of news meanwhile. News
// that come while the loop is at work cut the next pause. One loop per waker.

import type { Clock } from "../clock.ts";

export class Waker {
  #news = false;
  #resume: (() => void) | null = null;

  /** Ends the pause under way, or the next one before it begins. */
  wake(): void {
    if (this.#resume !== null) this.#resume();
    else this.#news = true;
  }

  /** Resolves after `ms` (Infinity: never by itself), on `wake`, or when `signal` aborts. Never rejects. */
  pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
    if (this.#news || signal.aborted) {
      this.#news = false;
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const done = (): void => {
        timer?.cancel();
        signal.removeEventListener("abort", done);
        this.#resume = null;
        resolve();
      };
      const timer = ms === Infinity ? null : clock.after(ms, done);
      signal.addEventListener("abort", done);
      this.#resume = done;
    });
  }
}
