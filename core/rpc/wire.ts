// Wire text: a string that holds one byte per char (latin1). The hot path keeps JSON-RPC bodies in this form,
// because slicing and joining strings is cheap, and because it carries any byte through unchanged: what comes
// in as bytes goes out as the same bytes. Convert before showing wire text to a person.

import { Buffer } from "node:buffer";

/** Bytes as wire text. */
export function toWire(bytes: Uint8Array): string {
  return view(bytes).latin1Slice(0, bytes.length);
}

const encoder = new TextEncoder();

/** Wire text as the bytes that it stands for. */
export function fromWire(wire: string): Buffer {
  // The platform's UTF-8 encoder is a hundred times as fast as its latin1 one, and the same for ASCII. Any other
  // char takes two bytes, so that the text does not fit.
  const bytes = Buffer.allocUnsafe(wire.length);
  return encoder.encodeInto(wire, bytes).read === wire.length ? bytes : Buffer.from(wire, "latin1");
}

/** Wire text as readable text (its bytes decoded as UTF-8, damage replaced). */
export function wireToText(wire: string): string {
  return isAscii(wire) ? wire : fromWire(wire).toString("utf8");
}

/** Readable text as wire text (encoded as UTF-8). */
export function textToWire(text: string): string {
  return isAscii(text) ? text : toWire(Buffer.from(text, "utf8"));
}

/** A Buffer over the same memory. */
export function view(bytes: Uint8Array): Buffer & { latin1Slice(start: number, end: number): string } {
  const buffer = Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return buffer as Buffer & { latin1Slice(start: number, end: number): string };
}

// deno-lint-ignore no-control-regex
const ascii = /^[\x00-\x7f]*$/;

function isAscii(text: string): boolean {
  return ascii.test(text);
}
