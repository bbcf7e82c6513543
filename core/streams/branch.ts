// The delivered branch of a stream: linked blocks from the newest back. Nothing else decides what is new. It holds a
// bounded number of blocks; what is deeper is unknown to it.

export interface Linked {
  readonly number: number;
  readonly hash: string;
  readonly parentHash: string;
}

/** Blocks held; a reorg that goes deeper is a gap. */
export const branchBlocks = 256;

export class Branch<T extends Linked> {
  /** Oldest first, without a hole. */
  readonly #blocks: T[] = [];

  get size(): number {
    return this.#blocks.length;
  }

  get tip(): T | null {
    return this.#blocks.at(-1) ?? null;
  }

  get bottom(): T | null {
    return this.#blocks[0] ?? null;
  }

  at(number: number): T | undefined {
    const bottom = this.#blocks[0];
    return bottom === undefined ? undefined : this.#blocks[number - bottom.number];
  }

  has(block: Linked): boolean {
    return this.at(block.number)?.hash === block.hash;
  }

  /** Is the block's parent on the branch, or just below its bottom? */
  hasParentOf(block: Linked): boolean {
    const parent = this.at(block.number - 1);
    if (parent !== undefined) return parent.hash === block.parentHash;
    const bottom = this.#blocks[0];
    return bottom !== undefined && bottom.number === block.number && bottom.parentHash === block.parentHash;
  }

  /** `block` must be a child of the tip, or the first. */
  push(block: T): void {
    this.#blocks.push(block);
    if (this.#blocks.length > branchBlocks) this.#blocks.shift();
  }

  pop(): T | undefined {
    return this.#blocks.pop();
  }

  /** Lets go of the oldest block. */
  shift(): void {
    this.#blocks.shift();
  }

  /** `block` must be the parent of the bottom. */
  extendDown(block: T): void {
    this.#blocks.unshift(block);
  }

  clear(): void {
    this.#blocks.length = 0;
  }

  /** Oldest first. */
  [Symbol.iterator](): IterableIterator<T> {
    return this.#blocks.values();
  }
}
