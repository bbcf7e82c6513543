// A branch that one provider alone stands on: it leaves the canonical one so many blocks below the head, has other
// blocks from there, and grows as high as the canonical one does. The other providers never learn of its blocks, so
// they are in no ledger: a client that is shown one has been misled.

import type { SimBlock } from "./block.ts";
import { buildBlock } from "./block_builder.ts";
import type { TransactionAt } from "./block_tree.ts";
import type { SimulatedChain } from "./chain.ts";
import { type BlockSource, ChainView } from "./chain_view.ts";

/** Reorgs of the chain count their branches from 1. */
const FIRST_MARK = 1_000_000;

export class OwnBranch implements BlockSource {
  readonly #chain: SimulatedChain;
  readonly #fork: SimBlock;
  readonly #mark: number;
  /** The newest canonical block that the provider knew when it left. */
  readonly #knownHeight: number;
  readonly #blocks: SimBlock[] = [];
  readonly #byHash = new Map<string, SimBlock>();
  readonly #byTransaction = new Map<string, TransactionAt>();

  /** `count`: of the provider's branches before; it tells them apart. RangeError for a depth that the chain lacks. */
  constructor(chain: SimulatedChain, depth: number, count: number) {
    const view = chain.view();
    const fork = Number.isInteger(depth) && depth >= 1 ? view.at(view.head.number - depth) : undefined;
    if (fork === undefined) {
      throw new RangeError(
        `Cannot fork a provider off as depth must be a whole number from 1 to ${view.head.number}, within the window: it is ${depth}`,
      );
    }
    this.#chain = chain;
    this.#fork = fork;
    this.#mark = FIRST_MARK + count;
    this.#knownHeight = view.head.number;
    this.grow();
  }

  get tip(): SimBlock {
    return this.#blocks.at(-1) ?? this.#fork;
  }

  /** Makes blocks up to the height of the chain's head. */
  grow(): void {
    const view = this.#chain.view();
    while (this.tip.number < view.head.number) {
      const parent = this.tip;
      const canonical = view.at(parent.number + 1) ?? view.head;
      const block = buildBlock({
        chainId: this.#chain.chainId,
        accounts: this.#chain.accounts,
        parent,
        timestamp: Math.max(parent.header.timestamp, canonical.header.timestamp),
        branch: this.#mark,
        waiting: [],
      });
      this.#blocks.push(block);
      this.#byHash.set(block.hash, block);
      block.transactions.forEach(({ hash }, index) => this.#byTransaction.set(hash, { block, index }));
    }
  }

  view(lagBlocks: number): ChainView {
    const { tip } = this;
    return new ChainView(this, lagBlocks === 0 ? tip : this.at(Math.max(0, tip.number - lagBlocks)) ?? tip);
  }

  at(number: number): SimBlock | undefined {
    return number <= this.#fork.number
      ? this.#chain.view().at(number)
      : this.#blocks[number - this.#fork.number - 1];
  }

  byHash(hash: string): SimBlock | undefined {
    const own = this.#byHash.get(hash);
    if (own !== undefined) return own;
    const shared = this.#chain.block(hash);
    return shared !== undefined && shared.number <= this.#knownHeight ? shared : undefined;
  }

  transaction(hash: string): TransactionAt | undefined {
    const own = this.#byTransaction.get(hash);
    if (own !== undefined) return own;
    const shared = this.#chain.view().transaction(hash);
    return shared !== undefined && shared.block.number <= this.#fork.number ? shared : undefined;
  }
}
