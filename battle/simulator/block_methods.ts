// Methods that read blocks, transactions and receipts. What the node doesn't have is `null`, as on a real one.

import type { SimBlock } from "./block.ts";
import { headerFields } from "./header.ts";
import { quantity } from "./hex.ts";
import type { MethodContext, MethodTable } from "./method_context.ts";
import { blockAt, flagAt, hashAt, type Params, quantityAt, required, stateBlock } from "./rpc_params.ts";
import { RpcFault } from "./rpc_fault.ts";
import { transactionJson } from "./transaction.ts";

export const blockMethods: MethodTable = {
  eth_getBlockByNumber: (context, params) => {
    const full = flagAt(params, 1);
    if (params[0] === "pending") return pendingBlock(context, full);
    return blockAt(params, 0, context.view)?.json(full) ?? "null";
  },
  eth_getBlockByHash: ({ view }, params) => {
    const full = flagAt(params, 1);
    return view.byHash(hashAt(params, 0))?.json(full) ?? "null";
  },
  eth_getBlockReceipts: ({ view }, params) => {
    try {
      return stateBlock(hashOrHeight(params), 0, view).receiptsJson();
    } catch (fault) {
      if (fault instanceof RpcFault && fault.code === -32000) return "null";
      throw fault;
    }
  },
  eth_getBlockTransactionCountByNumber: ({ view }, params) => count(blockAt(params, 0, view)),
  eth_getBlockTransactionCountByHash: ({ view }, params) => count(view.byHash(hashAt(params, 0))),
  eth_getUncleCountByBlockNumber: ({ view }, params) => uncles(blockAt(params, 0, view)),
  eth_getUncleCountByBlockHash: ({ view }, params) => uncles(view.byHash(hashAt(params, 0))),
  eth_getTransactionByHash: ({ view, chain }, params) => {
    const hash = hashAt(params, 0);
    const found = view.transaction(hash);
    if (found !== undefined) return found.block.transactionJsons()[found.index]!;
    const waiting = chain.pool.get(hash);
    return waiting === undefined ? "null" : transactionJson(waiting, null);
  },
  eth_getTransactionByBlockNumberAndIndex: ({ view }, params) =>
    blockAt(params, 0, view)?.transactionJsons()[quantityAt(params, 1)] ?? "null",
  eth_getTransactionByBlockHashAndIndex: ({ view }, params) =>
    view.byHash(hashAt(params, 0))?.transactionJsons()[quantityAt(params, 1)] ?? "null",
  eth_getTransactionReceipt: ({ view }, params) => {
    const found = view.transaction(hashAt(params, 0));
    return found?.block.receiptJsons()[found.index] ?? "null";
  },
};

/** eth_getBlockReceipts takes a bare hash too. */
function hashOrHeight(params: Params): unknown {
  const value = required(params, 0);
  return typeof value === "string" && value.length === 66 ? { blockHash: value } : value;
}

function count(block: SimBlock | undefined): string {
  return block === undefined ? "null" : `"${quantity(block.transactions.length)}"`;
}

function uncles(block: SimBlock | undefined): string {
  return block === undefined ? "null" : `"0x0"`;
}

/** The block in the making: what waits, on top of the node's head; unknown fields are null, as in go-ethereum. */
function pendingBlock({ chain, view }: MethodContext, full: boolean): string {
  const waiting = chain.pool.waiting();
  const bodies = waiting.map((tx) => full ? transactionJson(tx, null) : `"${tx.hash}"`);
  const fields = JSON.stringify({
    ...headerFields(view.head.header),
    parentHash: view.head.hash,
    number: quantity(view.head.number + 1),
    hash: null,
    nonce: null,
    miner: null,
    logsBloom: null,
    size: "0x0",
    uncles: [],
    withdrawals: [],
  });
  return `${fields.slice(0, -1)},"transactions":[${bodies.join(",")}]}`;
}
