// Long work on the main thread, cut into slices: calls of clients go first. Whoever works asks `due` between two small
// steps and awaits `pause` when it is; then the thread is free for as long as the slice took. Used by core/analytics.

import { type Clock, sleep } from "../clock.ts";

/** A slice is over after so long; with the step that is under way then it stays within 5 ms. */
const sliceMs = 2;

export class WorkSlices {
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  #began: number;

  constructor(clock: Clock, signal: AbortSignal) {
    this.#clock = clock;
    this.#signal = signal;
    this.#began = clock.now();
  }

  /** The slice is over. */
  get due(): boolean {
    return this.#clock.now() - this.#began >= sliceMs;
  }

  /** Lets others work. Rejects with the signal's reason once it was aborted. */
  async pause(): Promise<void> {
    this.#signal.throwIfAborted();
    await sleep(this.#clock, Math.max(1, this.#clock.now() - this.#began), this.#signal);
    this.#signal.throwIfAborted();
    this.renew();
  }

  /** Something else was awaited: a new slice begins. Throws the signal's reason once it was aborted. */
  renew(): void {
    this.#signal.throwIfAborted();
    this.#began = this.#clock.now();
  }
}
