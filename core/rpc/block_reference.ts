// Which block a call refers to, read from its params without parsing them: the value is found by stepping over what
// stands before it. Guides the order of channels and the judgement of empty answers; never decides whether a call is
// valid, so what it cannot read is "none". Called once per call by routing.

import type { BlockReference } from "../plugins/strategy.ts";
import { elementAt, memberAt, skipString, skipValue } from "./json_skip.ts";
import type { MethodInfo } from "./methods.ts";

type Tag = Extract<BlockReference, { kind: "tag" }>["tag"];

const none: BlockReference = Object.freeze({ kind: "none" });
const openRange: BlockReference = Object.freeze({ kind: "range", from: null, to: null });

const tags: ReadonlyMap<string, BlockReference> = new Map(
  (["latest", "safe", "finalized", "pending", "earliest"] as const satisfies readonly Tag[])
    .map((tag): [string, BlockReference] => [tag, Object.freeze({ kind: "tag", tag })]),
);
const latest = tags.get("latest") ?? none;

/** `paramsWire` is the wire text of the whole params member, valid JSON; undefined when absent. */
export function blockReference(info: MethodInfo, paramsWire: string | undefined): BlockReference {
  const place = info.block;
  if (place.kind === "none") return none;
  const text = paramsWire ?? "[]";
  if (isByName(text)) return none;
  const at = elementAt(text, place.index);
  const absent = at < 0 || isNull(text, at);
  switch (place.form) {
    case "block":
      return absent ? latest : readBlock(text, at);
    case "hash":
    case "transaction":
      return absent ? none : readHash(text, at);
    case "filter":
      return absent ? openRange : readFilter(text, at);
  }
}

/** Params as an object: no Ethereum node defines the names. */
function isByName(text: string): boolean {
  return text.charCodeAt(0) === 0x7b || /^\s*[^\s[]/.test(text);
}

function isNull(text: string, at: number): boolean {
  return text.startsWith("null", at);
}

function readBlock(text: string, at: number): BlockReference {
  const c = text.charCodeAt(at);
  if (c === 0x22) return readSpelt(text.slice(at + 1, skipString(text, at) - 1));
  if (c === 0x7b) return readObject(text, at);
  // A plain number is not what the standard says, but some nodes take it.
  if (c >= 0x30 && c <= 0x39) return numbered(Number(text.slice(at, skipValue(text, at))));
  return none;
}

/** EIP-1898: `{ blockNumber }` or `{ blockHash }`. */
function readObject(text: string, at: number): BlockReference {
  const hashAt = memberAt(text, at, "blockHash");
  if (hashAt >= 0 && !isNull(text, hashAt)) return readHash(text, hashAt);
  const numberAt = memberAt(text, at, "blockNumber");
  if (numberAt < 0 || text.charCodeAt(numberAt) === 0x7b) return none;
  return readBlock(text, numberAt);
}

function readSpelt(spelt: string): BlockReference {
  const tag = tags.get(spelt);
  if (tag !== undefined) return tag;
  if (isHash(spelt)) return { kind: "hash", hash: spelt.toLowerCase() };
  return /^0x[0-9a-f]{1,64}$/i.test(spelt) ? numbered(Number(spelt)) : none;
}

/** Numbers beyond 2^53 lose digits; no chain is that long. */
function numbered(number: number): BlockReference {
  return Number.isInteger(number) ? { kind: "number", number } : none;
}

function isHash(spelt: string): boolean {
  return spelt.length === 66 && /^0x[0-9a-f]{64}$/i.test(spelt);
}

function readHash(text: string, at: number): BlockReference {
  if (text.charCodeAt(at) !== 0x22) return none;
  const spelt = text.slice(at + 1, skipString(text, at) - 1);
  return isHash(spelt) ? { kind: "hash", hash: spelt.toLowerCase() } : none;
}

function readFilter(text: string, at: number): BlockReference {
  if (text.charCodeAt(at) !== 0x7b) return none;
  const hashAt = memberAt(text, at, "blockHash");
  if (hashAt >= 0 && !isNull(text, hashAt)) return readHash(text, hashAt);
  const from = readEnd(text, memberAt(text, at, "fromBlock"));
  const to = readEnd(text, memberAt(text, at, "toBlock"));
  return from === null && to === null ? openRange : { kind: "range", from, to };
}

/** One end of a range; null for a tag near the head, and for what can't be read. */
function readEnd(text: string, at: number): number | null {
  if (at < 0) return null;
  const end = readBlock(text, at);
  if (end.kind === "number") return end.number;
  return end.kind === "tag" && end.tag === "earliest" ? 0 : null;
}
