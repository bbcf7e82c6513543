// What the WebSocket upstream answers to everything but a plain eth_call: the probes of a router, blocks of its chain,
// a result that is long. Pure: reads text, gives text.

import { answerText } from "./call_reader.ts";
import { smallResult } from "./haproxy.ts";
import type { HeadChain } from "./head_chain.ts";

/** Result of every eth_getCode: 100 KB of hex and its prefix. */
export const longResult = `0x${"5b".repeat(50_000)}`;

export interface NodeCall {
  readonly id: unknown;
  readonly method: string;
  readonly params: readonly unknown[];
}

export function readCall(text: string): NodeCall {
  const { id, method, params } = JSON.parse(text) as { id: unknown; method: string; params?: unknown };
  return { id, method, params: Array.isArray(params) ? params : [] };
}

export function answerOf(call: NodeCall, chain: HeadChain): string {
  const result = resultOf(call, chain);
  if (result !== null) return answerText(call.id, result);
  const message = `the method ${call.method} does not exist`;
  return JSON.stringify({ jsonrpc: "2.0", id: call.id, error: { code: -32601, message } });
}

/** JSON text; null: not known. */
function resultOf({ method, params }: NodeCall, chain: HeadChain): string | null {
  switch (method) {
    case "eth_chainId":
      return '"0x1"';
    case "eth_blockNumber":
      return `"0x${chain.tip.number.toString(16)}"`;
    case "eth_syncing":
      return "false";
    case "eth_call":
      return `"${smallResult}"`;
    case "eth_getCode":
      return `"${longResult}"`;
    case "eth_getLogs":
      return "[]";
    case "eth_getBlockByNumber":
    case "eth_getBlockByHash":
      return chain.find(String(params[0]))?.block ?? "null";
    default:
      return null;
  }
}
