// A chain of blocks whose headers have the size of real ones, made one by one on command. Each header holds in its
// extraData when it was made, so that whoever gets it can tell how long it was under way. Used by ws_upstream.ts.

/** A block as nodes show it. */
export interface ChainBlock {
  readonly number: number;
  readonly hash: string;
  /** JSON text: the result of a `newHeads` notification. */
  readonly head: string;
  /** JSON text: the result of eth_getBlockByNumber without transactions. */
  readonly block: string;
}

/** Blocks that can be asked for. */
const kept = 512;
const firstNumber = 18_000_000;

export class HeadChain {
  readonly #blocks: ChainBlock[] = [];
  #made = 0;

  constructor() {
    this.mine(0);
  }

  get tip(): ChainBlock {
    return this.#blocks[this.#blocks.length - 1]!;
  }

  /** `madeAt`: ms of the epoch, with fractions. */
  mine(madeAt: number): ChainBlock {
    const number = firstNumber + this.#made++;
    const parentHash = this.#made === 1 ? word(firstNumber - 1, "a1") : this.tip.hash;
    const block = makeBlock(number, parentHash, madeAt);
    this.#blocks.push(block);
    if (this.#blocks.length > kept) this.#blocks.shift();
    return block;
  }

  /** By hex number, by `latest` or another tag, or by hash. */
  find(reference: string): ChainBlock | null {
    if (reference.length === 66) return this.#blocks.find(({ hash }) => hash === reference) ?? null;
    if (!reference.startsWith("0x")) return this.tip;
    return this.#blocks.find(({ number }) => number === Number(reference)) ?? null;
  }
}

/** ms of the epoch that a header's extraData holds, in whole µs. */
export function madeAtOf(header: string): number {
  const hex = /"extraData":"0x([0-9a-f]{16})"/.exec(header)?.[1];
  if (hex === undefined) throw new Error(`A header without its time: ${header.slice(0, 200)}`);
  return parseInt(hex, 16) / 1_000;
}

function makeBlock(number: number, parentHash: string, madeAt: number): ChainBlock {
  const hash = word(number, "a1");
  const members = {
    parentHash,
    sha3Uncles: word(number, "b2"),
    miner: `0x${"c3".repeat(20)}`,
    stateRoot: word(number, "d4"),
    transactionsRoot: word(number, "e5"),
    receiptsRoot: word(number, "f6"),
    logsBloom: `0x${"4820a1".repeat(85)}00`,
    difficulty: "0x0",
    number: `0x${number.toString(16)}`,
    gasLimit: "0x1c9c380",
    gasUsed: "0xe4e1c0",
    timestamp: `0x${Math.floor(madeAt / 1_000).toString(16)}`,
    extraData: `0x${Math.round(madeAt * 1_000).toString(16).padStart(16, "0")}`,
    mixHash: word(number, "17"),
    nonce: "0x0000000000000000",
    baseFeePerGas: "0x2540be400",
    withdrawalsRoot: word(number, "28"),
    blobGasUsed: "0x20000",
    excessBlobGas: "0x4b80000",
    parentBeaconBlockRoot: word(number, "39"),
    requestsHash: word(number, "4a"),
    hash,
  };
  const more = { size: "0x2d3c", transactions: [], uncles: [], withdrawals: [] };
  return { number, hash, head: JSON.stringify(members), block: JSON.stringify({ ...members, ...more }) };
}

/** 32 bytes that differ by number and by kind. */
function word(number: number, kind: string): string {
  return `0x${kind.repeat(24)}${number.toString(16).padStart(16, "0")}`;
}
