// What wakes a generator when the next call is due. Timers of the event loop are one to two milliseconds late; where
// that matters a worker sleeps instead (worker_alarm.ts). Here: the interface, and the one over a clock.

import type { Clock, Timer } from "../../core/clock.ts";

export interface Alarm extends Disposable {
  /** Calls `fire` of `open` once in `ms`; replaces what was set before. */
  set(ms: number): void;
}

/** `fire` may be called too early or without need: it has to look at the clock. */
export type MakeAlarm = (fire: () => void) => Alarm;

export function timerAlarm(clock: Clock): MakeAlarm {
  return (fire) => new TimerAlarm(clock, fire);
}

class TimerAlarm implements Alarm {
  readonly #clock: Clock;
  readonly #fire: () => void;
  #timer: Timer | null = null;

  constructor(clock: Clock, fire: () => void) {
    this.#clock = clock;
    this.#fire = fire;
  }

  set(ms: number): void {
    this.#timer?.cancel();
    this.#timer = this.#clock.after(ms, () => {
      this.#timer = null;
      this.#fire();
    });
  }

  [Symbol.dispose](): void {
    this.#timer?.cancel();
    this.#timer = null;
  }
}
