// Texts of many rows in one block of bytes: what a run of hundreds of thousands of calls keeps of each answer, without
// a string object per row for the collector to look at. Wire text in, wire text out. Part of a CallChunk.

import { Buffer } from "node:buffer";
import { view } from "../../core/rpc/wire.ts";

const encoder = new TextEncoder();
const firstBytes = 4_096;

export interface TextColumnParts {
  readonly from: Uint32Array;
  readonly length: Int32Array;
  readonly bytes: Uint8Array;
}

export class TextColumn {
  readonly #from: Uint32Array;
  /** -1: the row has none. */
  readonly #length: Int32Array;
  #bytes: Buffer;
  #used = 0;

  constructor(rows: number, parts?: TextColumnParts) {
    this.#from = parts?.from ?? new Uint32Array(rows);
    this.#length = parts?.length ?? new Int32Array(rows).fill(-1);
    this.#bytes = parts === undefined ? Buffer.alloc(0) : view(parts.bytes);
    this.#used = this.#bytes.length;
  }

  set(row: number, wire: string): void {
    const { length } = wire;
    if (this.#used + length > this.#bytes.length) this.#grow(this.#used + length);
    const at = this.#used;
    // The platform's UTF-8 encoder is far faster than its latin1 one, and the same for ASCII.
    if (encoder.encodeInto(wire, this.#bytes.subarray(at, at + length)).read !== length) {
      this.#bytes.write(wire, at, "latin1");
    }
    this.#from[row] = at;
    this.#length[row] = length;
    this.#used = at + length;
  }

  get(row: number): string | null {
    const length = this.#length[row]!;
    if (length < 0) return null;
    const from = this.#from[row]!;
    return this.#bytes.toString("latin1", from, from + length);
  }

  /** Only what is in use; shares memory. */
  parts(): TextColumnParts {
    return { from: this.#from, length: this.#length, bytes: this.#bytes.subarray(0, this.#used) };
  }

  #grow(needed: number): void {
    const grown = Buffer.alloc(Math.max(firstBytes, 2 * needed));
    this.#bytes.copy(grown, 0, 0, this.#used);
    this.#bytes = grown;
  }
}
