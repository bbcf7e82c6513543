// A branch that one provider alone stands on: it leaves the canonical one so many blocks below the head, has other
// blocks from there, and grows as high as the canonical one does. The other providers never learn of its blocks; the
// chain is told of them, so that the ledger knows whose they are and when they could be seen.

import type { SimBlock } from "./block.ts";
import { buildBlock } from "./block_builder.ts";
import type { TransactionAt } from "./block_tree.ts";
import type { SimulatedChain } from "./chain.ts";
import { type BlockSource, ChainView } from "./chain_view.ts";

/** What becomes of a provider's own branch, told when it happens. */
export interface OwnBranchNews {
  /** Tells the branches of a chain apart. */
  readonly branch: number;
  readonly provider: string;
  /** Oldest first. */
  readonly added: readonly SimBlock[];
  /** The provider has gone back to the chain. */
  readonly isOver: boolean;
}

/** Reorgs of the chain count their branches from 1. */
const FIRST_MARK = 1_000_000;

export class OwnBranch implements BlockSource {
  readonly #chain: SimulatedChain;
  readonly #fork: SimBlock;
  readonly #provider: string;
  readonly #number: number;
  /** The newest canonical block that the provider knew when it left. */
  readonly #knownHeight: number;
  readonly #blocks: SimBlock[] = [];
  readonly #byHash = new Map<string, SimBlock>();
  readonly #byTransaction = new Map<string, TransactionAt>();

  /** Begins at once. RangeError for a depth that the chain lacks. */
  constructor(chain: SimulatedChain, depth: number, provider: string) {
    const view = chain.view();
    const fork = Number.isInteger(depth) && depth >= 1 ? view.at(view.head.number - depth) : undefined;
    if (fork === undefined) {
      throw new RangeError(
        `Cannot fork a provider off as depth must be a whole number from 1 to ${view.head.number}, within the window: it is ${depth}`,
      );
    }
    this.#chain = chain;
    this.#fork = fork;
    this.#provider = provider;
    this.#number = chain.nextOwnBranch();
    this.#knownHeight = view.head.number;
    this.grow();
  }

  get tip(): SimBlock {
    return this.#blocks.at(-1) ?? this.#fork;
  }

  /** Makes blocks up to the height of the chain's head. */
  grow(): void {
    const view = this.#chain.view();
    const before = this.#blocks.length;
    while (this.tip.number < view.head.number) {
      const parent = this.tip;
      const canonical = view.at(parent.number + 1) ?? view.head;
      const block = buildBlock({
        chainId: this.#chain.chainId,
        accounts: this.#chain.accounts,
        parent,
        timestamp: Math.max(parent.header.timestamp, canonical.header.timestamp),
        branch: FIRST_MARK + this.#number,
        waiting: [],
      });
      this.#blocks.push(block);
      this.#byHash.set(block.hash, block);
      block.transactions.forEach(({ hash }, index) => this.#byTransaction.set(hash, { block, index }));
    }
    if (this.#blocks.length > before) this.#tell(this.#blocks.slice(before), false);
  }

  /** The provider has gone back to the chain. */
  end(): void {
    this.#tell([], true);
  }

  view(lagBlocks: number): ChainView {
    const { tip } = this;
    return new ChainView(this, lagBlocks === 0 ? tip : this.at(Math.max(0, tip.number - lagBlocks)) ?? tip);
  }

  at(number: number): SimBlock | undefined {
    if (number > this.#fork.number) return this.#blocks[number - this.#fork.number - 1];
    const view = this.#chain.view();
    // A reorg of the chain takes nothing back of what this branch grows on.
    let block: SimBlock | undefined = this.#fork;
    while (block !== undefined && block.number > number && view.at(block.number) !== block) {
      block = this.#chain.block(block.header.parentHash);
    }
    return block === undefined || block.number === number ? block : view.at(number);
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
    return shared !== undefined && this.at(shared.block.number) === shared.block ? shared : undefined;
  }

  #tell(added: readonly SimBlock[], isOver: boolean): void {
    this.#chain.tellOwnBranch({ branch: this.#number, provider: this.#provider, added, isOver });
  }
}
