// One block of a simulated chain with all that follows from it: transactions, receipts, logs, the state after it.
// It never changes; its JSON texts are made when first asked for and kept, since thousands of requests a second
// ask for the same ones. Blocks know their parent by hash only, so that a bounded window can forget old ones.

import { keccak_256 } from "@noble/hashes/sha3.js";
import { quantity, toHex } from "./hex.ts";
import { headerFields, headerItems, type SimHeader } from "./header.ts";
import { logJson, receiptJson, type SimLog, type SimReceipt } from "./receipt.ts";
import { encodeRlp, framedLength } from "./rlp.ts";
import { type SimTransaction, transactionJson, type TransactionPlace } from "./transaction.ts";
import type { WorldState } from "./world_state.ts";

/** A log with the JSON text that goes into answers. */
export interface PlacedLog extends SimLog {
  readonly block: SimBlock;
  /** Position in the block. */
  readonly index: number;
  readonly json: string;
}

export class SimBlock {
  readonly header: SimHeader;
  readonly hash: string;
  readonly number: number;
  readonly transactions: readonly SimTransaction[];
  readonly receipts: readonly SimReceipt[];
  /** After the last transaction. */
  readonly state: WorldState;
  readonly #headerBytes: number;
  #fields: string | undefined;
  #headJson: string | undefined;
  #withHashes: string | undefined;
  #withTransactions: string | undefined;
  #transactionJsons: readonly string[] | undefined;
  #receiptJsons: readonly string[] | undefined;
  #receiptsJson: string | undefined;
  #logs: readonly (readonly PlacedLog[])[] | undefined;
  #allLogs: readonly PlacedLog[] | undefined;

  constructor(
    header: SimHeader,
    transactions: readonly SimTransaction[],
    receipts: readonly SimReceipt[],
    state: WorldState,
  ) {
    const encoded = encodeRlp(headerItems(header));
    this.#headerBytes = encoded.length;
    this.header = header;
    this.hash = toHex(keccak_256(encoded));
    this.number = header.number;
    this.transactions = transactions;
    this.receipts = receipts;
    this.state = state;
  }

  /** As eth_getBlockByNumber answers, with hashes or with whole transactions. */
  json(full: boolean): string {
    if (full) {
      return this.#withTransactions ??= this.#json(this.transactionJsons().join(","));
    }
    return this.#withHashes ??= this.#json(this.transactions.map(({ hash }) => `"${hash}"`).join(","));
  }

  /** As a newHeads notification shows it: the header and its hash, as go-ethereum's `types.Header` is marshalled. */
  headJson(): string {
    return this.#headJson ??= JSON.stringify({ ...headerFields(this.header), hash: this.hash });
  }

  transactionJsons(): readonly string[] {
    return this.#transactionJsons ??= this.transactions.map((tx, index) =>
      transactionJson(tx, this.place(index))
    );
  }

  /** As eth_getTransactionReceipt answers, for each transaction. */
  receiptJsons(): readonly string[] {
    return this.#receiptJsons ??= this.receipts.map((receipt, index) =>
      receiptJson(
        receipt,
        this.transactions[index]!,
        this.place(index),
        this.#logsByTransaction()[index]!.map(({ json }) => json),
      )
    );
  }

  /** As eth_getBlockReceipts answers. */
  receiptsJson(): string {
    return this.#receiptsJson ??= `[${this.receiptJsons().join(",")}]`;
  }

  /** Every log of the block in order. */
  logs(): readonly PlacedLog[] {
    return this.#allLogs ??= this.#logsByTransaction().flat();
  }

  place(index: number): TransactionPlace {
    return {
      blockHash: this.hash,
      blockNumber: this.number,
      index,
      baseFeePerGas: this.header.baseFeePerGas,
    };
  }

  #json(transactions: string): string {
    this.#fields ??= JSON.stringify({
      hash: this.hash,
      ...headerFields(this.header),
      size: quantity(this.#size()),
      uncles: [],
      withdrawals: [],
    });
    return `${this.#fields.slice(0, -1)},"transactions":[${transactions}]}`;
  }

  /** Bytes of the block's RLP: header, transactions, uncles, withdrawals. */
  #size(): number {
    let body = 0;
    for (const { type, raw } of this.transactions) body += type === 0 ? raw.length : framedLength(raw.length);
    return framedLength(this.#headerBytes + framedLength(body) + 2);
  }

  #logsByTransaction(): readonly (readonly PlacedLog[])[] {
    return this.#logs ??= this.receipts.map((receipt, index) =>
      receipt.logs.map((log, position) => {
        const place = receipt.firstLogIndex + position;
        return {
          ...log,
          block: this,
          index: place,
          json: logJson(log, this.transactions[index]!, this.place(index), place, this.header.timestamp),
        };
      })
    );
  }
}

/** The log's text as it is told when its block leaves the canonical branch. */
export function removedJson({ json }: PlacedLog): string {
  return json.replace(/"removed":false\}$/, '"removed":true}');
}
