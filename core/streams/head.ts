// A block's header as streams know it: its links, its bloom, and its text in the shape of a newHeads notification.
// Read from live notifications and from eth_getBlockBy…; never throws: what is no header is null.

import { readQuantity, readRecord } from "../rpc/json_values.ts";

export interface Head {
  readonly number: number;
  /** Lower case. */
  readonly hash: string;
  readonly parentHash: string;
  /** `0x` and 512 hex digits; null where there is none. */
  readonly bloom: string | null;
  /** Wire text of the header as a client gets it. */
  readonly text: string;
  /** It came unasked over a subscription, not by a question. */
  readonly live: boolean;
}

const hashForm = /^0x[0-9a-fA-F]{64}$/;
const bloomForm = /^0x[0-9a-fA-F]{512}$/;

/** Members of a block that no client of newHeads gets from go-ethereum. */
const blockOnly: ReadonlySet<string> = new Set([
  "transactions",
  "uncles",
  "size",
  "totalDifficulty",
  "withdrawals",
]);

/** The `params.result` of a newHeads notification; null when it is no header. */
export function readLiveHead(text: string): Head | null {
  const header = readRecord(text);
  return header === null ? null : headOf(header, text, true);
}

/**
 * The answer to eth_getBlockBy…, cut down to the members that live heads have (`liveMembers`; null before the first);
 * null for `null` and for what is no block.
 */
export function readFetchedHead(text: string, liveMembers: ReadonlySet<string> | null): Head | null {
  const block = readRecord(text);
  if (block === null) return null;
  const header: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(block)) {
    if (liveMembers === null ? !blockOnly.has(name) : liveMembers.has(name)) header[name] = value;
  }
  return headOf(block, JSON.stringify(header), false);
}

/** Names of the members of a live head. */
export function membersOf(head: Head): ReadonlySet<string> {
  return new Set(Object.keys(readRecord(head.text) ?? {}));
}

function headOf(header: Record<string, unknown>, text: string, live: boolean): Head | null {
  const number = readQuantity(header.number);
  const { hash, parentHash, logsBloom } = header;
  if (number === undefined || typeof hash !== "string" || typeof parentHash !== "string") return null;
  if (!hashForm.test(hash) || !hashForm.test(parentHash)) return null;
  const bloom = typeof logsBloom === "string" && bloomForm.test(logsBloom) ? logsBloom : null;
  return {
    number,
    hash: hash.toLowerCase(),
    parentHash: parentHash.toLowerCase(),
    bloom,
    text,
    live,
  };
}
