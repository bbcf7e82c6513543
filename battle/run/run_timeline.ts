// Time 0 of a run, and what time it is from there: µs on the clock of the process that runs the battle.

import type { Clock } from "../../core/clock.ts";

export class RunTimeline {
  readonly clock: Clock;
  /** `clock.now()` at time 0. */
  readonly zeroMs: number;
  readonly #zeroWallMs: number;

  constructor(clock: Clock, zeroMs: number) {
    this.clock = clock;
    this.zeroMs = zeroMs;
    this.#zeroWallMs = clock.wallNow() + (zeroMs - clock.now());
  }

  nowUs(): number {
    return Math.round((this.clock.now() - this.zeroMs) * 1000);
  }

  usOfWall(wallMs: number): number {
    return Math.round((wallMs - this.#zeroWallMs) * 1000);
  }

  get startedAt(): string {
    return new Date(this.#zeroWallMs).toISOString();
  }
}
