// Time as a value that is passed in, so that every test can run on virtual time. `systemClock` is the real one;
// `core/virtual_clock.ts` is the other. Nothing in core calls Date.now, performance.now or setTimeout itself.

export interface Timer {
  /** Stops the timer; harmless when it has fired or was cancelled before. */
  cancel(): void;
}

export interface Clock {
  /** Monotonic milliseconds with fractions; only differences mean something. */
  now(): number;
  /** Milliseconds since the Unix epoch. */
  wallNow(): number;
  /** Calls `fire` once, no sooner than `ms` from now. Does not keep the process alive on its own. */
  after(ms: number, fire: () => void): Timer;
}

/** The platform's timers count in 31 bits; what is longer would fire at once. */
const longestTimeoutMs = 2 ** 31 - 1;

class SystemTimer implements Timer {
  #handle: number;
  constructor(ms: number, fire: () => void) {
    this.#handle = this.#start(ms, fire);
  }
  #start(ms: number, fire: () => void): number {
    const next = ms <= longestTimeoutMs
      ? fire
      : (): void => void (this.#handle = this.#start(ms - longestTimeoutMs, fire));
    const waitMs = Math.max(0, Math.min(ms, longestTimeoutMs));
    const handle = globalThis.setTimeout(next, waitMs) as unknown as number;
    Deno.unrefTimer(handle);
    return handle;
  }
  cancel(): void {
    clearTimeout(this.#handle);
  }
}

export const systemClock: Clock = {
  now: () => performance.now(),
  wallNow: () => Date.now(),
  after: (ms, fire) => new SystemTimer(ms, fire),
};

/** Resolves after `ms`, or at once when `signal` aborts (it never rejects; look at the signal). */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      timer.cancel();
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = clock.after(ms, done);
    signal?.addEventListener("abort", done);
  });
}
