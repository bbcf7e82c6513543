// What a transaction left behind: status, gas and logs. Encoded as the receipts trie wants it (EIP-2718, EIP-658)
// and shown as JSON-RPC's objects. Called by the block builder and, for JSON, by `SimBlock`.

import { addToBloom, BLOOM_BYTES, mergeBloom } from "./bloom.ts";
import { fromHex, quantity, scalar, toHex } from "./hex.ts";
import { encodeRlp } from "./rlp.ts";
import { effectiveGasPrice, type SimTransaction, type TransactionPlace } from "./transaction.ts";

export interface SimLog {
  readonly address: string;
  /** One to four words, `0x…`. */
  readonly topics: readonly string[];
  readonly data: string;
}

export interface SimReceipt {
  readonly status: 0 | 1;
  readonly gasUsed: number;
  /** Of this and all earlier transactions of the block. */
  readonly cumulativeGasUsed: number;
  readonly logs: readonly SimLog[];
  readonly bloom: Uint8Array;
  /** Position in the block of the first log. */
  readonly firstLogIndex: number;
  readonly contractAddress: string | null;
}

export function bloomOf(logs: readonly SimLog[]): Uint8Array {
  const bloom = new Uint8Array(BLOOM_BYTES);
  for (const log of logs) {
    addToBloom(bloom, log.address);
    for (const topic of log.topics) addToBloom(bloom, topic);
  }
  return bloom;
}

export function blockBloom(receipts: readonly SimReceipt[]): Uint8Array {
  const bloom = new Uint8Array(BLOOM_BYTES);
  for (const receipt of receipts) mergeBloom(bloom, receipt.bloom);
  return bloom;
}

/** The bytes that go into the receipts trie. */
export function encodeReceipt(receipt: SimReceipt, type: number): Uint8Array {
  const body = encodeRlp([
    scalar(receipt.status),
    scalar(receipt.cumulativeGasUsed),
    receipt.bloom,
    receipt.logs.map((log) => [fromHex(log.address), log.topics.map(fromHex), fromHex(log.data)]),
  ]);
  return type === 0 ? body : Uint8Array.of(type, ...body);
}

/** One log as JSON-RPC's object; `index` counts through the block. */
export function logJson(
  log: SimLog,
  tx: SimTransaction,
  place: TransactionPlace,
  index: number,
  timestamp: number,
): string {
  return JSON.stringify({
    address: log.address,
    topics: log.topics,
    data: log.data,
    blockNumber: quantity(place.blockNumber),
    transactionHash: tx.hash,
    transactionIndex: quantity(place.index),
    blockHash: place.blockHash,
    blockTimestamp: quantity(timestamp),
    logIndex: quantity(index),
    removed: false,
  });
}

/** The receipt as JSON-RPC's object; `logs` are its logs' JSON texts. */
export function receiptJson(
  receipt: SimReceipt,
  tx: SimTransaction,
  place: TransactionPlace,
  logs: readonly string[],
): string {
  const head = JSON.stringify({
    blockHash: place.blockHash,
    blockNumber: quantity(place.blockNumber),
    contractAddress: receipt.contractAddress,
    cumulativeGasUsed: quantity(receipt.cumulativeGasUsed),
    effectiveGasPrice: quantity(effectiveGasPrice(tx, place.baseFeePerGas)),
    from: tx.from,
    gasUsed: quantity(receipt.gasUsed),
    logsBloom: toHex(receipt.bloom),
    status: quantity(receipt.status),
    to: tx.to,
    transactionHash: tx.hash,
    transactionIndex: quantity(place.index),
    type: quantity(tx.type),
  });
  return `${head.slice(0, -1)},"logs":[${logs.join(",")}]}`;
}
