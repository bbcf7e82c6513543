// Runs one workload's requests: starts each when its pacing says so, gives up at the timeout, and notes how each ended.
// It waits for nothing by itself: the generator tells it the time, the target what came back. No timer, promise or
// closure per call.
//
// Invariants: a request is open from `start` until all its rows have an outcome, which each gets once; `#oldest` is at
// or before the oldest open request.

import type { Clock } from "../../core/clock.ts";
import { textToWire } from "../../core/rpc/wire.ts";
import type { CallOutcome } from "../model/record.ts";
import { AnswerNotes, type WantedResults } from "./answer_notes.ts";
import { chunkRows, type OutcomeCode, outcomeCodes } from "./call_chunk.ts";
import type { CallTable } from "./call_table.ts";
import type { CallTarget, MakeTarget, TargetSink } from "./call_target.ts";
import type { Pacing } from "./pacing.ts";
import type { WorkloadFigures } from "./workload_figures.ts";

export interface DriverOptions {
  /** Calls in a request; 1: no batch. */
  readonly batch: number;
  readonly timeoutMs: number;
  readonly pacing: Pacing;
  readonly table: CallTable;
  readonly figures: WorkloadFigures;
  readonly wanted: WantedResults;
  readonly makeTarget: MakeTarget;
  readonly clock: Clock;
  /** Something has ended: it may be time for the next. */
  readonly moved: () => void;
}

const outcomeNames: readonly CallOutcome[] = ["result", "error", "timeout", "broken"];

export class RequestDriver implements TargetSink {
  readonly figures: WorkloadFigures;
  readonly target: CallTarget;
  readonly #batch: number;
  readonly #timeoutUs: number;
  readonly #pacing: Pacing;
  readonly #table: CallTable;
  readonly #notes: AnswerNotes;
  readonly #clock: Clock;
  readonly #moved: () => void;
  #zeroMs = 0;
  #started = 0;
  #open = 0;
  #oldest = 0;
  #queued = 0;
  readonly #endBound = (row: number, outcome: OutcomeCode): void =>
    this.#end(row, outcome, this.#batchDoneUs);
  #batchDoneUs = 0;

  constructor(options: DriverOptions) {
    this.#batch = options.batch;
    this.#timeoutUs = options.timeoutMs * 1_000;
    this.#pacing = options.pacing;
    this.#table = options.table;
    this.figures = options.figures;
    this.#notes = new AnswerNotes(options.table, options.wanted);
    this.#clock = options.clock;
    this.#moved = options.moved;
    this.target = options.makeTarget(this);
  }

  /** Requests under way. */
  get open(): number {
    return this.#open;
  }

  /** Requests that had to wait for a connection. */
  get queued(): number {
    return this.#queued;
  }

  get notStarted(): number {
    return this.#pacing.notStarted * this.#batch;
  }

  get over(): boolean {
    return this.#open === 0 && this.#pacing.nextUs === Infinity;
  }

  /** When it must be run next, µs from time 0; Infinity: not before something ends. */
  get wakeUs(): number {
    return Math.min(this.#pacing.nextUs, this.#deadlineUs());
  }

  go(zeroMs: number): void {
    this.#zeroMs = zeroMs;
  }

  /** Starts what is due, and gives up what has taken too long. */
  run(nowUs: number): void {
    while (this.#pacing.nextUs <= nowUs) this.#start();
    for (let deadline = this.#deadlineUs(); deadline <= nowUs; deadline = this.#deadlineUs()) this.#timeOut();
  }

  stop(): void {
    this.#pacing.stop();
  }

  /** Ends all that is open, unanswered. */
  abandon(reason: string): void {
    for (let nth = this.#oldest; nth < this.#started; nth++) {
      this.target.cancel(nth);
      this.#break(nth, reason, this.#nowUs());
    }
  }

  sent(nth: number): void {
    const row = nth * this.#batch;
    const sentUs = this.#nowUs();
    for (let k = 0; k < this.#batch; k++) {
      this.#table.chunkOf(row + k).sentUs[(row + k) % chunkRows] = sentUs;
    }
  }

  answered(nth: number, status: number, body: string): void {
    const row = nth * this.#batch;
    const doneUs = this.#nowUs();
    const sentUs = this.#table.chunkOf(row).sentUs[row % chunkRows]!;
    if (doneUs > sentUs + this.#timeoutUs) this.#timeOutRequest(nth);
    else if (this.#batch === 1) this.#end(row, this.#notes.single(row, row + 1, status, body), doneUs);
    else {
      this.#batchDoneUs = doneUs;
      this.#notes.batch(row, this.#batch, row + 1, status, body, this.#endBound);
    }
    this.#close(doneUs, false);
  }

  broken(nth: number, reason: string): void {
    const doneUs = this.#nowUs();
    this.#break(nth, reason, doneUs);
  }

  #start(): void {
    const nth = this.#started++;
    const row = nth * this.#batch;
    const plannedUs = this.#pacing.nextUs;
    this.#pacing.started();
    const sentUs = this.#nowUs();
    for (let k = 0; k < this.#batch; k++) this.#table.start(row + k, plannedUs, sentUs);
    this.figures.started += this.#batch;
    this.#open++;
    if (!this.target.send(nth, this.#body(row))) this.#queued++;
  }

  #body(row: number): string {
    if (this.#batch === 1) return this.#call(row);
    let text = "[" + this.#call(row);
    for (let k = 1; k < this.#batch; k++) text += "," + this.#call(row + k);
    return text + "]";
  }

  #call(row: number): string {
    const { method, params } = this.#table.callOf(row);
    return '{"jsonrpc":"2.0","id":' + (row + 1) + ',"method":"' + method + '","params":' +
      textToWire(params) +
      this.target.metaMember + "}";
  }

  /** Of the oldest open request. */
  #deadlineUs(): number {
    while (this.#oldest < this.#started && this.#table.isDone(this.#oldest * this.#batch)) this.#oldest++;
    if (this.#oldest === this.#started) return Infinity;
    const row = this.#oldest * this.#batch;
    return this.#table.chunkOf(row).sentUs[row % chunkRows]! + this.#timeoutUs;
  }

  #timeOut(): void {
    const nth = this.#oldest;
    this.target.cancel(nth);
    const doneUs = this.#timeOutRequest(nth);
    this.#close(doneUs, false);
  }

  /** It counts with its full time, no less and no more. */
  #timeOutRequest(nth: number): number {
    const row = nth * this.#batch;
    const doneUs = this.#table.chunkOf(row).sentUs[row % chunkRows]! + this.#timeoutUs;
    for (let k = 0; k < this.#batch; k++) this.#end(row + k, outcomeCodes.timeout, doneUs);
    return doneUs;
  }

  #break(nth: number, reason: string, doneUs: number): void {
    const row = nth * this.#batch;
    if (this.#table.isDone(row)) return;
    for (let k = 0; k < this.#batch; k++) {
      this.#table.chunkOf(row + k).reasons.set((row + k) % chunkRows, reason);
      this.#end(row + k, outcomeCodes.broken, doneUs);
    }
    this.#close(doneUs, true);
  }

  #end(row: number, outcome: OutcomeCode, doneUs: number): void {
    const chunk = this.#table.chunkOf(row);
    const i = row % chunkRows;
    const { method } = this.#table.callOf(row);
    this.figures.add(method, chunk.plannedUs[i]!, chunk.sentUs[i]!, doneUs, outcomeNames[outcome - 1]!);
    this.#table.end(row, doneUs, outcome);
  }

  #close(nowUs: number, broken: boolean): void {
    this.#open--;
    this.#pacing.ended(nowUs, broken);
    this.#moved();
  }

  #nowUs(): number {
    return wholeUs(this.#clock.now() - this.#zeroMs);
  }
}

/** Of ms. Whole, so that what is due can be compared without an error of the last digit. */
export function wholeUs(ms: number): number {
  return Math.round(ms * 1_000);
}
