// What is special about a signed transaction on its way: its hash is known before any node has seen it, so a node
// that knows it already, or refuses its nonce because it is mined, can still be answered with success.

import { transactionHash } from "../rpc/tx_hash.ts";
import type { Run } from "./run.ts";

/** The hash of the raw transaction in `params` (wire text); null where that can't be said. */
export function ownHash(params: string | undefined): string | null {
  const raw = /^\s*\[\s*"(0x[0-9a-fA-F]+)"/.exec(params ?? "");
  return raw === null ? null : transactionHash(raw[1] as string);
}

/** Calls that put a raw transaction into a node's pool: never sent to a private provider that was not asked for. */
export function isBroadcast(method: string): boolean {
  return method.startsWith("eth_sendRawTransaction");
}

/**
 * A rejection may mean that the very transaction is in already: asks for it by its hash. `told` hears the hash when
 * some node knows it (mined or pending), else null. Gives null, and asks nobody, where the hash can't be said.
 */
export function lookUpOwn(run: Run, told: (hash: string | null) => void): Run | null {
  const hash = ownHash(run.request.call.params);
  if (hash === null) return null;
  return run.env.ask(run, "eth_getTransactionByHash", `["${hash}"]`, (outcome) => {
    told(outcome.kind === "result" && outcome.result !== "null" ? hash : null);
  });
}
