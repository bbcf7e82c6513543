// Hex, quantities and big-endian words: the spelling that Ethereum's JSON-RPC uses (execution-apis, "Hex value
// encoding"). Bytes inside the simulator are Uint8Array where they are hashed and `0x…` strings where they are shown.

import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import { keccak_256 } from "@noble/hashes/sha3.js";

/** Bytes as `0x` and two lower-case digits each. */
export function toHex(bytes: Uint8Array): string {
  return `0x${bytesToHex(bytes)}`;
}

/** The bytes of `0x…`; throws where a digit is missing or wrong. */
export function fromHex(hex: string): Uint8Array {
  return hexToBytes(hex.slice(2));
}

/** A number as a quantity: no leading zeros, zero is `0x0`. */
export function quantity(value: bigint | number): string {
  return `0x${value.toString(16)}`;
}

/** 64 digits, without `0x`: one ABI word. */
export function word(value: bigint): string {
  return value.toString(16).padStart(64, "0");
}

/** The shortest big-endian bytes; zero is no byte at all (RLP's scalar, yellow paper appendix B). */
export function scalar(value: bigint | number): Uint8Array {
  if (value === 0n || value === 0) return empty;
  const digits = value.toString(16);
  return hexToBytes(digits.length % 2 === 0 ? digits : `0${digits}`);
}

/** Big-endian bytes as a number; no byte is zero. */
export function fromScalar(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(toHex(bytes));
}

export const empty: Uint8Array = new Uint8Array(0);

/** keccak256 of a text's UTF-8 bytes, as `0x…`: how the simulator makes up values that look random. */
export function hashText(text: string): string {
  return toHex(keccak_256(new TextEncoder().encode(text)));
}
