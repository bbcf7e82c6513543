// One node's way along the chain: it lags as its settings say, and tells each step from one head that it has shown to
// the next, reorgs included. It never goes back to an ancestor: a node whose lag grows stands still until the chain
// has come far enough again. Made by the provider, which starts and stops it.

import type { SimBlock } from "./block.ts";
import type { ChainChange } from "./block_tree.ts";
import type { ChainView } from "./chain_view.ts";

/** The chain that is followed; a SimulatedChain is one. */
export interface FollowedChain {
  view(lagBlocks: number): ChainView;
  path(from: SimBlock, to: SimBlock): ChainChange | null;
  onChange(listener: () => void): () => void;
}

export class HeadFollower {
  readonly #chain: FollowedChain;
  readonly #lagBlocks: () => number;
  readonly #onMove: (change: ChainChange) => void;
  #shown: SimBlock;
  #stop: (() => void) | undefined;
  #paused = false;

  constructor(chain: FollowedChain, lagBlocks: () => number, onMove: (change: ChainChange) => void) {
    this.#chain = chain;
    this.#lagBlocks = lagBlocks;
    this.#onMove = onMove;
    this.#shown = chain.view(lagBlocks()).head;
  }

  /** Follows from the head that the node sees now; what came before is not told. */
  start(): void {
    if (this.#stop !== undefined) return;
    this.#shown = this.#chain.view(this.#lagBlocks()).head;
    this.#stop = this.#chain.onChange(() => this.update());
  }

  stop(): void {
    this.#stop?.();
    this.#stop = undefined;
  }

  /** Learns nothing until `resume`, which tells the way from where it stood. */
  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.update();
  }

  /** Tells the way to what the node sees now; also after a change of its lag. */
  update(): void {
    if (this.#stop === undefined || this.#paused) return;
    const visible = this.#chain.view(this.#lagBlocks()).head;
    if (visible === this.#shown) return;
    const path = this.#chain.path(this.#shown, visible);
    if (path !== null && path.added.length === 0) return;
    this.#shown = visible;
    // Further back than the chain remembers: it goes on from here.
    if (path !== null) this.#onMove(path);
  }
}
