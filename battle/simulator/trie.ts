// The root of the Merkle-Patricia trie over a list: key = RLP of the index, value = the item's bytes (yellow paper,
// appendix D). That is what transactionsRoot, receiptsRoot and withdrawalsRoot of a header are. The trie is built
// from the sorted keys in one go and thrown away.

import { keccak_256 } from "@noble/hashes/sha3.js";
import { empty, scalar, toHex } from "./hex.ts";
import { encodeRlp, type RlpItem } from "./rlp.ts";

interface Leaf {
  readonly path: readonly number[];
  readonly value: Uint8Array;
}

/** keccak256 of the RLP of an empty string: the root of a trie that holds nothing. */
export const emptyTrieRoot = toHex(keccak_256(encodeRlp(empty)));

export function listRoot(values: readonly Uint8Array[]): string {
  if (values.length === 0) return emptyTrieRoot;
  const leaves = values.map((value, index) => ({ path: nibbles(encodeRlp(scalar(index))), value }));
  return toHex(keccak_256(encodeRlp(node(leaves, 0))));
}

function nibbles(bytes: Uint8Array): number[] {
  const out: number[] = [];
  for (const byte of bytes) out.push(byte >> 4, byte & 15);
  return out;
}

/** The node that holds `leaves`, all of which agree on their first `depth` nibbles. */
function node(leaves: readonly Leaf[], depth: number): readonly RlpItem[] {
  const first = leaves[0]!;
  if (leaves.length === 1) return [compact(first.path.slice(depth), true), first.value];
  let shared = depth;
  while (leaves.every(({ path }) => path[shared] !== undefined && path[shared] === first.path[shared])) {
    shared++;
  }
  if (shared > depth) {
    return [compact(first.path.slice(depth, shared), false), reference(node(leaves, shared))];
  }
  const slots: RlpItem[] = [];
  for (let nibble = 0; nibble < 16; nibble++) {
    const below = leaves.filter(({ path }) => path[depth] === nibble);
    slots.push(below.length === 0 ? empty : reference(node(below, depth + 1)));
  }
  // No key is the beginning of another one, RLP being prefix-free: a branch never has a value of its own.
  return [...slots, empty];
}

/** A node of 32 bytes or more is named by its hash, a shorter one stands in its parent as it is. */
function reference(item: readonly RlpItem[]): RlpItem {
  const bytes = encodeRlp(item);
  return bytes.length < 32 ? item : keccak_256(bytes);
}

/** Hex-prefix encoding (appendix C). */
function compact(path: readonly number[], isLeaf: boolean): Uint8Array {
  const flag = isLeaf ? 2 : 0;
  const odd = path.length % 2 === 1;
  const all = odd ? [flag + 1, ...path] : [flag, 0, ...path];
  return Uint8Array.from(
    { length: all.length / 2 },
    (_, index) => all[2 * index]! * 16 + all[2 * index + 1]!,
  );
}
