// One simulated chain, shared by all its providers: history made from a seed, then a block each block time on the
// clock that it is given, and reorgs on command. Providers read it through views, each at its own height, and hear of
// each change of the canonical branch. Dispose it to stop its timer.

import type { Clock, Timer } from "../../core/clock.ts";
import type { SimBlock } from "./block.ts";
import { BLOCK_GAS_LIMIT, buildBlock, genesisBlock } from "./block_builder.ts";
import { BlockTree, type ChainChange } from "./block_tree.ts";
import { ChainView } from "./chain_view.ts";
import { Listeners } from "./listeners.ts";
import type { OwnBranchNews } from "./own_branch.ts";
import { TransactionPool } from "./pool.ts";
import type { SimTransaction } from "./transaction.ts";
import { accountsOf, type SimAccount } from "./world.ts";

export interface SimulatedChainOptions {
  readonly chainId: number;
  /** The same seed, chain id, block time and start (of the clock, or `historyStartMs`) make the same chain. */
  readonly seed: number;
  /** Milliseconds between blocks, also far below a real chain's; 0: only `mine` makes blocks. */
  readonly blockTimeMs: number;
  readonly clock: Clock;
  /** Blocks that exist at the start, beside the genesis. Default 96. */
  readonly historyBlocks?: number;
  /**
   * Wall time of the genesis, ms since the epoch. Given, the history is the same whenever the chain is started, and only
   * the blocks after it have the clock's time. Default: the history ends at the clock's wall time.
   */
  readonly historyStartMs?: number;
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
  readonly #changes = new Listeners<ChainChange>();
  readonly #arrivals = new Listeners<SimTransaction>();
  readonly #ownBranches = new Listeners<OwnBranchNews>();
  /** Came from clients: only these go back to the pool when their block is orphaned. */
  readonly #submitted = new WeakSet<SimTransaction>();
  /** Reorgs so far: what tells siblings apart. */
  #branches = 0;
  /** Branches of single providers so far. */
  #ownBranchCount = 0;
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
    const startMs = options.historyStartMs ?? clock.wallNow() - historyBlocks * spacingMs;
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
    const refusal = this.pool.add(tx, this.head.state);
    if (refusal === null) {
      this.#submitted.add(tx);
      this.#arrivals.tell(tx);
    }
    return refusal;
  }

  /** Makes a block now, whatever the block time. */
  mine(): SimBlock {
    return this.#extend(this.#clock.wallNow());
  }

  /**
   * Replaces the last `depth` blocks by `newBlocks` others (default one more than before, so that the head rises; fewer
   * are allowed, at least one). Other transactions, logs and hashes; what clients had sent is waiting again before the
   * first new block is made. RangeError for a depth that the remembered chain does not have.
   */
  reorg(depth: number, options: { readonly newBlocks?: number } = {}): ChainChange {
    const { newBlocks = depth + 1 } = options;
    const tip = this.#tree.tip;
    const fork = Number.isInteger(depth) && depth >= 1 ? this.#tree.at(tip.number - depth) : undefined;
    const orphaned = fork === undefined ? undefined : this.#tree.path(tip, fork)?.removed;
    if (fork === undefined || orphaned === undefined) {
      throw new RangeError(
        `Cannot reorganise the chain as depth must be a whole number from 1 to ${tip.number}, within the window: it is ${depth}`,
      );
    }
    if (!Number.isInteger(newBlocks) || newBlocks < 1) {
      throw new RangeError(
        `Cannot reorganise the chain as newBlocks must be a whole number of 1 or more: it is ${newBlocks}`,
      );
    }
    this.#takeBack(orphaned, fork);
    this.#branches++;
    let parent = fork;
    for (let made = 0; made < newBlocks; made++) {
      const replaced = this.#tree.at(parent.number + 1);
      const wallMs = replaced === undefined ? this.#clock.wallNow() : replaced.header.timestamp * 1000;
      parent = this.#build(parent, wallMs, this.#branches);
      this.#insert(parent);
    }
    return this.#moveTo(parent);
  }

  /** Goes back to a branch that was left, or over to another one: its last block becomes the head (A → B → A). */
  switchTo(hash: string): ChainChange {
    const block = this.#tree.byHash(hash);
    if (block === undefined || this.#tree.isCanonical(block)) {
      const problem = block === undefined ? "not known" : "on the canonical branch already";
      throw new RangeError(`Cannot switch the chain to block ${hash}: it is ${problem}`);
    }
    const orphaned = this.#tree.path(this.#tree.tip, block)?.removed ?? [];
    this.#takeBack(orphaned, block);
    this.pool.settle(block.state);
    return this.#moveTo(block);
  }

  /** Hears of each change of the canonical branch, mined or reorganised, when it is complete. */
  onChange(listener: (change: ChainChange) => void): () => void {
    return this.#changes.add(listener);
  }

  /** Hears of transactions when they arrive in the pool; simulated traffic arrives just before its block. */
  onTransaction(listener: (tx: SimTransaction) => void): () => void {
    return this.#arrivals.add(listener);
  }

  /** Hears of the branches that single providers have for themselves: the chain knows nothing else of them. */
  onOwnBranch(listener: (news: OwnBranchNews) => void): () => void {
    return this.#ownBranches.add(listener);
  }

  /** Called by `OwnBranch` only, as is `tellOwnBranch`. */
  nextOwnBranch(): number {
    return this.#ownBranchCount++;
  }

  tellOwnBranch(news: OwnBranchNews): void {
    this.#ownBranches.tell(news);
  }

  /** A block of any branch but single providers' own. */
  block(hash: string): SimBlock | undefined {
    return this.#tree.byHash(hash);
  }

  /** The way from one block to another over their common ancestor; null where the window has moved on. */
  path(from: SimBlock, to: SimBlock): ChainChange | null {
    return this.#tree.path(from, to);
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
    const block = this.#build(this.#tree.tip, wallMs, 0);
    this.#insert(block);
    this.#moveTo(block);
    return block;
  }

  #build(parent: SimBlock, wallMs: number, branch: number): SimBlock {
    // Whole seconds must rise from block to block, but on a chain faster than that they may only not fall.
    const step = this.#blockTimeMs > 0 && this.#blockTimeMs < 1000 ? 0 : 1;
    return buildBlock({
      chainId: this.chainId,
      accounts: this.accounts,
      parent,
      timestamp: Math.max(parent.header.timestamp + step, Math.floor(wallMs / 1000)),
      branch,
      waiting: this.pool.waiting(),
    });
  }

  #insert(block: SimBlock): void {
    this.#tree.insert(block);
    this.pool.settle(block.state);
    for (const tx of block.transactions) if (!this.#submitted.has(tx)) this.#arrivals.tell(tx);
  }

  #moveTo(block: SimBlock): ChainChange {
    const change = this.#tree.moveTo(block);
    this.#changes.tell(change);
    return change;
  }

  #takeBack(orphaned: readonly SimBlock[], fork: SimBlock): void {
    const sent = orphaned.flatMap(({ transactions }) => transactions.filter((tx) => this.#submitted.has(tx)));
    this.pool.restore(sent, fork.state);
  }
}
