// Makes the writes of one turn of the event loop together, at its end. Requests that were read in the same turn then
// reach the upstream in one go: it is woken once for all of them instead of once for each, which under load is worth
// more than any other saving on this path. With nothing else to do the end of the turn comes at once.

import { setImmediate } from "node:timers";

export interface BatchedWriter {
  /** Writes what it has gathered. Called once for each `add`. */
  flush(): void;
}

let waiting: BatchedWriter[] = [];
let spare: BatchedWriter[] = [];

/**
 * Writes now what has been gathered. For a call that goes on elsewhere after a failure: when a provider dies, the turn in
 * which all its sockets end is a long one, and the call has lost time enough.
 */
export function flushNow(): void {
  const writers = waiting;
  waiting = spare;
  for (const writer of writers) writer.flush();
  writers.length = 0;
  spare = writers;
}

/** `writer` is flushed at the end of this turn. */
export function add(writer: BatchedWriter): void {
  if (waiting.push(writer) === 1) setImmediate(flushNow);
}
