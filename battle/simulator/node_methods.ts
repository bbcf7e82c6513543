// Methods about the node itself, and about fees. Called through the method table.

import { quantity } from "./hex.ts";
import { nextBaseFee } from "./header.ts";
import type { MethodTable } from "./method_context.ts";
import { heightOf, type Params, quantityOf, required } from "./rpc_params.ts";
import { invalidParams, RpcFault } from "./rpc_fault.ts";
import type { SimBlock } from "./block.ts";

const SUGGESTED_TIP_WEI = 1_000_000_000n;
const MAX_FEE_HISTORY_BLOCKS = 1024;

export const nodeMethods: MethodTable = {
  web3_clientVersion: ({ clientVersion }) => JSON.stringify(clientVersion),
  net_version: ({ chain, limits }) => `"${limits.claimedChainId ?? chain.chainId}"`,
  net_listening: () => "true",
  net_peerCount: () => `"0x19"`,
  eth_chainId: ({ chain, limits }) => `"${quantity(limits.claimedChainId ?? chain.chainId)}"`,
  eth_blockNumber: ({ view }) => `"${quantity(view.head.number)}"`,
  eth_syncing: ({ chain, view, limits }) => syncStatus(limits.syncing, view.head.number, chain.head.number),
  eth_accounts: () => "[]",
  eth_gasPrice: ({ view }) => `"${quantity(nextBaseFee(view.head.header) + SUGGESTED_TIP_WEI)}"`,
  eth_maxPriorityFeePerGas: () => `"${quantity(SUGGESTED_TIP_WEI)}"`,
  eth_blobBaseFee: () => `"0x1"`,
  eth_feeHistory: ({ view }, params) => {
    const wanted = feeBlockCount(required(params, 0));
    const newest = heightOf(required(params, 1), 1, view);
    if (newest > view.head.number) {
      throw new RpcFault(-32000, `request beyond head block: requested ${newest}, head ${view.head.number}`);
    }
    const percentiles = percentilesOf(params);
    const blocks: SimBlock[] = [];
    for (let number = newest; blocks.length < wanted; number--) {
      const block = view.at(number);
      if (block === undefined) break;
      blocks.unshift(block);
    }
    const fees = blocks.map(({ header }) => quantity(header.baseFeePerGas));
    const last = blocks.at(-1);
    if (last !== undefined) fees.push(quantity(nextBaseFee(last.header)));
    return JSON.stringify({
      oldestBlock: quantity(blocks[0]?.number ?? 0),
      baseFeePerGas: fees,
      gasUsedRatio: blocks.map(({ header }) => header.gasUsed / header.gasLimit),
      baseFeePerBlobGas: fees.map(() => "0x1"),
      blobGasUsedRatio: blocks.map(() => 0),
      ...(percentiles.length === 0 ? {} : { reward: blocks.map((block) => rewards(block, percentiles)) }),
    });
  },
};

/** As eth_syncing answers; also part of what a syncing subscription announces. */
export function syncStatus(syncing: boolean, current: number, highest: number): string {
  if (!syncing) return "false";
  const heights = {
    startingBlock: quantity(0),
    currentBlock: quantity(current),
    highestBlock: quantity(highest),
  };
  return JSON.stringify(heights);
}

/** Clients send the count as a quantity; nodes take a plain number as well. */
function feeBlockCount(value: unknown): number {
  const count = typeof value === "number" && Number.isInteger(value) ? value : quantityOf(value, 0);
  return Math.min(count, MAX_FEE_HISTORY_BLOCKS);
}

function percentilesOf(params: Params): readonly number[] {
  const value = params[2] ?? [];
  if (!Array.isArray(value) || !value.every((item) => typeof item === "number")) {
    throw invalidParams("invalid argument 2: json: cannot unmarshal value into Go value of type []float64");
  }
  const percentiles = value as readonly number[];
  percentiles.forEach((percentile, index) => {
    const before = percentiles[index - 1] ?? 0;
    if (percentile < 0 || percentile > 100 || percentile < before) {
      throw new RpcFault(-32000, `invalid reward percentile: ${percentile}`);
    }
  });
  return percentiles;
}

/** The tips at percentiles of the block's gas, as eth_feeHistory defines them. */
function rewards(block: SimBlock, percentiles: readonly number[]): readonly string[] {
  const base = block.header.baseFeePerGas;
  const paid = block.transactions.map((tx, index) => {
    const room = tx.maxFeePerGas - base;
    return {
      tip: tx.maxPriorityFeePerGas < room ? tx.maxPriorityFeePerGas : room,
      gas: block.receipts[index]!.gasUsed,
    };
  }).sort((a, b) => (a.tip < b.tip ? -1 : a.tip > b.tip ? 1 : 0));
  return percentiles.map((percentile) => {
    let left = (block.header.gasUsed * percentile) / 100;
    const found = paid.find(({ gas }) => (left -= gas) <= 0) ?? paid.at(-1);
    return quantity(found?.tip ?? 0n);
  });
}
