// The blocks that P9 pushes: a linked chain with many logs, each notification's text as a transport hands it on, a slice
// of what a socket read. Every upstream has a text of its own, for two copies of an event are two strings. Pure.

import { Buffer } from "node:buffer";
import { HeadChain } from "./head_chain.ts";

/** What one upstream notifies of a block: wire text of each `params.result`. */
export interface BlockCopy {
  readonly head: string;
  readonly logs: readonly string[];
}

export interface StreamBlock {
  readonly number: number;
  readonly hash: string;
  /** JSON text of eth_getBlockByNumber. */
  readonly block: string;
  readonly copies: { readonly a: BlockCopy; readonly b: BlockCopy };
}

export class BlockMaker {
  readonly #chain = new HeadChain();

  next(logsPerBlock: number): StreamBlock {
    const { number, hash, head, block } = this.#chain.mine(0);
    const copy = (): BlockCopy => ({
      head: asRead(head),
      logs: Array.from({ length: logsPerBlock }, (_, index) => asRead(logText(number, hash, index))),
    });
    return { number, hash, block, copies: { a: copy(), b: copy() } };
  }
}

function asRead(result: string): string {
  const before = '{"jsonrpc":"2.0","method":"eth_subscription","params":{"subscription":"0x1","result":';
  const message = Buffer.from(`${before}${result}}}`).toString("latin1");
  return message.slice(before.length, -2);
}

/** A transfer of a token. */
function logText(number: number, hash: string, index: number): string {
  const hex = index.toString(16);
  const word = (kind: string): string => `0x${kind.repeat(12)}${hex.padStart(40, "0")}`;
  return JSON.stringify({
    address: `0x${"c0ffee00".repeat(5)}`,
    topics: [
      "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef",
      word("00"),
      word("01"),
    ],
    data: word("02"),
    blockNumber: `0x${number.toString(16)}`,
    transactionHash: `0x${number.toString(16).padStart(32, "0")}${hex.padStart(32, "0")}`,
    transactionIndex: `0x${hex}`,
    blockHash: hash,
    blockTimestamp: "0x6553f100",
    logIndex: `0x${hex}`,
    removed: false,
  });
}
