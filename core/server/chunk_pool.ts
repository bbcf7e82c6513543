// Buffers for the pieces of streamed answers, used again and again: a fresh quarter of a megabyte costs more in page
// faults and zeroing than the copy into it. Used by HttpResponse; a buffer that is never given back is just collected.

import { Buffer } from "node:buffer";

/** One read of an upstream's socket, and room for the chunk's framing. */
const capacity = 262_144 + 320;
const mostKept = 32;
const free: Buffer[] = [];

/** A buffer of at least `size` bytes, with anything in it; null when the pool has none so large. */
export function takeChunk(size: number): Buffer | null {
  if (size > capacity) return null;
  return free.pop() ?? Buffer.allocUnsafeSlow(capacity);
}

/** Only for what `takeChunk` gave, once, when nobody reads it any more. */
export function giveChunk(chunk: Buffer): void {
  if (free.length < mostKept) free.push(chunk);
}
