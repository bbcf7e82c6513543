// Results that are no answers: a `null` or `[]` from a node that could not have known better, and a revert that the
// node hands out as a result. Looks at every result, so it decides by length and first chars before anything else.
// Called by routing.

import type { BlockReference } from "../plugins/strategy.ts";

export type ResultJudgement = "answer" | "missing_data" | "disguised_revert";

export interface Heads {
  /** Newest block that the provider was seen to have; null: not known. */
  readonly providerHead: number | null;
  /** Head of the chain; null: not known. */
  readonly chainHead: number | null;
}

/** Look-ups that answer `null` for what the node does not have. */
const lookUps: ReadonlySet<string> = new Set([
  "eth_getBlockByNumber",
  "eth_getBlockByHash",
  "eth_getHeaderByNumber",
  "eth_getHeaderByHash",
  "eth_getBlockReceipts",
  "eth_getBlockTransactionCountByNumber",
  "eth_getBlockTransactionCountByHash",
  "eth_getTransactionByBlockNumberAndIndex",
  "eth_getTransactionByBlockHashAndIndex",
  "eth_getUncleCountByBlockNumber",
  "eth_getUncleCountByBlockHash",
  "eth_getUncleByBlockNumberAndIndex",
  "eth_getUncleByBlockHashAndIndex",
  "eth_getTransactionByHash",
  "eth_getTransactionReceipt",
  "eth_getRawTransactionByHash",
  "trace_transaction",
  "trace_block",
]);

/** The selector of Solidity's Error(string). */
const errorSelector = '"0x08c379a0';

/** `resultWire` is the result's wire text without white space around it. */
export function judgeResult(
  method: string,
  block: BlockReference,
  resultWire: string,
  heads: Heads,
): ResultJudgement {
  if (resultWire.length > 4) {
    return isDisguisedRevert(method, resultWire) ? "disguised_revert" : "answer";
  }
  const empty = resultWire === "null" ? lookUps.has(method) : resultWire === "[]" && method === "eth_getLogs";
  return empty && lacks(block, heads) ? "missing_data" : "answer";
}

/**
 * What a contract returns is whole words of 32 bytes; a revert's payload has its selector before them. So a value
 * that only happens to begin alike is told apart.
 */
function isDisguisedRevert(method: string, resultWire: string): boolean {
  return resultWire.startsWith(errorSelector) && method === "eth_call" &&
    (resultWire.length - '"0x"'.length) % 64 === 8;
}

/** Does the chain have what was asked for, and the provider not yet? False where either is not known. */
function lacks(block: BlockReference, heads: Heads): boolean {
  const { providerHead, chainHead } = heads;
  if (providerHead === null || chainHead === null || providerHead >= chainHead) return false;
  switch (block.kind) {
    case "hash":
      return true;
    case "number":
      return providerHead < block.number && block.number <= chainHead;
    case "range":
      return block.to !== null && providerHead < block.to && block.to <= chainHead;
    default:
      return false;
  }
}
