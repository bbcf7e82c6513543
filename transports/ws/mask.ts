// The masking of a client's frames (RFC 6455 section 5.3), four bytes at a time. Called by the frame writer.

/**
 * XORs `bytes[from, to)` with the four bytes of `key` in turn, its lowest first. `words` is the same memory, and
 * both begin at the start of it; all machines that this runs on are little-endian.
 */
export function mask(bytes: Uint8Array, words: Int32Array, from: number, to: number, key: number): void {
  let at = from;
  for (; at < to && (at & 3) !== 0; at++) bytes[at] = bytes[at]! ^ (key >>> (((at - from) & 3) << 3));
  const shift = ((at - from) & 3) << 3;
  const word = shift === 0 ? key : (key >>> shift) | (key << (32 - shift));
  const last = to >>> 2;
  for (let i = at >>> 2; i < last; i++) words[i] = words[i]! ^ word;
  for (at = Math.max(at, last << 2); at < to; at++) {
    bytes[at] = bytes[at]! ^ (key >>> (((at - from) & 3) << 3));
  }
}
