// Undoes gzip and deflate where a server encodes an answer though it was asked not to. Bounded: the reply builder
// behind it counts decoded bytes, and a paused reader pauses the decoder and, through it, the socket.

import { Buffer } from "node:buffer";
import { createUnzip, type Unzip } from "node:zlib";

export interface InflaterOwner {
  /** The decoder has enough to chew on, or wants more again. */
  onInflaterFull(): void;
  onInflaterReady(): void;
  onInflated(bytes: Buffer): void;
  onInflateEnd(): void;
  onInflateError(): void;
}

/** Content codings that can be undone; anything else is an answer that nobody asked for. */
export function canInflate(encoding: string): boolean {
  return encoding === "gzip" || encoding === "x-gzip" || encoding === "deflate";
}

export class Inflater {
  readonly #unzip: Unzip;
  #closed = false;

  constructor(owner: InflaterOwner) {
    this.#unzip = createUnzip();
    this.#unzip.on("data", (bytes: Buffer) => {
      if (!this.#closed) owner.onInflated(bytes);
    });
    this.#unzip.on("drain", () => {
      if (!this.#closed) owner.onInflaterReady();
    });
    this.#unzip.on("end", () => {
      if (!this.#closed) owner.onInflateEnd();
    });
    this.#unzip.on("error", () => {
      if (!this.#closed) owner.onInflateError();
    });
    this.#full = () => owner.onInflaterFull();
  }

  readonly #full: () => void;

  /** Copies: zlib reads later, when the socket's buffer holds something else. */
  write(bytes: Buffer, from: number, to: number): void {
    if (!this.#unzip.write(Buffer.from(bytes.subarray(from, to)))) this.#full();
  }

  end(): void {
    this.#unzip.end();
  }

  pause(): void {
    this.#unzip.pause();
  }

  resume(): void {
    this.#unzip.resume();
  }

  close(): void {
    this.#closed = true;
    this.#unzip.destroy();
  }
}
