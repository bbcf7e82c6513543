// Drives the pieces of a split eth_getLogs: a few at a time, each a run of its own, joined in block order. The first
// piece that fails ends the whole; its failure is the answer. A piece may be split again; a provider that calls every
// range too wide must not turn one call into thousands, so all pieces of a call share one limit.

import { refuse } from "../rpc/refusal.ts";
import type { Room } from "./collect.ts";
import type { Outcome } from "./outcome.ts";
import type { Run } from "./run.ts";
import { isLogs, joinLogs, type Pieces } from "./split_logs.ts";

/** Pieces of one split under way together. A piece that is split again goes through its own one by one. */
const atOnce = 4;
/** Most pieces of one client call, those of pieces among them. */
const maxInAll = 1_024;

/** What is left for the pieces of one client call together. */
export class SplitShare implements Room {
  bytes: number;
  #pieces = maxInAll;

  constructor(maxBytes: number) {
    this.bytes = maxBytes;
  }

  /** Takes so many pieces; false, and nothing taken, where there are not so many left. */
  take(pieces: number): boolean {
    if (pieces > this.#pieces) return false;
    this.#pieces -= pieces;
    return true;
  }
}

export class SplitRun {
  readonly #parent: Run;
  readonly #pieces: Pieces;
  readonly #share: SplitShare;
  readonly #done: (outcome: Outcome) => void;
  readonly #results: string[] = [];
  readonly #running = new Set<Run>();
  #next = 0;
  #left: number;
  #over = false;

  private constructor(
    parent: Run,
    pieces: Pieces,
    share: SplitShare,
    done: (outcome: Outcome) => void,
  ) {
    this.#parent = parent;
    this.#pieces = pieces;
    this.#share = share;
    this.#left = pieces.params.length;
    this.#done = done;
  }

  /** null: the call was split into so many pieces already that it must do with an error. */
  static of(parent: Run, pieces: Pieces, done: (outcome: Outcome) => void): SplitRun | null {
    const share = parent.request.share ?? new SplitShare(parent.env.maxResponseBytes);
    return share.take(pieces.params.length) ? new SplitRun(parent, pieces, share, done) : null;
  }

  start(): void {
    const width = this.#parent.request.share == null ? atOnce : 1;
    for (let k = 0; k < width && !this.#over; k++) this.#startNext();
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
    const run = parent.env.ask(
      parent,
      parent.method,
      params,
      (outcome, piece) => {
        isOver = true;
        this.#answered(piece, index, outcome);
      },
      undefined,
      this.#share,
    );
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
