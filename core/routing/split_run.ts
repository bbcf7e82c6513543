// Drives the pieces of a split eth_getLogs: a few at a time, each a run of its own, joined in block order. The first
// piece that fails ends the whole; its failure is the answer.

import { refuse } from "../rpc/refusal.ts";
import type { Outcome } from "./outcome.ts";
import type { Run } from "./run.ts";
import { isLogs, joinLogs, type Pieces } from "./split_logs.ts";

const atOnce = 4;

export class SplitRun {
  readonly #parent: Run;
  readonly #pieces: Pieces;
  readonly #done: (outcome: Outcome) => void;
  readonly #results: string[] = [];
  readonly #running = new Set<Run>();
  #next = 0;
  #left: number;
  #over = false;

  constructor(parent: Run, pieces: Pieces, done: (outcome: Outcome) => void) {
    this.#parent = parent;
    this.#pieces = pieces;
    this.#left = pieces.params.length;
    this.#done = done;
  }

  start(): void {
    for (let k = 0; k < atOnce && !this.#over; k++) this.#startNext();
  }

  /** Gives up what is under way; `done` is not called any more. */
  cancel(): void {
    this.#over = true;
    for (const run of this.#running) run.cancel();
  }

  #startNext(): void {
    const index = this.#next++;
    const params = this.#pieces.params[index];
    if (params === undefined) return;
    const parent = this.#parent;
    // The answer may come before `ask` returns.
    let isOver = false;
    const run = parent.env.ask(parent, parent.method, params, (outcome, piece) => {
      isOver = true;
      this.#answered(piece, index, outcome);
    });
    if (!isOver) this.#running.add(run);
  }

  #answered(piece: Run, index: number, outcome: Outcome): void {
    this.#running.delete(piece);
    this.#parent.addPiece(piece);
    if (this.#over) return;
    if (outcome.kind !== "result") return this.#end(outcome);
    if (!isLogs(outcome.result)) {
      const message = "A piece of the answer is no list of logs.";
      return this.#end({ kind: "refusal", refusal: refuse("malformed", message) });
    }
    this.#results[index] = outcome.result;
    if (--this.#left === 0) {
      return this.#end({ kind: "result", result: joinLogs(this.#results, this.#pieces.overlapping) });
    }
    this.#startNext();
  }

  #end(outcome: Outcome): void {
    this.cancel();
    this.#done(outcome);
  }
}
