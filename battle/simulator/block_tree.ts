// The blocks of one simulated chain: a tree by hash with one canonical branch, of which the last `window` blocks and
// the genesis are kept. It knows no time and makes no blocks; the chain inserts them, views read them.

import type { SimBlock } from "./block.ts";

export interface TransactionAt {
  readonly block: SimBlock;
  readonly index: number;
}

export class BlockTree {
  readonly #window: number;
  readonly #byHash = new Map<string, SimBlock>();
  readonly #canonical = new Map<number, SimBlock>();
  /** Every block of the tree that holds the transaction: siblings may share one. */
  readonly #byTransaction = new Map<string, TransactionAt[]>();
  #tip: SimBlock;

  constructor(genesis: SimBlock, window: number) {
    this.#window = window;
    this.#tip = genesis;
    this.#byHash.set(genesis.hash, genesis);
    this.#canonical.set(0, genesis);
  }

  get tip(): SimBlock {
    return this.#tip;
  }

  /** The canonical block of this height, unless it is beyond the tip or was forgotten. */
  at(number: number): SimBlock | undefined {
    return this.#canonical.get(number);
  }

  byHash(hash: string): SimBlock | undefined {
    return this.#byHash.get(hash);
  }

  /** Where the transaction stands on the canonical branch. */
  transaction(hash: string): TransactionAt | undefined {
    return this.#byTransaction.get(hash)?.find(({ block }) => this.#canonical.get(block.number) === block);
  }

  /** Adds a child of the tip and makes it the tip. */
  extend(block: SimBlock): void {
    if (block.header.parentHash !== this.#tip.hash) {
      throw new RangeError(`Cannot extend the chain with block ${block.number}: its parent is not the tip`);
    }
    this.#byHash.set(block.hash, block);
    block.transactions.forEach(({ hash }, index) => {
      const places = this.#byTransaction.get(hash);
      if (places === undefined) this.#byTransaction.set(hash, [{ block, index }]);
      else places.push({ block, index });
    });
    this.#canonical.set(block.number, block);
    this.#tip = block;
    const old = this.#canonical.get(block.number - this.#window);
    if (old !== undefined && old.number > 0) this.#forget(old);
  }

  #forget(block: SimBlock): void {
    this.#canonical.delete(block.number);
    this.#byHash.delete(block.hash);
    for (const { hash } of block.transactions) {
      const places = this.#byTransaction.get(hash)?.filter((place) => place.block !== block) ?? [];
      if (places.length === 0) this.#byTransaction.delete(hash);
      else this.#byTransaction.set(hash, places);
    }
  }
}
