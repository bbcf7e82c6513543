// A stretch of log lines as bytes, in one buffer that is filled line by line: a line's text is garbage as soon as it
// was written here, so that waiting lines cost the collector nothing. Used by LogWriter only.

import { Buffer } from "node:buffer";

const encoder = new TextEncoder();
const lineEnd = 0x0a;

export class LogPage {
  readonly #bytes: Buffer;
  #used = 0;
  #lines = 0;

  /** Has room for `size` bytes. */
  constructor(size: number) {
    this.#bytes = Buffer.allocUnsafeSlow(size);
  }

  /** Lines that it holds. */
  get lines(): number {
    return this.#lines;
  }

  /** Bytes that it holds, line ends included. */
  get used(): number {
    return this.#used;
  }

  /** Adds a line of wire text with its end; false when there is no room. */
  add(wire: string): boolean {
    const end = this.#used + wire.length;
    if (end >= this.#bytes.length) return false;
    const place = this.#bytes.subarray(this.#used, end);
    // The UTF-8 encoder is by far the fastest way in, and right for ASCII; any other char would not fit.
    if (encoder.encodeInto(wire, place).read !== wire.length) place.write(wire, "latin1");
    this.#bytes[end] = lineEnd;
    this.#used = end + 1;
    this.#lines++;
    return true;
  }

  content(): Uint8Array {
    return this.#bytes.subarray(0, this.#used);
  }

  /** Makes it empty for further use; its content must not be in use any more. */
  clear(): void {
    this.#used = 0;
    this.#lines = 0;
  }
}
