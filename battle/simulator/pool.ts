// Transactions that clients sent and no block holds yet, in the order of arrival. Refusals carry a node's wording,
// because routers sort errors by it (spec of the texts: go-ethereum, core/txpool and core/error.go).

import { gasNeeded } from "./execute.ts";
import type { SimTransaction } from "./transaction.ts";
import { nonceOf, weiOf, type WorldState } from "./world_state.ts";

const MAX_WAITING = 4096;

export class TransactionPool {
  readonly #waiting = new Map<string, SimTransaction>();
  readonly #chainId: number;
  readonly #gasLimit: number;

  constructor(chainId: number, blockGasLimit: number) {
    this.#chainId = chainId;
    this.#gasLimit = blockGasLimit;
  }

  /** Takes the transaction in; a text says why not. */
  add(tx: SimTransaction, state: WorldState): string | null {
    if (this.#waiting.has(tx.hash)) return "already known";
    if (tx.chainId !== null && tx.chainId !== this.#chainId) {
      return `invalid chain id for signer: have ${tx.chainId} want ${this.#chainId}`;
    }
    if (tx.maxPriorityFeePerGas > tx.maxFeePerGas) {
      return `max priority fee per gas higher than max fee per gas: address ${tx.from}, maxPriorityFeePerGas: ` +
        `${tx.maxPriorityFeePerGas}, maxFeePerGas: ${tx.maxFeePerGas}`;
    }
    if (tx.gasLimit > this.#gasLimit) return "exceeds block gas limit";
    const intrinsic = gasNeeded({ to: tx.to === null ? null : tx.from, data: "0x" });
    if (tx.gasLimit < intrinsic) {
      return `intrinsic gas too low: gas ${tx.gasLimit}, minimum needed ${intrinsic}`;
    }
    const next = nonceOf(state, tx.from);
    if (tx.nonce < next) return `nonce too low: next nonce ${next}, tx nonce ${tx.nonce}`;
    const balance = weiOf(state, tx.from);
    const cost = tx.value + tx.maxFeePerGas * BigInt(tx.gasLimit);
    if (balance < cost) {
      return `insufficient funds for gas * price + value: balance ${balance}, tx cost ${cost}, ` +
        `overshot ${cost - balance}`;
    }
    for (const other of this.#waiting.values()) {
      if (other.from !== tx.from || other.nonce !== tx.nonce) continue;
      if (tx.maxFeePerGas * 10n < other.maxFeePerGas * 11n) return "replacement transaction underpriced";
      this.#waiting.delete(other.hash);
      break;
    }
    if (this.#waiting.size >= MAX_WAITING) return "txpool is full";
    this.#waiting.set(tx.hash, tx);
    return null;
  }

  /** Takes back what left the chain with its block; what could not run any more is dropped. */
  restore(transactions: readonly SimTransaction[], state: WorldState): void {
    for (const tx of transactions) this.add(tx, state);
  }

  get(hash: string): SimTransaction | undefined {
    return this.#waiting.get(hash);
  }

  /** By nonce, so that one sender's stand in the order in which they can run; then by arrival. */
  waiting(): readonly SimTransaction[] {
    return [...this.#waiting.values()].sort((a, b) => a.nonce - b.nonce);
  }

  /** The nonce that the account's next transaction should have, those that wait included. */
  nextNonce(address: string, state: WorldState): number {
    let next = nonceOf(state, address);
    for (const tx of this.waiting()) if (tx.from === address && tx.nonce === next) next++;
    return next;
  }

  /** Drops what a new block holds or made impossible. */
  settle(state: WorldState): void {
    for (const tx of this.#waiting.values()) {
      if (tx.nonce < nonceOf(state, tx.from)) this.#waiting.delete(tx.hash);
    }
  }
}
