// All calls of one workload, as chunks of columns, and the names that they share. Where records are not kept whole, a
// chunk is let go as soon as all its calls have ended; what failed or was failed over is kept, up to a bound, and what
// is beyond it is counted.

import { createHash } from "node:crypto";
import { wireToText } from "../../core/rpc/wire.ts";
import type { PlannedCall } from "../model/plan.ts";
import type { AttemptRecord, CallOutcome, CallRecord } from "../model/record.ts";
import { attemptWidth, CallChunk, chunkRows, outcomeCodes } from "./call_chunk.ts";

/** Calls that are kept of a run whose records are not kept whole. */
const maxNoteworthy = 10_000;

const outcomes: readonly (CallOutcome | null)[] = [null, "result", "error", "timeout", "broken"];

export class CallTable {
  readonly workload: string;
  readonly #calls: readonly PlannedCall[];
  readonly #keepAll: boolean;
  readonly #chunks: (CallChunk | null)[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #names: string[] = [];
  readonly #noteworthy: CallRecord[] = [];
  #leftOut = 0;

  /** `calls` are taken in turn, again and again where there are more rows. */
  constructor(workload: string, calls: readonly PlannedCall[], keep: "all" | "histograms") {
    this.workload = workload;
    this.#calls = calls;
    this.#keepAll = keep === "all";
  }

  /** Noteworthy calls for which there was no room. */
  get leftOut(): number {
    return this.#leftOut;
  }

  get names(): readonly string[] {
    return this.#names;
  }

  /** Those that are held, each with its place. */
  get chunks(): readonly (readonly [place: number, chunk: CallChunk])[] {
    return [...this.#chunks.entries()].flatMap(([place, chunk]) =>
      chunk === null || chunk === undefined ? [] : [[place, chunk] as const]
    );
  }

  /** Of a call that has not ended, or whose chunk is kept. */
  chunkOf(row: number): CallChunk {
    const place = Math.floor(row / chunkRows);
    return this.#chunks[place] ??= new CallChunk();
  }

  callOf(row: number): PlannedCall {
    return this.#calls[row % this.#calls.length]!;
  }

  /** The number of a name that many rows share. */
  numberOf(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    const number = this.#names.push(name) - 1;
    this.#numbers.set(name, number);
    return number;
  }

  /** Has this call ended? */
  isDone(row: number): boolean {
    const chunk = this.#chunks[Math.floor(row / chunkRows)];
    return chunk === null || (chunk !== undefined && chunk.outcome[row % chunkRows] !== 0);
  }

  start(row: number, plannedUs: number, sentUs: number): void {
    const chunk = this.chunkOf(row);
    const i = row % chunkRows;
    chunk.plannedUs[i] = plannedUs;
    chunk.sentUs[i] = sentUs;
    chunk.started++;
  }

  /** To be called once for each call, when all else about it was noted. */
  end(row: number, doneUs: number, outcome: number): void {
    const chunk = this.chunkOf(row);
    const i = row % chunkRows;
    chunk.doneUs[i] = doneUs;
    chunk.outcome[i] = outcome;
    if (++chunk.done === chunkRows && !this.#keepAll) this.#letGo(Math.floor(row / chunkRows), chunk);
  }

  /** In the order of their start. Calls that did not end are none. */
  records(): CallRecord[] {
    const records = [...this.#noteworthy];
    for (const [place, chunk] of this.#chunks.entries()) {
      if (chunk === null || chunk === undefined) continue;
      for (let i = 0; i < chunkRows; i++) {
        if (chunk.outcome[i] === 0) continue;
        if (this.#keepAll || isNoteworthy(chunk, i)) {
          records.push(this.#record(chunk, i, place * chunkRows + i));
        }
      }
    }
    return records;
  }

  /** Takes over a chunk of another process's table; its names follow. */
  takeChunk(place: number, chunk: CallChunk): void {
    this.#chunks[place] = chunk;
  }

  takeNames(names: readonly string[]): void {
    for (const name of names) this.numberOf(name);
  }

  #letGo(place: number, chunk: CallChunk): void {
    for (let i = 0; i < chunkRows; i++) {
      if (!isNoteworthy(chunk, i)) continue;
      if (this.#noteworthy.length >= maxNoteworthy) this.#leftOut++;
      else this.#noteworthy.push(this.#record(chunk, i, place * chunkRows + i));
    }
    this.#chunks[place] = null;
  }

  #record(chunk: CallChunk, i: number, row: number): CallRecord {
    const { method, params } = this.callOf(row);
    const result = chunk.result.get(i);
    const provider = chunk.provider[i]!;
    return {
      workload: this.workload,
      index: row,
      method,
      params,
      plannedUs: Math.round(chunk.plannedUs[i]!),
      sentUs: Math.round(chunk.sentUs[i]!),
      doneUs: Math.round(chunk.doneUs[i]!),
      outcome: outcomes[chunk.outcome[i]!] ?? "broken",
      code: numberOr(chunk.code[i]!),
      reason: chunk.reasons.get(i) ?? null,
      attempts: this.#attempts(chunk, i),
      provider: provider < 0 ? null : this.#names[provider] ?? null,
      requestId: chunk.requestId.get(i),
      overheadMs: numberOr(chunk.overheadMs[i]!),
      resultHash: result === null ? chunk.resultHash.get(i) : hashOf(result),
      result: result === null ? null : wireToText(result),
    };
  }

  #attempts(chunk: CallChunk, i: number): readonly AttemptRecord[] {
    const count = chunk.attemptsCount[i]!;
    if (count === 0) return none;
    const attempts: AttemptRecord[] = [];
    for (let nth = 0, at = chunk.attemptsFrom[i]!; nth < count; nth++, at += attemptWidth) {
      attempts.push({
        provider: this.#names[chunk.attempts[at]!] ?? "",
        transport: chunk.attempts[at + 1] === 1 ? "ws" : "http",
        ms: chunk.attempts[at + 2]!,
        outcome: this.#names[chunk.attempts[at + 3]!] ?? "",
      });
    }
    return attempts;
  }
}

const none: readonly AttemptRecord[] = [];

/** It failed, or took more than one attempt. */
function isNoteworthy(chunk: CallChunk, i: number): boolean {
  return chunk.outcome[i] !== outcomeCodes.result || chunk.attemptsCount[i]! > 1;
}

function numberOr(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}

function hashOf(wire: string): string {
  return createHash("sha256").update(wire, "latin1").digest("hex");
}
