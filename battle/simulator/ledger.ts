// The ledger: every block that a simulated chain ever had, with its logs, which branch was canonical at the end, and
// which blocks a provider had for itself alone: they never were, yet a router may have followed them. `check_heads.ts` and
// `check_logs.ts` compare to it what a client received. Pure; the simulator and the tests' worlds write it, and nothing
// in it may depend on what the router believes.

/** A log as far as the promise to subscribers is concerned. Hex in lower case. */
export interface LedgerLog {
  readonly blockHash: string;
  readonly blockNumber: number;
  /** Position in the block. */
  readonly logIndex: number;
  readonly address: string;
  readonly topics: readonly string[];
}

export interface LedgerBlock {
  readonly number: number;
  readonly hash: string;
  readonly parentHash: string;
  /** In the order of their indices. */
  readonly logs: readonly LedgerLog[];
}

/** A log filter as `eth_subscribe` takes it. */
export interface LedgerFilter {
  readonly address?: string | readonly string[] | null;
  readonly topics?: readonly (string | readonly string[] | null)[] | null;
}

export class Ledger {
  readonly #blocks = new Map<string, LedgerBlock>();
  readonly #ordinals = new Map<string, number>();
  readonly #owners = new Map<string, string>();
  #tip: LedgerBlock | null = null;
  #newest: LedgerBlock | null = null;

  /** Blocks so far, of all branches. */
  get size(): number {
    return this.#blocks.size;
  }

  /** The newest canonical block; null before any. */
  get tip(): LedgerBlock | null {
    return this.#tip;
  }

  /** The block that was added last; null before any. */
  get newest(): LedgerBlock | null {
    return this.#newest;
  }

  /** All blocks in the order in which they were added. */
  blocks(): IterableIterator<LedgerBlock> {
    return this.#blocks.values();
  }

  /** Adds a block that is new; a parent must be added before its child. `owner`: the provider that alone has it. */
  add(block: LedgerBlock, owner: string | null = null): void {
    if (this.#blocks.has(block.hash)) throw new Error(`block ${block.hash} is in the ledger already`);
    this.#ordinals.set(block.hash, this.#blocks.size);
    this.#blocks.set(block.hash, block);
    if (owner !== null) this.#owners.set(block.hash, owner);
    this.#newest = block;
  }

  /** The branch that ends in this block is the canonical one from now on. */
  setCanonical(hash: string): void {
    const block = this.#blocks.get(hash);
    if (block === undefined) throw new Error(`block ${hash} is not in the ledger`);
    this.#tip = block;
  }

  block(hash: string): LedgerBlock | undefined {
    return this.#blocks.get(hash);
  }

  /** The provider that alone had the block, on a branch of its own; null: the chain had it. */
  ownerOf(hash: string): string | null {
    return this.#owners.get(hash) ?? null;
  }

  parentOf(block: LedgerBlock): LedgerBlock | undefined {
    return this.#blocks.get(block.parentHash);
  }

  /** How many blocks had been added before this one; Infinity for a block that the ledger doesn't have. */
  ordinalOf(hash: string): number {
    return this.#ordinals.get(hash) ?? Infinity;
  }

  /** The block of this number on the branch that ends in `from`; undefined when the ledger does not reach so far. */
  ancestorAt(from: LedgerBlock, number: number): LedgerBlock | undefined {
    let at: LedgerBlock | undefined = from;
    while (at !== undefined && at.number > number) at = this.parentOf(at);
    return at?.number === number ? at : undefined;
  }

  /** Is `ancestor` on the branch that ends in `block` (or `block` itself)? */
  isAncestor(ancestor: LedgerBlock, block: LedgerBlock): boolean {
    return this.ancestorAt(block, ancestor.number)?.hash === ancestor.hash;
  }

  /** Blocks of the canonical branch for which `wanted` holds all the way down from the tip, oldest first. */
  canonicalWhile(wanted: (block: LedgerBlock) => boolean): LedgerBlock[] {
    const found: LedgerBlock[] = [];
    for (let at = this.#tip ?? undefined; at !== undefined && wanted(at); at = this.parentOf(at)) {
      found.push(at);
    }
    return found.reverse();
  }
}

/** Does the log pass the filter (execution-apis, `eth_getLogs`: topics by position, null matches any)? */
export function matches(filter: LedgerFilter, log: Pick<LedgerLog, "address" | "topics">): boolean {
  const { address, topics } = filter;
  if (!allows(address, log.address)) return false;
  const wanted = [...(topics ?? [])];
  // Trailing positions that match anything ask for no topic to be there.
  while (wanted.length > 0 && isOpen(wanted[wanted.length - 1])) wanted.pop();
  return wanted.length <= log.topics.length &&
    wanted.every((choice, position) => allows(choice, log.topics[position] ?? ""));
}

function isOpen(choice: string | readonly string[] | null | undefined): boolean {
  return choice === null || choice === undefined || choice.length === 0;
}

function allows(choice: string | readonly string[] | null | undefined, value: string): boolean {
  if (choice === null || choice === undefined || choice.length === 0) return true;
  const same = (other: string): boolean => other.toLowerCase() === value;
  return typeof choice === "string" ? same(choice) : choice.some(same);
}
