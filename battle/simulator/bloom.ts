// The 2048-bit bloom filter of logs (yellow paper §4.3.1): three bits for each log's address and for each topic.
// The bits of an item are remembered, since a simulated chain shows the same few addresses again and again.

import { keccak_256 } from "@noble/hashes/sha3.js";
import { fromHex } from "./hex.ts";

export const BLOOM_BYTES = 256;
const REMEMBERED_ITEMS = 4096;

const remembered = new Map<string, readonly number[]>();

/** The three bit numbers, 0 being the lowest bit of the last byte. */
function bitsOf(item: string): readonly number[] {
  const known = remembered.get(item);
  if (known !== undefined) return known;
  const hash = keccak_256(fromHex(item));
  const bits = [0, 2, 4].map((at) => ((hash[at]! << 8) | hash[at + 1]!) & 2047);
  if (remembered.size >= REMEMBERED_ITEMS) remembered.clear();
  remembered.set(item, bits);
  return bits;
}

/** Adds an address or a topic (`0x…`) to `bloom`, in place. */
export function addToBloom(bloom: Uint8Array, item: string): void {
  for (const bit of bitsOf(item)) bloom[BLOOM_BYTES - 1 - (bit >> 3)]! |= 1 << (bit & 7);
}

/** False: surely not there. True: perhaps. */
export function mayContain(bloom: Uint8Array, item: string): boolean {
  return bitsOf(item).every((bit) => (bloom[BLOOM_BYTES - 1 - (bit >> 3)]! & (1 << (bit & 7))) !== 0);
}

/** Adds every bit of `part` to `bloom`, in place. */
export function mergeBloom(bloom: Uint8Array, part: Uint8Array): void {
  for (let index = 0; index < BLOOM_BYTES; index++) bloom[index]! |= part[index]!;
}
