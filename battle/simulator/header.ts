// A block's header as Ethereum has it since Prague (EIP-1559, 4895, 4844, 4788, 7685), its hash and its JSON
// fields. The hash is keccak256 of the RLP of all 21 fields in their order: clients can recompute it.

import { keccak_256 } from "@noble/hashes/sha3.js";
import { empty, fromHex, quantity, scalar, toHex } from "./hex.ts";
import { encodeRlp, type RlpItem } from "./rlp.ts";

/** keccak256 of the RLP of an empty list: there are no uncles. */
const emptyListHash = toHex(keccak_256(encodeRlp([])));
/** SHA-256 of nothing: a block without requests (EIP-7685). */
const emptyRequestsHash = "0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const zeroNonce = "0x0000000000000000";

export interface SimHeader {
  readonly parentHash: string;
  readonly miner: string;
  readonly stateRoot: string;
  readonly transactionsRoot: string;
  readonly receiptsRoot: string;
  readonly logsBloom: Uint8Array;
  readonly number: number;
  readonly gasLimit: number;
  readonly gasUsed: number;
  /** Seconds since the Unix epoch. */
  readonly timestamp: number;
  readonly extraData: string;
  readonly mixHash: string;
  readonly baseFeePerGas: bigint;
  readonly withdrawalsRoot: string;
  readonly parentBeaconBlockRoot: string;
}

export function headerItems(header: SimHeader): readonly RlpItem[] {
  return [
    fromHex(header.parentHash),
    fromHex(emptyListHash),
    fromHex(header.miner),
    fromHex(header.stateRoot),
    fromHex(header.transactionsRoot),
    fromHex(header.receiptsRoot),
    header.logsBloom,
    empty,
    scalar(header.number),
    scalar(header.gasLimit),
    scalar(header.gasUsed),
    scalar(header.timestamp),
    fromHex(header.extraData),
    fromHex(header.mixHash),
    fromHex(zeroNonce),
    scalar(header.baseFeePerGas),
    fromHex(header.withdrawalsRoot),
    empty,
    empty,
    fromHex(header.parentBeaconBlockRoot),
    fromHex(emptyRequestsHash),
  ];
}

/** JSON-RPC's fields of the header; the block adds hash, size and bodies. */
export function headerFields(header: SimHeader): Readonly<Record<string, unknown>> {
  return {
    parentHash: header.parentHash,
    sha3Uncles: emptyListHash,
    miner: header.miner,
    stateRoot: header.stateRoot,
    transactionsRoot: header.transactionsRoot,
    receiptsRoot: header.receiptsRoot,
    logsBloom: toHex(header.logsBloom),
    difficulty: "0x0",
    number: quantity(header.number),
    gasLimit: quantity(header.gasLimit),
    gasUsed: quantity(header.gasUsed),
    timestamp: quantity(header.timestamp),
    extraData: header.extraData,
    mixHash: header.mixHash,
    nonce: zeroNonce,
    baseFeePerGas: quantity(header.baseFeePerGas),
    withdrawalsRoot: header.withdrawalsRoot,
    blobGasUsed: "0x0",
    excessBlobGas: "0x0",
    parentBeaconBlockRoot: header.parentBeaconBlockRoot,
    requestsHash: emptyRequestsHash,
  };
}

const MIN_BASE_FEE = 1n;

/** The base fee that must follow a block (EIP-1559: elasticity 2, at most an eighth up or down). */
export function nextBaseFee(parent: SimHeader): bigint {
  const target = BigInt(parent.gasLimit) / 2n;
  const used = BigInt(parent.gasUsed);
  const base = parent.baseFeePerGas;
  if (used === target) return base;
  if (used > target) {
    const up = (base * (used - target)) / target / 8n;
    return base + (up > 1n ? up : 1n);
  }
  const next = base - (base * (target - used)) / target / 8n;
  return next > MIN_BASE_FEE ? next : MIN_BASE_FEE;
}
