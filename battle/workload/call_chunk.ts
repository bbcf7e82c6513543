// What is known of up to 16,384 calls, by columns: times, outcome, and what the answer told. Written in the midst of a
// run, so it makes no object per call; turned into records at the end. A chunk can be sent to another process as bytes.

import { view } from "../../core/rpc/wire.ts";
import { TextColumn, type TextColumnParts } from "./text_column.ts";

export const chunkRows = 16_384;

/** Of the column `outcome`; 0: under way, or never started. */
export const outcomeCodes = { result: 1, error: 2, timeout: 3, broken: 4 } as const;
export type OutcomeCode = typeof outcomeCodes[keyof typeof outcomeCodes];

/** Numbers that an attempt takes in `attempts`. */
export const attemptWidth = 4;

interface ChunkTexts {
  readonly requestId: TextColumn;
  readonly result: TextColumn;
  readonly resultHash: TextColumn;
}

const textNames = ["requestId", "result", "resultHash"] as const;

interface ChunkParts {
  readonly plannedUs: Float64Array;
  readonly sentUs: Float64Array;
  readonly doneUs: Float64Array;
  readonly outcome: Uint8Array;
  readonly code: Float64Array;
  readonly provider: Int32Array;
  readonly overheadMs: Float64Array;
  readonly attemptsFrom: Uint32Array;
  readonly attemptsCount: Uint16Array;
}

const partNames = [
  "plannedUs",
  "sentUs",
  "doneUs",
  "code",
  "overheadMs",
  "provider",
  "attemptsFrom",
  "attemptsCount",
  "outcome",
] as const;

export class CallChunk implements ChunkParts, ChunkTexts {
  /** µs from time 0; NaN: not yet. */
  readonly plannedUs: Float64Array;
  readonly sentUs: Float64Array;
  readonly doneUs: Float64Array;
  readonly outcome: Uint8Array;
  /** NaN: there was no error. */
  readonly code: Float64Array;
  /** Number of a name in the table; -1: none. */
  readonly provider: Int32Array;
  /** NaN: not told. */
  readonly overheadMs: Float64Array;
  /** Place of the first attempt in `attempts`. */
  readonly attemptsFrom: Uint32Array;
  readonly attemptsCount: Uint16Array;
  /** Provider (number of its name), 1 for ws, ms, outcome (number of its name), in turn. */
  readonly attempts: number[];
  readonly requestId: TextColumn;
  readonly result: TextColumn;
  readonly resultHash: TextColumn;
  /** By row; few have one. */
  readonly reasons: Map<number, string>;
  started = 0;
  done = 0;

  constructor(
    from?: { parts: ChunkParts; texts: ChunkTexts; attempts: number[]; reasons: [number, string][] },
  ) {
    const parts = from?.parts;
    this.plannedUs = parts?.plannedUs ?? new Float64Array(chunkRows).fill(NaN);
    this.sentUs = parts?.sentUs ?? new Float64Array(chunkRows).fill(NaN);
    this.doneUs = parts?.doneUs ?? new Float64Array(chunkRows).fill(NaN);
    this.outcome = parts?.outcome ?? new Uint8Array(chunkRows);
    this.code = parts?.code ?? new Float64Array(chunkRows).fill(NaN);
    this.provider = parts?.provider ?? new Int32Array(chunkRows).fill(-1);
    this.overheadMs = parts?.overheadMs ?? new Float64Array(chunkRows).fill(NaN);
    this.attemptsFrom = parts?.attemptsFrom ?? new Uint32Array(chunkRows);
    this.attemptsCount = parts?.attemptsCount ?? new Uint16Array(chunkRows);
    this.attempts = from?.attempts ?? [];
    this.requestId = from?.texts.requestId ?? new TextColumn(chunkRows);
    this.result = from?.texts.result ?? new TextColumn(chunkRows);
    this.resultHash = from?.texts.resultHash ?? new TextColumn(chunkRows);
    this.reasons = new Map(from?.reasons);
  }

  /** A line of JSON that says what follows, then the columns one after the other. */
  encode(): Uint8Array {
    const arrays: ArrayBufferView[] = partNames.map((name) => this[name]);
    const attempts = Float64Array.from(this.attempts);
    arrays.push(attempts);
    for (const name of textNames) {
      const { from, length, bytes } = this[name].parts();
      arrays.push(from, length, bytes);
    }
    const head = encoder.encode(
      JSON.stringify({ bytes: arrays.map((array) => array.byteLength), reasons: [...this.reasons] }) + "\n",
    );
    const out = new Uint8Array(arrays.reduce((sum, { byteLength }) => sum + byteLength, head.length));
    out.set(head);
    let at = head.length;
    for (const { buffer, byteOffset, byteLength } of arrays) {
      out.set(new Uint8Array(buffer, byteOffset, byteLength), at);
      at += byteLength;
    }
    return out;
  }

  /** Of what `encode` gave. */
  static decode(bytes: Uint8Array): CallChunk {
    const headEnd = view(bytes).indexOf("\n");
    const head = JSON.parse(new TextDecoder().decode(bytes.subarray(0, headEnd))) as {
      bytes: number[];
      reasons: [number, string][];
    };
    let at = headEnd + 1;
    let nth = 0;
    const next = (): ArrayBuffer => {
      const from = at;
      at += head.bytes[nth++] ?? 0;
      // A Buffer's own slice would be no copy, and its memory is shared.
      return new Uint8Array(bytes.subarray(from, at)).buffer;
    };
    const parts: ChunkParts = {
      plannedUs: new Float64Array(next()),
      sentUs: new Float64Array(next()),
      doneUs: new Float64Array(next()),
      code: new Float64Array(next()),
      overheadMs: new Float64Array(next()),
      provider: new Int32Array(next()),
      attemptsFrom: new Uint32Array(next()),
      attemptsCount: new Uint16Array(next()),
      outcome: new Uint8Array(next()),
    };
    const attempts = [...new Float64Array(next())];
    const column = (): TextColumn => {
      const text: TextColumnParts = {
        from: new Uint32Array(next()),
        length: new Int32Array(next()),
        bytes: new Uint8Array(next()),
      };
      return new TextColumn(chunkRows, text);
    };
    const texts = { requestId: column(), result: column(), resultHash: column() };
    return new CallChunk({ parts, texts, attempts, reasons: head.reasons });
  }
}

const encoder = new TextEncoder();
