// The one supervisor: starts a part (a loop), and when it throws, reports it and starts it again after a backoff. The
// part's memory lives in what `run` closes over, so a restart goes on with what was known. Each chain, channel and
// stream has its own, and so a fault stays where it is. `guardCall` is the same boundary for a single call.

import { type Clock, sleep } from "./clock.ts";
import { messageOf } from "./errors.ts";
import type { Log } from "./log.ts";
import type { Random } from "./random.ts";
import { maskText } from "./redact.ts";

export interface SuperviseOptions {
  /** For the log, for instance `health ethereum`. */
  readonly name: string;
  /**
   * The part: resolves when it has done its work or `signal` aborted, rejects (or throws) on a fault. It must obey
   * the signal.
   */
  run(signal: AbortSignal): Promise<void>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Hears each fault. `restartInMs`: after how long the part starts again. */
  readonly onFault?: (thrown: unknown, restartInMs: number) => void;
}

export type SupervisedState =
  | { readonly kind: "running"; readonly since: number }
  /** Failed, and starts again at `until` (the clock's milliseconds). */
  | { readonly kind: "waiting"; readonly until: number }
  /** `run` resolved on its own. */
  | { readonly kind: "finished" }
  | { readonly kind: "stopped" };

export interface Supervised extends AsyncDisposable {
  /** How often it was started again. */
  readonly restarts: number;
  readonly state: SupervisedState;
  /** Aborts the part and waits for it, at most 5 s. Harmless when repeated. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** The first restart comes within this time; it doubles with each further one. */
const firstBackoffMs = 100;
const maxBackoffMs = 30_000;
/** A part that ran so long was well: the next fault counts as its first. */
const wellAfterMs = 60_000;
const stopWithinMs = 5_000;

/** Starts the part at once, before it returns. */
export function supervise(options: SuperviseOptions): Supervised {
  return new Part(options);
}

class Part implements Supervised {
  readonly #options: SuperviseOptions;
  readonly #stop = new AbortController();
  readonly #ended: Promise<void>;
  #state: SupervisedState;
  #restarts = 0;

  constructor(options: SuperviseOptions) {
    this.#options = options;
    this.#state = { kind: "running", since: options.clock.now() };
    this.#ended = this.#loop();
  }

  get restarts(): number {
    return this.#restarts;
  }

  get state(): SupervisedState {
    return this.#state;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { name, clock, log } = this.#options;
    this.#stop.abort();
    const waited = new AbortController();
    const ended = this.#ended.then(() => true);
    const inTime = await Promise.race([ended, sleep(clock, stopWithinMs, waited.signal).then(() => false)]);
    waited.abort();
    if (!inTime) log.write("error", "part.stuck", { part: name, waited_ms: stopWithinMs });
    this.#state = { kind: "stopped" };
  }

  async #loop(): Promise<void> {
    const { run, clock } = this.#options;
    const { signal } = this.#stop;
    let failuresInRow = 0;
    while (!signal.aborted) {
      const since = clock.now();
      this.#state = { kind: "running", since };
      try {
        await run(signal);
        this.#state = { kind: "finished" };
        return;
      } catch (thrown) {
        if (signal.aborted) return; // Whatever it threw, it was told to end.
        if (clock.now() - since >= wellAfterMs) failuresInRow = 0;
        const waitMs = this.#backoffMs(failuresInRow++);
        this.#state = { kind: "waiting", until: clock.now() + waitMs };
        this.#report(thrown, waitMs);
        await sleep(clock, waitMs, signal);
        if (!signal.aborted) this.#restarts++;
      }
    }
  }

  /** Between half and all of 100 ms, 200 ms, 400 ms … 30 s: parts that fell together don't rise together. */
  #backoffMs(failuresBefore: number): number {
    const cap = Math.min(maxBackoffMs, firstBackoffMs * 2 ** failuresBefore);
    return cap * (0.5 + 0.5 * this.#options.random.next());
  }

  #report(thrown: unknown, restartInMs: number): void {
    const { name, log, onFault } = this.#options;
    const error = maskText(messageOf(thrown));
    log.write("error", "part.failed", {
      part: name,
      error,
      restarts: this.#restarts,
      restart_in_ms: Math.round(restartInMs),
    });
    if (onFault !== undefined) guardCall(`${name}: onFault`, log, () => onFault(thrown, restartInMs));
  }
}

/** Calls `fn`; what it throws is logged and gives undefined. For a synchronous boundary off the hot path. */
export function guardCall<T>(name: string, log: Log, fn: () => T): T | undefined {
  try {
    return fn();
  } catch (thrown) {
    log.write("error", "call.failed", { part: name, error: maskText(messageOf(thrown)) });
    return undefined;
  }
}
