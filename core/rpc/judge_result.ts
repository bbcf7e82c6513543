// Results that are no answers: a `null` or `[]` from a node that could not have known better, a revert that the node
// hands out as a result, and a height or transaction hash that is none. Looks at every result, so it decides by length and first chars before anything else.
// Called by routing.

import type { BlockReference } from "../plugins/strategy.ts";

export type ResultJudgement = "answer" | "missing_data" | "disguised_revert";

export interface Heads {
  /** Newest block that the provider was seen to have; null: not known. */
  readonly providerHead: number | null;
  /** Head of the chain; null: not known. */
  readonly chainHead: number | null;
  /** Newest block that clients were told of; 0: none. */
  readonly served: number;
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

/**
 * Those whose `null` says that there is no such block: of one that every chain has, or whose height clients were told
 * of, it never is true.
 */
const blockLookUps: ReadonlySet<string> = new Set([
  "eth_getBlockByNumber",
  "eth_getHeaderByNumber",
  "eth_getBlockReceipts",
  "eth_getBlockTransactionCountByNumber",
]);

/** Methods that always have a result (execution-apis): `null` is no answer of theirs, though some nodes give it. */
const neverNull: ReadonlySet<string> = new Set([
  "eth_blobBaseFee",
  "eth_call",
  "eth_createAccessList",
  "eth_estimateGas",
  "eth_feeHistory",
  "eth_gasPrice",
  "eth_getBalance",
  "eth_getCode",
  "eth_getLogs",
  "eth_getProof",
  "eth_getStorageAt",
  "eth_getTransactionCount",
  "eth_maxPriorityFeePerGas",
  "eth_syncing",
  "net_listening",
  "net_peerCount",
  "web3_clientVersion",
]);

/** The selector of Solidity's Error(string). */
const errorSelector = '"0x08c379a0';

/** A height beyond 2^52 is none. */
const height = /^"0x[0-9a-f]{1,13}"$/i;
const hash = /^"0x[0-9a-f]{64}"$/i;

/** What the result must look like, of methods whose result Lasso goes by itself; null: anything. */
function shapeOf(method: string): RegExp | null {
  if (method === "eth_blockNumber") return height;
  // That a transaction was taken is said by its hash alone: anything else must not end a broadcast.
  return method === "eth_sendRawTransaction" ? hash : null;
}

/** Is this something else than the method gives? Then it is no answer. */
export function isMisshapen(method: string, resultWire: string): boolean {
  const shape = shapeOf(method);
  return shape !== null && !shape.test(resultWire);
}

/** Is an answer that is too long to be held no answer of this method? */
export function isNeverLong(method: string): boolean {
  return shapeOf(method) !== null;
}

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
  const isNull = resultWire === "null";
  if (isNull && neverNull.has(method)) return "missing_data";
  const empty = isNull ? lookUps.has(method) : resultWire === "[]" && method === "eth_getLogs";
  if (!empty) return "answer";
  const denied = blockLookUps.has(method) && isSurelyThere(block, heads);
  return denied || lacks(block, heads) ? "missing_data" : "answer";
}

/** Clients were told of it, or every chain has it. One without finality says so the same way at every provider. */
function isSurelyThere(block: BlockReference, { served }: Heads): boolean {
  if (block.kind === "tag") return block.tag !== "pending";
  return block.kind === "number" && block.number <= served;
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
