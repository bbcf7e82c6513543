// Collects a body that arrives in pieces into one Buffer that grows with what really arrived: a declared length or
// a flood of tiny pieces must never reserve more than about twice their bytes. Used by the request parser.

import { Buffer } from "node:buffer";

const firstBytes = 4_096;
const none = Buffer.alloc(0);

export class BodyBuffer {
  #bytes: Buffer = none;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Copies `source[from, to)` behind what is there. */
  append(source: Buffer, from: number, to: number): void {
    const needed = this.#length + (to - from);
    if (needed > this.#bytes.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#bytes.length, firstBytes));
      this.#bytes.copy(grown, 0, 0, this.#length);
      this.#bytes = grown;
    }
    source.copy(this.#bytes, this.#length, from, to);
    this.#length = needed;
  }

  /** The whole body; the collector is empty afterwards. */
  take(): Buffer {
    const whole = this.#bytes.subarray(0, this.#length);
    this.#bytes = none;
    this.#length = 0;
    return whole;
  }
}
