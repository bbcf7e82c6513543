// The blocks of one simulated chain: a tree by hash with one canonical branch, of which the last `window` heights and
// the genesis are kept. It knows no time and makes no blocks; the chain inserts them, views read them. Blocks that
// left the canonical branch are still found by hash, as on a real node.

import type { SimBlock } from "./block.ts";

export interface TransactionAt {
  readonly block: SimBlock;
  readonly index: number;
}

/** How the canonical branch (or one node's view of it) went from one head to another. */
export interface ChainChange {
  /** Newest first. */
  readonly removed: readonly SimBlock[];
  /** Oldest first. */
  readonly added: readonly SimBlock[];
}

export class BlockTree {
  readonly #window: number;
  readonly #byHash = new Map<string, SimBlock>();
  readonly #canonical = new Map<number, SimBlock>();
  /** Every block of a height, siblings included. */
  readonly #byNumber = new Map<number, SimBlock[]>();
  /** Every block of the tree that holds the transaction: siblings may share one. */
  readonly #byTransaction = new Map<string, TransactionAt[]>();
  /** The lowest height that is kept, beside the genesis. */
  #lowest = 1;
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

  isCanonical(block: SimBlock): boolean {
    return this.#canonical.get(block.number) === block;
  }

  /** Where the transaction stands on the canonical branch. */
  transaction(hash: string): TransactionAt | undefined {
    return this.#byTransaction.get(hash)?.find(({ block }) => this.isCanonical(block));
  }

  /** Adds a block beside or above those that are there; the canonical branch stays as it is. */
  insert(block: SimBlock): void {
    if (!this.#byHash.has(block.header.parentHash)) {
      throw new RangeError(`Cannot add block ${block.number} to the chain: its parent is not there`);
    }
    this.#byHash.set(block.hash, block);
    const sameHeight = this.#byNumber.get(block.number);
    if (sameHeight === undefined) this.#byNumber.set(block.number, [block]);
    else sameHeight.push(block);
    block.transactions.forEach(({ hash }, index) => {
      const places = this.#byTransaction.get(hash);
      if (places === undefined) this.#byTransaction.set(hash, [{ block, index }]);
      else places.push({ block, index });
    });
  }

  /** Makes the branch that ends in `block`, which must be in the tree, the canonical one. */
  moveTo(block: SimBlock): ChainChange {
    const change = this.path(this.#tip, block);
    if (change === null) {
      throw new RangeError(`Cannot move the chain to block ${block.number}: what is between was forgotten`);
    }
    for (const { number } of change.removed) this.#canonical.delete(number);
    for (const added of change.added) this.#canonical.set(added.number, added);
    this.#tip = block;
    for (; this.#lowest <= block.number - this.#window; this.#lowest++) this.#forget(this.#lowest);
    return change;
  }

  /** The way from one block to another over their common ancestor; null where the window has moved on. */
  path(from: SimBlock, to: SimBlock): ChainChange | null {
    return pathBetween(from, to, (hash) => this.#byHash.get(hash));
  }

  #forget(number: number): void {
    this.#canonical.delete(number);
    for (const block of this.#byNumber.get(number) ?? []) {
      this.#byHash.delete(block.hash);
      for (const { hash } of block.transactions) {
        const places = this.#byTransaction.get(hash)?.filter((place) => place.block !== block) ?? [];
        if (places.length === 0) this.#byTransaction.delete(hash);
        else this.#byTransaction.set(hash, places);
      }
    }
    this.#byNumber.delete(number);
  }
}

/** The way from one block to another over their common ancestor; null where a block on it can't be found. */
export function pathBetween(
  from: SimBlock,
  to: SimBlock,
  byHash: (hash: string) => SimBlock | undefined,
): ChainChange | null {
  const removed: SimBlock[] = [];
  const added: SimBlock[] = [];
  let down: SimBlock | undefined = from;
  let up: SimBlock | undefined = to;
  while (down !== up) {
    if (down === undefined || up === undefined) return null;
    if (down.number >= up.number) {
      removed.push(down);
      down = byHash(down.header.parentHash);
    } else {
      added.push(up);
      up = byHash(up.header.parentHash);
    }
  }
  return { removed, added: added.reverse() };
}
