// A stretch of log lines as bytes, in one buffer that is filled a few lines at a time: their text is garbage soon
// after, so that waiting lines cost the collector nothing. Used by LogWriter only.

import { Buffer } from "node:buffer";

const encoder = new TextEncoder();
/** Text is turned into bytes in pieces of about this size: a call of the encoder costs as much as 3 KB of its work. */
const pieceChars = 4096;

export class LogPage {
  readonly #bytes: Buffer;
  #used = 0;
  #lines = 0;
  /** Lines that are no bytes yet. */
  #text = "";

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
    return this.#used + this.#text.length;
  }

  /** Adds a line of wire text with its end; false when there is no room. */
  add(wire: string): boolean {
    if (this.used + wire.length >= this.#bytes.length) return false;
    this.#text += wire + "\n";
    this.#lines++;
    if (this.#text.length >= pieceChars) this.#encode();
    return true;
  }

  #encode(): void {
    const text = this.#text;
    const end = this.#used + text.length;
    const place = this.#bytes.subarray(this.#used, end);
    // The UTF-8 encoder is by far the fastest way in, and right for ASCII; any other char would not fit.
    if (encoder.encodeInto(text, place).read !== text.length) place.write(text, "latin1");
    this.#used = end;
    this.#text = "";
  }

  content(): Uint8Array {
    this.#encode();
    return this.#bytes.subarray(0, this.#used);
  }

  /** Makes it empty for further use; its content must not be in use any more. */
  clear(): void {
    this.#used = 0;
    this.#lines = 0;
    this.#text = "";
  }
}
