// The 2048-bit bloom of a header (Yellow Paper, section 4.3.1): three bits for each address and topic of its logs.

import { keccak_256 } from "@noble/hashes/sha3.js";
import { hexToBytes } from "@noble/hashes/utils.js";

/** The three bits that `word` (hex of an address or topic) sets, as positions from the bloom's low end. */
export function bloomBits(word: string): readonly number[] {
  const hash = keccak_256(hexToBytes(word.slice(2)));
  return [0, 2, 4].map((at) => ((hash[at]! << 8) | hash[at + 1]!) & 2047);
}

/** Are all of `bits` set in `bloom` (`0x` and 512 hex digits)? */
export function mayHold(bloom: string, bits: readonly number[]): boolean {
  return bits.every((bit) => {
    const digit = parseInt(bloom.charAt(513 - (bit >> 2)), 16);
    return (digit >> (bit & 3) & 1) === 1;
  });
}
