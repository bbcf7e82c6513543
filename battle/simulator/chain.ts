// One simulated chain, shared by all its providers: history made from a seed, then a block each block time on the
// clock that it is given. Providers read it through views, each at its own height. Dispose it to stop its timer.

import type { Clock, Timer } from "../../core/clock.ts";
import type { SimBlock } from "./block.ts";
import { BLOCK_GAS_LIMIT, buildBlock, genesisBlock } from "./block_builder.ts";
import { BlockTree } from "./block_tree.ts";
import { ChainView } from "./chain_view.ts";
import { TransactionPool } from "./pool.ts";
import type { SimTransaction } from "./transaction.ts";
import { accountsOf, type SimAccount } from "./world.ts";

export interface SimulatedChainOptions {
  readonly chainId: number;
  /** The same seed, chain id, block time and start of the clock make the same chain. */
  readonly seed: number;
  /** Milliseconds between blocks, also far below a real chain's; 0: only `mine` makes blocks. */
  readonly blockTimeMs: number;
  readonly clock: Clock;
  /** Blocks that exist at the start, beside the genesis. Default 96. */
  readonly historyBlocks?: number;
  /** Blocks that are remembered, beside the genesis. Default 4096. */
  readonly windowBlocks?: number;
}

/** A clock that stood still makes up for at most so many blocks. */
const MAX_CATCH_UP_BLOCKS = 32;

export function createSimulatedChain(options: SimulatedChainOptions): SimulatedChain {
  return new SimulatedChain(options);
}

export class SimulatedChain {
  readonly chainId: number;
  readonly accounts: readonly SimAccount[];
  readonly pool: TransactionPool;
  readonly #clock: Clock;
  readonly #tree: BlockTree;
  #blockTimeMs: number;
  /** On the monotonic clock. */
  #nextDueMs = 0;
  #timer: Timer | undefined;

  constructor(options: SimulatedChainOptions) {
    const { chainId, seed, blockTimeMs, clock, historyBlocks = 96, windowBlocks = 4096 } = options;
    if (!(blockTimeMs >= 0)) {
      throw new RangeError(`Cannot simulate a chain as blockTimeMs must be 0 or more: it is ${blockTimeMs}`);
    }
    this.chainId = chainId;
    this.accounts = accountsOf(seed);
    this.pool = new TransactionPool(chainId, BLOCK_GAS_LIMIT);
    this.#clock = clock;
    this.#blockTimeMs = blockTimeMs;
    const spacingMs = blockTimeMs === 0 ? 1_000 : blockTimeMs;
    const startMs = clock.wallNow() - historyBlocks * spacingMs;
    this.#tree = new BlockTree(genesisBlock(chainId, seed, Math.floor(startMs / 1000)), windowBlocks);
    for (let number = 1; number <= historyBlocks; number++) this.#extend(startMs + number * spacingMs);
    this.#schedule();
  }

  get blockTimeMs(): number {
    return this.#blockTimeMs;
  }

  get head(): SimBlock {
    return this.#tree.tip;
  }

  /** The chain as a node sees it that is `lagBlocks` behind. */
  view(lagBlocks = 0): ChainView {
    const tip = this.#tree.tip;
    const head = lagBlocks === 0 ? tip : this.#tree.at(Math.max(0, tip.number - lagBlocks)) ?? tip;
    return new ChainView(this.#tree, head);
  }

  /** Takes a client's transaction in for the next block; a text says why not, in a node's words. */
  submit(tx: SimTransaction): string | null {
    return this.pool.add(tx, this.head.state);
  }

  /** Makes a block now, whatever the block time. */
  mine(): SimBlock {
    return this.#extend(this.#clock.wallNow());
  }

  /** 0 stops the chain. */
  setBlockTime(blockTimeMs: number): void {
    this.#blockTimeMs = blockTimeMs;
    this.#schedule();
  }

  [Symbol.dispose](): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #schedule(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#blockTimeMs === 0) return;
    this.#nextDueMs = this.#clock.now() + this.#blockTimeMs;
    this.#wait();
  }

  #wait(): void {
    this.#timer = this.#clock.after(this.#nextDueMs - this.#clock.now(), () => this.#onDue());
  }

  #onDue(): void {
    const now = this.#clock.now();
    const wallOffset = this.#clock.wallNow() - now;
    this.#nextDueMs = Math.max(this.#nextDueMs, now - MAX_CATCH_UP_BLOCKS * this.#blockTimeMs);
    while (this.#nextDueMs <= now) {
      this.#extend(wallOffset + this.#nextDueMs);
      this.#nextDueMs += this.#blockTimeMs;
    }
    this.#wait();
  }

  #extend(wallMs: number): SimBlock {
    const parent = this.#tree.tip;
    // Whole seconds must rise from block to block, but on a chain faster than that they may only not fall.
    const step = this.#blockTimeMs > 0 && this.#blockTimeMs < 1000 ? 0 : 1;
    const block = buildBlock({
      chainId: this.chainId,
      accounts: this.accounts,
      parent,
      timestamp: Math.max(parent.header.timestamp + step, Math.floor(wallMs / 1000)),
      branch: 0,
      waiting: this.pool.waiting(),
    });
    this.#tree.extend(block);
    this.pool.settle(block.state);
    return block;
  }
}
