// The hash of a signed transaction from its raw bytes, so that a transaction that is known already can be answered
// with success. Knows legacy transactions and types 1 to 4 (EIP-2718, 2930, 1559, 4844, 7702); for any other type a
// hash would be a guess. Called by routing for eth_sendRawTransaction.

import { Buffer } from "node:buffer";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { type RlpItem, rlpItem, rlpItems } from "./rlp.ts";

/** `0x` and 64 hex digits; null for types that are not known and for what is no transaction. */
export function transactionHash(rawHex: string): string | null {
  const bytes = bytesOf(rawHex);
  const type = bytes?.[0];
  if (bytes === null || type === undefined) return null;
  if (type >= 0xc0) return wholeList(bytes, 0) === null ? null : hashOf(bytes);
  if (type < 1 || type > 4) return null;
  const fields = wholeList(bytes, 1);
  if (fields === null) return null;
  return type === 3 ? blobHash(bytes, fields) : hashOf(bytes);
}

function bytesOf(hex: string): Buffer | null {
  if (hex.length < 4 || hex.length % 2 !== 0 || !/^0x/i.test(hex)) return null;
  const bytes = Buffer.from(hex.slice(2), "hex");
  // Buffer stops at the first char that is no hex digit.
  return bytes.length === (hex.length - 2) / 2 ? bytes : null;
}

/** The items of the list that fills the bytes from `at` on; null when it does not, or is empty. */
function wholeList(bytes: Uint8Array, at: number): RlpItem[] | null {
  const list = rlpItem(bytes, at, bytes.length);
  if (list === null || list.kind !== "list" || list.to !== bytes.length) return null;
  const items = rlpItems(bytes, list);
  return items === null || items.length === 0 ? null : items;
}

/**
 * On the wire a blob transaction may be wrapped: `[body, blobs, commitments, proofs]` (EIP-4844) or
 * `[body, version, blobs, commitments, cell_proofs]` (EIP-7594). The hash covers type and body alone.
 */
function blobHash(bytes: Uint8Array, fields: readonly RlpItem[]): string | null {
  const body = fields[0];
  if (body === undefined) return null;
  // A bare body begins with the chain id, a string.
  if (body.kind === "string") return hashOf(bytes);
  const lists = fields.length === 5 ? fields.slice(2) : fields.slice(1);
  const versioned = fields.length === 5 && fields[1]?.kind === "string";
  if (!(fields.length === 4 || versioned) || !lists.every((item) => item.kind === "list")) return null;
  if (!rlpItems(bytes, body)?.length) return null;
  return hashOf(Buffer.concat([bytes.subarray(0, 1), bytes.subarray(body.start, body.to)]));
}

function hashOf(bytes: Uint8Array): string {
  return "0x" + Buffer.from(keccak_256(bytes)).toString("hex");
}
