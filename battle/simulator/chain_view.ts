// A chain as one node sees it: nothing above the node's head exists for it. Made anew for each request, so it is
// small; it holds no state of its own.

import type { SimBlock } from "./block.ts";
import type { TransactionAt } from "./block_tree.ts";

/** Where a view takes its blocks from: the chain's tree, or a branch of one provider's own. */
export interface BlockSource {
  readonly tip: SimBlock;
  /** Of the branch that ends in the tip. */
  at(number: number): SimBlock | undefined;
  byHash(hash: string): SimBlock | undefined;
  /** On the branch that ends in the tip. */
  transaction(hash: string): TransactionAt | undefined;
}

/** How far `safe` and `finalized` are behind the head: one and two epochs of 32 slots. */
const SAFE_DISTANCE = 32;
const FINALIZED_DISTANCE = 64;

export class ChainView {
  readonly head: SimBlock;
  readonly #tree: BlockSource;

  constructor(tree: BlockSource, head: SimBlock) {
    this.#tree = tree;
    this.head = head;
  }

  /** The block of a height; undefined above the head, and where the window has moved on. */
  at(number: number): SimBlock | undefined {
    return number > this.head.number ? undefined : this.#tree.at(number);
  }

  /** Of any branch: a node at the tip may have left one that was higher. */
  byHash(hash: string): SimBlock | undefined {
    const block = this.#tree.byHash(hash);
    if (block === undefined || this.head === this.#tree.tip) return block;
    return block.number <= this.head.number ? block : undefined;
  }

  transaction(hash: string): TransactionAt | undefined {
    const found = this.#tree.transaction(hash);
    return found !== undefined && found.block.number <= this.head.number ? found : undefined;
  }

  get safe(): SimBlock {
    return this.#behind(SAFE_DISTANCE);
  }

  get finalized(): SimBlock {
    return this.#behind(FINALIZED_DISTANCE);
  }

  get earliest(): SimBlock {
    return this.#behind(this.head.number);
  }

  #behind(distance: number): SimBlock {
    return this.#tree.at(Math.max(0, this.head.number - distance)) ?? this.head;
  }
}
