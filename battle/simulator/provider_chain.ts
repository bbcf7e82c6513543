// The chain as one provider has it: the shared one, or a branch of its own while it is forked off. Its views go to the
// node, its changes to the follower that announces them.

import type { SimBlock } from "./block.ts";
import { type ChainChange, pathBetween } from "./block_tree.ts";
import type { SimulatedChain } from "./chain.ts";
import type { ChainView } from "./chain_view.ts";
import { OwnBranch } from "./own_branch.ts";

export class ProviderChain {
  readonly #chain: SimulatedChain;
  readonly #provider: string;
  /** In force, the newest last: it is the one that is shown. */
  readonly #branches = new Set<OwnBranch>();
  /** Those of before too: the way back from their blocks must be found. */
  readonly #all: OwnBranch[] = [];

  constructor(chain: SimulatedChain, provider: string) {
    this.#chain = chain;
    this.#provider = provider;
  }

  /** Leaves the canonical branch `depth` blocks below its head; the function that is given back returns to it. */
  fork(depth: number): () => void {
    const branch = new OwnBranch(this.#chain, depth, this.#provider);
    this.#branches.add(branch);
    this.#all.push(branch);
    return () => {
      if (this.#branches.delete(branch)) branch.end();
    };
  }

  view(lagBlocks: number): ChainView {
    const branch = [...this.#branches].at(-1);
    return branch === undefined ? this.#chain.view(lagBlocks) : branch.view(lagBlocks);
  }

  path(from: SimBlock, to: SimBlock): ChainChange | null {
    if (this.#all.length === 0) return this.#chain.path(from, to);
    return pathBetween(from, to, (hash) => {
      for (const branch of this.#all) {
        const block = branch.byHash(hash);
        if (block !== undefined) return block;
      }
      return this.#chain.block(hash);
    });
  }

  onChange(listener: () => void): () => void {
    return this.#chain.onChange(() => {
      for (const branch of this.#branches) branch.grow();
      listener();
    });
  }
}
