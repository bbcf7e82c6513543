// An alarm that is about a tenth of a millisecond late and takes no CPU while it waits: a worker that sleeps in
// Atomics.wait. Timers of the event loop are one to two milliseconds late, and spinning takes a core from what is
// measured. A wake costs some 80 µs of CPU, so wakes are kept apart: between them, answers that arrive start what is due.

import type { Alarm, MakeAlarm } from "./alarm.ts";

/** Wakes are at least so far apart. */
const leastGapMs = 0.5;

/**
 * The worker's program, as text: it must run from the bundle and from the executable too, where there is no file to
 * start it from. `order[0]` counts orders, `delay[0]` is how long to sleep, negative: the end.
 */
const program = `
onmessage = ({ data }) => {
  const order = new Int32Array(data, 0, 1);
  const delay = new Float64Array(data, 8, 1);
  let seen = 0;
  for (;;) {
    Atomics.wait(order, 0, seen);
    do {
      seen = Atomics.load(order, 0);
      if (delay[0] < 0) return close();
    } while (Atomics.wait(order, 0, seen, delay[0]) !== "timed-out");
    postMessage(seen);
  }
};`;

export const workerAlarm: MakeAlarm = (fire) => new WorkerAlarm(fire);

class WorkerAlarm implements Alarm {
  readonly #worker: Worker;
  readonly #order: Int32Array;
  readonly #delay: Float64Array;

  constructor(fire: () => void) {
    const shared = new SharedArrayBuffer(16);
    this.#order = new Int32Array(shared, 0, 1);
    this.#delay = new Float64Array(shared, 8, 1);
    this.#worker = new Worker(`data:text/javascript,${encodeURIComponent(program)}`, { type: "module" });
    // A wake whose order was replaced on its way is no wake.
    this.#worker.onmessage = ({ data }: MessageEvent<number>) => {
      if (data === this.#order[0]) fire();
    };
    this.#worker.postMessage(shared);
  }

  set(ms: number): void {
    this.#tell(Math.max(ms, leastGapMs));
  }

  [Symbol.dispose](): void {
    this.#tell(-1);
    this.#worker.terminate();
  }

  #tell(ms: number): void {
    this.#delay[0] = ms;
    Atomics.add(this.#order, 0, 1);
    Atomics.notify(this.#order, 0);
  }
}
