// What is special about a signed transaction on its way: its hash is known before any node has seen it, so a node
// that knows it already, or refuses its nonce because it is mined, can still be answered with success.

import { transactionHash } from "../rpc/tx_hash.ts";

/** The hash of the raw transaction in `params` (wire text); null where that can't be said. */
export function ownHash(params: string | undefined): string | null {
  const raw = /^\s*\[\s*"(0x[0-9a-fA-F]+)"/.exec(params ?? "");
  return raw === null ? null : transactionHash(raw[1] as string);
}

/** Calls that put a raw transaction into a node's pool: never sent to a private provider that was not asked for. */
export function isBroadcast(method: string): boolean {
  return method.startsWith("eth_sendRawTransaction");
}
