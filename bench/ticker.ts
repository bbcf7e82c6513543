// The alarm clock of the open-loop generator: a worker that sleeps until each start time and then posts its number.
// Timers of the event loop are a millisecond or two late, and spinning takes a core from what is measured; a
// blocking wait in a thread of its own does neither. Started by open_loop.ts only.

/** What the generator posts, once. */
export interface TickerOrder {
  /** Milliseconds of the epoch, with fractions, at which the run begins. */
  readonly beganAt: number;
  /** Milliseconds from the beginning, ascending. */
  readonly startsMs: Float64Array;
}

/** A clock that two threads of one process share: milliseconds of the epoch, with fractions. */
export function sharedNow(): number {
  return performance.timeOrigin + performance.now();
}

interface WorkerScope {
  onmessage: ((event: MessageEvent<TickerOrder>) => void) | null;
  postMessage(nth: number): void;
}

function tick(scope: WorkerScope, { beganAt, startsMs }: TickerOrder): void {
  const cell = new Int32Array(new SharedArrayBuffer(4));
  for (let nth = 0; nth < startsMs.length; nth++) {
    const due = beganAt + startsMs[nth]!;
    for (let left = due - sharedNow(); left > 0; left = due - sharedNow()) Atomics.wait(cell, 0, 0, left);
    scope.postMessage(nth);
  }
}

if ("WorkerGlobalScope" in globalThis) {
  const scope = globalThis as unknown as WorkerScope;
  scope.onmessage = (event) => tick(scope, event.data);
}
