// When the requests of a workload start. Open model: at their planned times, whatever became of those before. Closed
// model: a client starts its next when it has its answer. Pure; the driver asks and tells, all in µs from time 0.

import type { PlannedCall } from "../model/plan.ts";

export interface Pacing {
  /** When the next request is to start; Infinity: none is known. */
  readonly nextUs: number;
  /** The next request was started. */
  started(): void;
  /** One has ended. `broken`: its connection was refused or lost. */
  ended(nowUs: number, broken: boolean): void;
  /** Nothing more starts. */
  stop(): void;
  /** Requests that were planned and never started. */
  readonly notStarted: number;
}

export class OpenPacing implements Pacing {
  readonly #calls: readonly PlannedCall[];
  readonly #batch: number;
  #at = 0;
  #stopped = false;
  nextUs: number;

  /** The first of each `batch` calls says when. */
  constructor(calls: readonly PlannedCall[], batch: number) {
    this.#calls = calls;
    this.#batch = batch;
    this.nextUs = calls[0]?.atUs ?? Infinity;
  }

  started(): void {
    this.#at += this.#batch;
    this.nextUs = this.#calls[this.#at]?.atUs ?? Infinity;
  }

  ended(): void {}

  stop(): void {
    this.#stopped = true;
    this.nextUs = Infinity;
  }

  get notStarted(): number {
    return this.#stopped ? Math.ceil((this.#calls.length - this.#at) / this.#batch) : 0;
  }
}

/** A client whose connection was refused or lost rests so long, or it would do nothing but try. */
const restUs = 10_000;

export class ClosedPacing implements Pacing {
  readonly #untilUs: number;
  /** When the clients that are free became so, in order. */
  readonly #free: number[];
  #stopped = false;
  readonly notStarted = 0;

  /** `clients` begin at `fromUs`; nothing starts at or after `untilUs`. */
  constructor(clients: number, fromUs: number, untilUs: number) {
    this.#untilUs = untilUs;
    this.#free = new Array<number>(clients).fill(fromUs);
  }

  get nextUs(): number {
    const next = this.#free[0] ?? Infinity;
    return this.#stopped || next >= this.#untilUs ? Infinity : next;
  }

  started(): void {
    this.#free.shift();
  }

  ended(nowUs: number, broken: boolean): void {
    const at = broken ? nowUs + restUs : nowUs;
    let place = this.#free.length;
    while (place > 0 && this.#free[place - 1]! > at) place--;
    this.#free.splice(place, 0, at);
  }

  stop(): void {
    this.#stopped = true;
  }
}
