// What a JSON-RPC code or an HTTP status means when the words beside it said nothing: the last two steps of the
// order of evaluation. Codes of vendors are from the field; -32000 itself says nothing.

import type { Category } from "./category.ts";

const byCode: ReadonlyMap<number, Category> = new Map<number, Category>([
  [-32700, "client"],
  [-32600, "client"],
  [-32602, "client"],
  [-32601, "unsupported"],
  [-32603, "server"],
  [-32001, "unsupported"], // Infura
  [-32004, "unsupported"], // Infura; EIP-1474
  [-32612, "unsupported"], // QuickNode
  [-32613, "unsupported"], // QuickNode
  [-32614, "range"], // QuickNode
  [-32005, "rate_limited"], // EIP-1474
  [-32007, "rate_limited"], // QuickNode
  [-32009, "rate_limited"], // QuickNode
  [-32029, "rate_limited"],
  [-32046, "rate_limited"], // Cloudflare
  [-32008, "server"], // overloaded
  [-32014, "missing_data"],
  [4444, "missing_data"], // EIP-4444: pruned history
  [-32015, "revert"], // OpenEthereum, Nethermind
  // Gateways that repeat an HTTP status as the code.
  [401, "auth"],
  [403, "auth"],
  [500, "server"],
  [502, "server"],
  [503, "server"],
  [504, "timeout"],
]);

export function categoryOfCode(code: number): Category | null {
  return byCode.get(code) ?? null;
}

const byStatus: ReadonlyMap<number, Category> = new Map<number, Category>([
  [401, "auth"],
  [403, "auth"],
  [405, "unsupported"],
  [415, "unsupported"],
  // A batch is split before it gets here, so this is about one request.
  [413, "client"],
  [504, "timeout"],
]);

/** The statuses that mean something whatever stands in the body; null: this one does not. */
export function categoryOfStatus(status: number): Category | null {
  return byStatus.get(status) ?? (status >= 500 ? "server" : null);
}
