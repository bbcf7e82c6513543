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

/** A look-up that can be given up. */
export interface LookUp {
  cancel(): void;
}

/**
 * A rejection may mean that the very transaction is in already: asks for it by its hash, first as any call is asked,
 * then those that rejected it, one after the other, because the first may be behind them. `told` hears the hash when
 * one knows it (mined or pending), else null. Gives null, and asks nobody, where the hash can't be said.
 */
export function lookUpOwn(run: Run, told: (hash: string | null) => void): LookUp | null {
  const hash = ownHash(run.request.call.params);
  if (hash === null) return null;
  const left = new Set<string>();
  for (const { provider, outcome } of run.attempts) if (outcome === "tx_rejected") left.add(provider);
  let asked: Run | null = null;
  let over = false;
  const ask = (provider?: string): void => {
    const inner = run.env.ask(run, "eth_getTransactionByHash", `["${hash}"]`, (outcome, { selected }) => {
      if (over) return;
      if (outcome.kind === "result" && outcome.result !== "null") return told(hash);
      left.delete(provider ?? selected?.provider.id ?? "");
      const [next] = left;
      if (next === undefined) told(null);
      else ask(next);
    }, provider);
    if (inner.outcome === null) asked = inner;
  };
  ask();
  return {
    cancel: () => {
      over = true;
      asked?.cancel();
    },
  };
}
