// Holds answers against a ledger of blocks and logs, where no whole record of the chain is there: block heights, blocks
// by number and hash, and logs of pinned ranges. It takes no time into account, so a tag may be answered by any block
// that there ever was; all else can't be told.

import type { CallRecord } from "../model/record.ts";
import { type Ledger, type LedgerBlock, type LedgerFilter, matches } from "../simulator/ledger.ts";
import { type AnswerJudge, type Judgement, unknown } from "./answer_judge.ts";

const right: Judgement = { verdict: "right", why: "" };

interface BlockAnswer {
  readonly number?: unknown;
  readonly hash?: unknown;
  readonly parentHash?: unknown;
}

interface LogAnswer {
  readonly blockHash?: unknown;
  readonly logIndex?: unknown;
}

export class LedgerJudge implements AnswerJudge {
  readonly #ledger: Ledger;
  readonly #canonical = new Map<number, LedgerBlock>();

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
    for (const block of ledger.canonicalWhile(() => true)) this.#canonical.set(block.number, block);
  }

  judge(call: CallRecord): Judgement {
    if (call.outcome !== "result" || call.result === null) return unknown;
    try {
      const result: unknown = JSON.parse(call.result);
      const params: unknown = JSON.parse(call.params);
      if (!Array.isArray(params)) return unknown;
      switch (call.method) {
        case "eth_blockNumber":
          return this.#height(result);
        case "eth_getBlockByNumber":
        case "eth_getBlockByHash":
          return this.#block(params[0], result);
        case "eth_getLogs":
          return this.#logs(params[0], result);
        default:
          return unknown;
      }
    } catch {
      return unknown;
    }
  }

  #height(result: unknown): Judgement {
    const highest = this.#ledger.newest?.number ?? null;
    const number = heightOf(result);
    if (highest === null) return unknown;
    return number !== null && number <= Math.max(highest, this.#ledger.tip?.number ?? 0)
      ? right
      : { verdict: "wrong", why: `the chain never went beyond ${highest}` };
  }

  #block(asked: unknown, result: unknown): Judgement {
    if (result === null || typeof result !== "object") return unknown;
    const { hash, number, parentHash } = result as BlockAnswer;
    const block = this.#ledger.block(String(hash));
    // What is older than the ledger it can't tell.
    const lowest = Math.min(...this.#canonical.keys());
    if (block === undefined && (heightOf(number) ?? 0) < lowest) return unknown;
    const pinned = heightOf(asked);
    const fits = block !== undefined && block.number === heightOf(number) &&
      block.parentHash === parentHash &&
      (typeof asked === "string" && asked.length === 66 ? asked === block.hash : true) &&
      (pinned === null || pinned === block.number);
    return fits ? right : { verdict: "wrong", why: "it is no such block of the chain" };
  }

  #logs(query: unknown, result: unknown): Judgement {
    if (typeof query !== "object" || query === null || !Array.isArray(result)) return unknown;
    const { blockHash, fromBlock, toBlock, address, topics } = query as Record<string, unknown>;
    const filter = { address: address ?? null, topics: topics ?? null } as LedgerFilter;
    const blocks = this.#asked(blockHash, heightOf(fromBlock), heightOf(toBlock));
    if (blocks === null) return unknown;
    const expected = blocks.flatMap(({ logs }) => logs.filter((log) => matches(filter, log)))
      .map(({ blockHash, logIndex }) => `${blockHash}:${logIndex}`);
    const got = (result as readonly LogAnswer[]).map((log) => `${log.blockHash}:${heightOf(log.logIndex)}`);
    return expected.join() === got.join()
      ? right
      : { verdict: "wrong", why: `${expected.length} logs were expected, ${got.length} came` };
  }

  /** The blocks of a pinned query; null where tags, forks or what lies before the ledger make it unsure. */
  #asked(blockHash: unknown, from: number | null, to: number | null): readonly LedgerBlock[] | null {
    if (typeof blockHash === "string") {
      const block = this.#ledger.block(blockHash);
      return block === undefined ? null : [block];
    }
    // With orphans about, what was canonical at that time is not known here.
    if (from === null || to === null || this.#ledger.size !== this.#canonical.size) return null;
    const blocks: LedgerBlock[] = [];
    for (let number = from; number <= to; number++) {
      const block = this.#canonical.get(number);
      if (block === undefined) return null;
      blocks.push(block);
    }
    return blocks;
  }
}

function heightOf(value: unknown): number | null {
  return typeof value === "string" && /^0x[0-9a-f]{1,13}$/i.test(value) ? Number.parseInt(value, 16) : null;
}
