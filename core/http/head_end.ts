// Finds the empty line that ends a message's head. A loop, because Buffer.indexOf with a needle of several bytes
// costs about a microsecond on Deno, this some 40 ns for a usual head. Called by both parsers for each message.

const CR = 13;
const LF = 10;

/** The offset of the first CRLFCRLF that begins at `from` or later, or -1. */
export function headEnd(bytes: Uint8Array, from: number): number {
  let at = from + 3;
  while (at < bytes.length) {
    const byte = bytes[at];
    if (byte === LF) {
      if (bytes[at - 1] === CR && bytes[at - 2] === LF && bytes[at - 3] === CR) return at - 3;
      at += 2;
    } else {
      // The needle holds only CR and LF: where another byte stands, it can't end at the next three places either.
      at += byte === CR ? 1 : 4;
    }
  }
  return -1;
}
