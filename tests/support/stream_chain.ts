// The chain of the streams' test world: a tree of cheap blocks with real blooms, mined and reorganised on command, with
// the texts in which nodes show them. Keeps the ledger of all that ever was. Knows no time and no provider.

import { addToBloom, BLOOM_BYTES } from "../../battle/simulator/bloom.ts";
import { toHex } from "../../battle/simulator/hex.ts";
import { Ledger, type LedgerBlock, type LedgerLog } from "../../battle/simulator/ledger.ts";
import { below, type Random } from "../../core/random.ts";
import { hex } from "./fake_chain.ts";

export interface LogSpec {
  readonly address: string;
  readonly topics: readonly string[];
}

/** Few enough that filters hit often. */
export const addresses: readonly string[] = Array.from(
  { length: 4 },
  (_, index) => `0x${(0xa0 + index).toString(16).repeat(20)}`,
);
export const topics: readonly string[] = Array.from(
  { length: 5 },
  (_, index) => `0x${(0x10 + index).toString(16).repeat(32)}`,
);

const emptyBloom = toHex(new Uint8Array(BLOOM_BYTES));

/** A block with its texts as nodes give them. */
export class ChainBlock implements LedgerBlock {
  readonly number: number;
  readonly hash: string;
  readonly parentHash: string;
  readonly parent: ChainBlock | null;
  readonly logs: readonly LedgerLog[];
  readonly #bloom: string;
  #headText: string | null = null;
  #blockText: string | null = null;
  #logTexts: readonly string[] | null = null;

  constructor(
    hash: string,
    parent: ChainBlock | null,
    number: number,
    logs: readonly LogSpec[],
    bloom: string,
  ) {
    this.number = number;
    this.hash = hash;
    this.parent = parent;
    this.parentHash = parent?.hash ?? `0x${"0".repeat(64)}`;
    this.logs = logs.map(({ address, topics }, logIndex) => ({
      blockHash: hash,
      blockNumber: number,
      logIndex,
      address,
      topics,
    }));
    this.#bloom = bloom;
  }

  /** The result of a `newHeads` notification. */
  get headText(): string {
    return this.#headText ??= `{${this.#members()}}`;
  }

  /** The result of eth_getBlockBy… without whole transactions. */
  get blockText(): string {
    const more = `"size":"0x220","transactions":["0x${"cd".repeat(32)}"],"uncles":[],"withdrawals":[]`;
    return this.#blockText ??= `{${this.#members()},${more}}`;
  }

  /** The logs as eth_getLogs and notifications give them. */
  get logTexts(): readonly string[] {
    return this.#logTexts ??= this.logs.map((log) =>
      JSON.stringify({
        address: log.address,
        topics: log.topics,
        data: "0x01",
        blockNumber: hex(log.blockNumber),
        blockHash: log.blockHash,
        transactionHash: `0x${"cd".repeat(32)}`,
        transactionIndex: "0x0",
        logIndex: hex(log.logIndex),
        removed: false,
      })
    );
  }

  #members(): string {
    const time = hex(1_700_000_000 + this.number);
    return `"parentHash":"${this.parentHash}","miner":"0x${"0c".repeat(20)}","logsBloom":"${this.#bloom}",` +
      `"number":"${hex(this.number)}","gasUsed":"0x5208","timestamp":"${time}","extraData":"0x",` +
      `"baseFeePerGas":"0x7","hash":"${this.hash}"`;
  }
}

/** The text of a log as its removal is told. */
export function removedText(logText: string): string {
  return logText.replace('"removed":false', '"removed":true');
}

export interface StreamChainOptions {
  readonly random: Random;
  /** The headers' blooms are empty, whatever the blocks hold (as on some rollups). */
  readonly emptyBlooms?: boolean;
  /** Number of the first block; above 0, so that numbers and positions are not the same. */
  readonly firstBlock?: number;
  /** Blocks before the test begins. */
  readonly history?: number;
}

export class StreamChain {
  readonly ledger = new Ledger();
  readonly #random: Random;
  readonly #emptyBlooms: boolean;
  readonly #byHash = new Map<string, ChainBlock>();
  readonly #first: ChainBlock;
  readonly #listeners: (() => void)[] = [];
  #tip: ChainBlock;
  #made = 0;

  constructor(options: StreamChainOptions) {
    this.#random = options.random;
    this.#emptyBlooms = options.emptyBlooms ?? false;
    this.#first = this.#tip = this.#append(null, options.firstBlock ?? 1_000, []);
    for (let nth = 0; nth < (options.history ?? 20); nth++) this.#tip = this.#child(this.#tip, undefined);
    this.ledger.setCanonical(this.#tip.hash);
  }

  get tip(): ChainBlock {
    return this.#tip;
  }

  get first(): ChainBlock {
    return this.#first;
  }

  block(hash: string): ChainBlock | undefined {
    return this.#byHash.get(hash);
  }

  /** `changed` is called after each change of the canonical branch. */
  listen(changed: () => void): void {
    this.#listeners.push(changed);
  }

  /** One more block on the tip; random logs unless they are given. */
  mine(logs?: readonly LogSpec[]): ChainBlock {
    this.#setTip(this.#child(this.#tip, logs));
    return this.#tip;
  }

  /** Replaces the newest `depth` blocks by `length` others; `logs` are those of each new block. */
  reorg(depth: number, length: number = depth + 1, logs?: readonly LogSpec[]): ChainBlock {
    let at = this.back(depth);
    for (let nth = 0; nth < length; nth++) at = this.#child(at, logs);
    this.#setTip(at);
    return at;
  }

  /** The branch that ends in `tip` becomes canonical again, with `more` blocks on top. */
  returnTo(tip: ChainBlock, more: number, logs?: readonly LogSpec[]): ChainBlock {
    let at = tip;
    for (let nth = 0; nth < more; nth++) at = this.#child(at, logs);
    this.#setTip(at);
    return at;
  }

  /** The block so many below the tip; the first one at most. */
  back(depth: number): ChainBlock {
    let at = this.#tip;
    for (let nth = 0; nth < depth; nth++) at = at.parent ?? at;
    return at;
  }

  #setTip(tip: ChainBlock): void {
    this.#tip = tip;
    this.ledger.setCanonical(tip.hash);
    for (const changed of this.#listeners) changed();
  }

  #child(parent: ChainBlock, logs: readonly LogSpec[] | undefined): ChainBlock {
    return this.#append(parent, parent.number + 1, logs ?? this.#randomLogs());
  }

  #append(parent: ChainBlock | null, number: number, logs: readonly LogSpec[]): ChainBlock {
    const bloom = this.#emptyBlooms || logs.length === 0 ? emptyBloom : bloomOf(logs);
    const block = new ChainBlock(hashOf(this.#made++), parent, number, logs, bloom);
    this.#byHash.set(block.hash, block);
    this.ledger.add(block);
    return block;
  }

  #randomLogs(): LogSpec[] {
    const random = this.#random;
    const chance = random.next();
    const count = chance < 0.3 ? 0 : chance < 0.95 ? 1 + below(random, 3) : 12;
    return Array.from({ length: count }, () => ({
      address: addresses[below(random, addresses.length)] ?? "",
      topics: Array.from({ length: below(random, 3) }, () => topics[below(random, topics.length)] ?? ""),
    }));
  }
}

function bloomOf(logs: readonly LogSpec[]): string {
  const bloom = new Uint8Array(BLOOM_BYTES);
  for (const { address, topics } of logs) {
    addToBloom(bloom, address);
    for (const topic of topics) addToBloom(bloom, topic);
  }
  return toHex(bloom);
}

/** 64 digits that differ for each block, in no order. */
function hashOf(nth: number): string {
  const mixed = (Math.imul(nth + 1, 0x9e3779b1) >>> 0).toString(16).padStart(8, "0");
  return `0x${mixed.repeat(7)}${nth.toString(16).padStart(8, "0")}`;
}
