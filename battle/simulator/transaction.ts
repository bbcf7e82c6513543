// Transactions of the types 0 (legacy, EIP-155), 1 (EIP-2930) and 2 (EIP-1559): their one true serialisation, its
// hash, and the way back from raw bytes to fields and sender. Raw bytes come from clients: they are judged strictly.

import { keccak_256 } from "@noble/hashes/sha3.js";
import { empty, fromHex, fromScalar, quantity, scalar, toHex } from "./hex.ts";
import { decodeRlp, encodeRlp, RlpError, type RlpItem } from "./rlp.ts";
import { recoverAddress, type Signature, signWithPublicNonce } from "./secp256k1.ts";
import type { SimAccount } from "./world.ts";

export interface AccessListEntry {
  readonly address: string;
  readonly storageKeys: readonly string[];
}

export interface UnsignedTransaction {
  readonly type: 0 | 1 | 2;
  /** null: a legacy transaction from before EIP-155, valid on every chain. */
  readonly chainId: number | null;
  readonly nonce: number;
  readonly gasLimit: number;
  /** Lower case; null creates a contract. */
  readonly to: string | null;
  readonly value: bigint;
  /** `0x…` */
  readonly data: string;
  /** In wei; the gas price of types 0 and 1. */
  readonly maxFeePerGas: bigint;
  /** In wei; equal to maxFeePerGas for types 0 and 1. */
  readonly maxPriorityFeePerGas: bigint;
  readonly accessList: readonly AccessListEntry[];
}

export interface SimTransaction extends UnsignedTransaction {
  readonly from: string;
  readonly hash: string;
  readonly signature: Signature;
  /** As sent: for type 1 and 2 with the type's byte in front. */
  readonly raw: Uint8Array;
}

/** Signs with one of the simulated accounts' keys. `pick` chooses among signatures that are all valid. */
export function signTransaction(tx: UnsignedTransaction, account: SimAccount, pick: number): SimTransaction {
  const signature = signWithPublicNonce(signingHash(tx), account.privateKey, pick);
  const raw = serialise(tx, signature);
  return { ...tx, from: account.address, hash: toHex(keccak_256(raw)), signature, raw };
}

/** Reads a raw transaction; RlpError with a node's wording when it is none, or when nobody signed it. */
export function decodeTransaction(raw: Uint8Array): SimTransaction {
  const first = raw[0];
  if (first === undefined || raw.length < 2) throw new RlpError("typed transaction too short");
  if (first !== 1 && first !== 2 && first < 0xc0) throw new RlpError("transaction type not supported");
  const type = first === 1 || first === 2 ? first : 0;
  const fields = decodeRlp(type === 0 ? raw : raw.subarray(1));
  const count = type === 0 ? 9 : type === 1 ? 11 : 12;
  if (fields instanceof Uint8Array) throw new RlpError("rlp: expected input list for types.Transaction");
  if (fields.length !== count) throw new RlpError("rlp: wrong number of elements for types.Transaction");
  const list = fields;
  let at = 0;
  const number = (): bigint => integerOf(list[at++]!);
  const typedChainId = type === 0 ? null : Number(number());
  const nonce = Number(number());
  const priority = number();
  const maxFee = type === 2 ? number() : priority;
  const gasLimit = Number(number());
  const to = addressField(list[at++]!);
  const value = number();
  const data = toHex(bytesOf(list[at++]!));
  const accessList = type === 0 ? [] : accessListOf(list[at++]!);
  const v = number();
  const unsigned: UnsignedTransaction = {
    type,
    chainId: type === 0 ? (v >= 35n ? Number((v - 35n) / 2n) : null) : typedChainId,
    nonce,
    gasLimit,
    to,
    value,
    data,
    maxFeePerGas: maxFee,
    maxPriorityFeePerGas: priority,
    accessList,
  };
  const odd = type === 0 ? (v >= 35n ? (v - 35n) % 2n : v - 27n) : v;
  if (odd !== 0n && odd !== 1n) throw new RlpError("invalid transaction v, r, s values");
  const signature: Signature = { r: number(), s: number(), yParity: odd === 1n ? 1 : 0 };
  const from = recoverAddress(signingHash(unsigned), signature);
  if (from === null) throw new RlpError("invalid transaction v, r, s values");
  return { ...unsigned, from, hash: toHex(keccak_256(raw)), signature, raw };
}

/** What a sender pays per unit of gas in a block with this base fee (EIP-1559). */
export function effectiveGasPrice(tx: UnsignedTransaction, baseFeePerGas: bigint): bigint {
  const wanted = baseFeePerGas + tx.maxPriorityFeePerGas;
  return wanted < tx.maxFeePerGas ? wanted : tx.maxFeePerGas;
}

/** Where a transaction stands; null for one that waits. */
export interface TransactionPlace {
  readonly blockHash: string;
  readonly blockNumber: number;
  readonly index: number;
  readonly baseFeePerGas: bigint;
}

/** The transaction as JSON-RPC's object. */
export function transactionJson(tx: SimTransaction, place: TransactionPlace | null): string {
  const { r, s, yParity } = tx.signature;
  const isTyped = tx.type !== 0;
  return JSON.stringify({
    blockHash: place === null ? null : place.blockHash,
    blockNumber: place === null ? null : quantity(place.blockNumber),
    from: tx.from,
    gas: quantity(tx.gasLimit),
    gasPrice: quantity(place === null ? tx.maxFeePerGas : effectiveGasPrice(tx, place.baseFeePerGas)),
    ...(tx.type === 2
      ? {
        maxFeePerGas: quantity(tx.maxFeePerGas),
        maxPriorityFeePerGas: quantity(tx.maxPriorityFeePerGas),
      }
      : {}),
    hash: tx.hash,
    input: tx.data,
    nonce: quantity(tx.nonce),
    to: tx.to,
    transactionIndex: place === null ? null : quantity(place.index),
    value: quantity(tx.value),
    type: quantity(tx.type),
    ...(isTyped ? { accessList: tx.accessList } : {}),
    ...(tx.chainId === null ? {} : { chainId: quantity(tx.chainId) }),
    v: quantity(vOf(tx, tx.signature)),
    r: quantity(r),
    s: quantity(s),
    ...(isTyped ? { yParity: quantity(yParity) } : {}),
  });
}

function vOf(tx: UnsignedTransaction, { yParity }: Signature): number {
  if (tx.type !== 0) return yParity;
  return tx.chainId === null ? 27 + yParity : 35 + 2 * tx.chainId + yParity;
}

function signingHash(tx: UnsignedTransaction): Uint8Array {
  const items = fieldsOf(tx);
  if (tx.type !== 0) return keccak_256(typed(tx.type, items));
  return keccak_256(encodeRlp(tx.chainId === null ? items : [...items, scalar(tx.chainId), empty, empty]));
}

function serialise(tx: UnsignedTransaction, signature: Signature): Uint8Array {
  const items = [
    ...fieldsOf(tx),
    scalar(vOf(tx, signature)),
    scalar(signature.r),
    scalar(signature.s),
  ];
  return tx.type === 0 ? encodeRlp(items) : typed(tx.type, items);
}

function typed(type: number, items: readonly RlpItem[]): Uint8Array {
  const body = encodeRlp(items);
  const out = new Uint8Array(body.length + 1);
  out[0] = type;
  out.set(body, 1);
  return out;
}

function fieldsOf(tx: UnsignedTransaction): RlpItem[] {
  const fees = tx.type === 2
    ? [scalar(tx.maxPriorityFeePerGas), scalar(tx.maxFeePerGas)]
    : [scalar(tx.maxFeePerGas)];
  const list = tx.accessList.map(({ address, storageKeys }) => [fromHex(address), storageKeys.map(fromHex)]);
  return [
    ...(tx.type === 0 ? [] : [scalar(tx.chainId ?? 0)]),
    scalar(tx.nonce),
    ...fees,
    scalar(tx.gasLimit),
    tx.to === null ? empty : fromHex(tx.to),
    scalar(tx.value),
    fromHex(tx.data),
    ...(tx.type === 0 ? [] : [list]),
  ];
}

function bytesOf(item: RlpItem): Uint8Array {
  if (!(item instanceof Uint8Array)) throw new RlpError("rlp: expected input string or byte");
  return item;
}

/** Integers of a transaction have at most 32 bytes and no leading zeros. */
function integerOf(item: RlpItem): bigint {
  const bytes = bytesOf(item);
  if (bytes[0] === 0) throw new RlpError("rlp: non-canonical integer (leading zero bytes)");
  if (bytes.length > 32) throw new RlpError("rlp: input string too long for uint256");
  return fromScalar(bytes);
}

function listOf(item: RlpItem): readonly RlpItem[] {
  if (item instanceof Uint8Array) throw new RlpError("rlp: expected input list");
  return item;
}

function addressField(item: RlpItem): string | null {
  const bytes = bytesOf(item);
  if (bytes.length === 0) return null;
  if (bytes.length !== 20) throw new RlpError("rlp: input string too short for common.Address");
  return toHex(bytes);
}

function accessListOf(item: RlpItem): AccessListEntry[] {
  return listOf(item).map((entry) => {
    const [address, keys] = listOf(entry);
    if (address === undefined || keys === undefined) {
      throw new RlpError("rlp: too few elements for AccessTuple");
    }
    return {
      address: toHex(bytesOf(address)),
      storageKeys: listOf(keys).map((key) => toHex(bytesOf(key))),
    };
  });
}
