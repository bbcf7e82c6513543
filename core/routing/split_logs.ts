// eth_getLogs in pieces: when a range (or a list of addresses) is too much for a provider, the call is split, each
// piece is routed on its own, and the pieces are joined to one answer again. Pure text work; the call drives it.

import type { BlockReference } from "../plugins/strategy.ts";
import type { Learnt } from "../rpc/category.ts";
import { scanValue, skipSpace } from "../rpc/json_scan.ts";
import { textToWire, wireToText } from "../rpc/wire.ts";

/** More pieces than this are not worth it: the provider's error says more. */
const maxPieces = 256;

export interface Pieces {
  /** Params of each piece, wire text, in block order. */
  readonly params: readonly string[];
  /** Pieces overlap in blocks (split by address): the joined answer must be sorted. */
  readonly overlapping: boolean;
}

interface Filter {
  fromBlock?: unknown;
  toBlock?: unknown;
  address?: unknown;
  [key: string]: unknown;
}

function filterOf(params: string): Filter | null {
  const list = JSON.parse(wireToText(params)) as unknown;
  const filter: unknown = Array.isArray(list) ? list[0] : null;
  return typeof filter === "object" && filter !== null ? filter as Filter : null;
}

function hex(block: number): string {
  return `0x${block.toString(16)}`;
}

function write(filter: Filter): string {
  return textToWire(JSON.stringify([filter]));
}

/** The blocks that a range covers, with its open ends at `head`; null when that can't be said. */
function rangeOf(block: BlockReference, head: number | null): { from: number; to: number } | null {
  if (block.kind !== "range") return null;
  const from = block.from ?? head;
  const to = block.to ?? head;
  return from === null || to === null || to < from ? null : { from, to };
}

/** Pieces of at most `limit` blocks each; null when there would be one, or too many. */
function splitByRange(
  params: string,
  range: { from: number; to: number },
  limit: number,
): Pieces | null {
  const blocks = range.to - range.from + 1;
  if (limit < 1 || blocks <= limit || Math.ceil(blocks / limit) > maxPieces) return null;
  const filter = filterOf(params);
  if (filter === null) return null;
  const pieces: string[] = [];
  for (let from = range.from; from <= range.to; from += limit) {
    const to = Math.min(range.to, from + limit - 1);
    // The last piece keeps an open end as the client spelt it, so that a block that comes meanwhile is not lost.
    const isLast = to === range.to;
    pieces.push(write({ ...filter, fromBlock: hex(from), toBlock: isLast ? filter.toBlock : hex(to) }));
  }
  return { params: pieces, overlapping: false };
}

/** Pieces for a range that no channel takes whole; null: it goes out as it is. `limit`: see `Picker.getLogsLimit`. */
export function splitAhead(
  params: string,
  block: BlockReference,
  head: number | null,
  limit: number,
): Pieces | null {
  if (limit === 0 || limit === Infinity) return null;
  const range = rangeOf(block, head);
  return range === null ? null : splitByRange(params, range, limit);
}

/** What to do after a provider said "too much"; null: nothing sensible. */
export function splitAfter(
  params: string,
  block: BlockReference,
  learnt: Learnt | null,
  head: number | null,
): Pieces | null {
  if (learnt?.kind === "get_logs_addresses") return splitByAddress(params);
  const range = rangeOf(block, head);
  if (range === null || range.to === range.from) return null;
  const blocks = range.to - range.from + 1;
  let limit = Math.ceil(blocks / 2);
  if (learnt?.kind === "get_logs_range") {
    if (learnt.hint !== null) {
      const hinted = Number(learnt.hint[1] - learnt.hint[0]) + 1;
      if (hinted >= 1 && hinted < blocks) limit = hinted;
    } else if (learnt.blocks !== null && learnt.blocks >= 1 && learnt.blocks < blocks) limit = learnt.blocks;
  }
  return splitByRange(params, range, limit) ?? splitByRange(params, range, Math.ceil(blocks / 2));
}

/** Two halves of the addresses, else of the first topic list that has several. */
function splitByAddress(params: string): Pieces | null {
  const filter = filterOf(params);
  if (filter === null) return null;
  const addresses = filter.address;
  if (Array.isArray(addresses) && addresses.length > 1) {
    const half = Math.ceil(addresses.length / 2);
    const halves = [addresses.slice(0, half), addresses.slice(half)];
    return { params: halves.map((address) => write({ ...filter, address })), overlapping: true };
  }
  const topics: unknown = filter.topics;
  if (!Array.isArray(topics)) return null;
  const at = topics.findIndex((topic) => Array.isArray(topic) && topic.length > 1);
  if (at < 0) return null;
  const options = topics[at] as unknown[];
  const half = Math.ceil(options.length / 2);
  const halves = [options.slice(0, half), options.slice(half)];
  return {
    params: halves.map((part) => write({ ...filter, topics: topics.with(at, part) })),
    overlapping: true,
  };
}

/** Is it what eth_getLogs answers? Some nodes write an empty list as null. */
export function isLogs(result: string): boolean {
  return result.startsWith("[") || result === "null";
}

/** One array out of the pieces' arrays; each log keeps the bytes that its node wrote. */
export function joinLogs(results: readonly string[], overlapping: boolean): string {
  if (overlapping) return `[${inOrder(results).join(",")}]`;
  const inner: string[] = [];
  for (const result of results) {
    if (result === "null") continue;
    const text = result.trim().slice(1, -1).trim();
    if (text !== "") inner.push(text);
  }
  return `[${inner.join(",")}]`;
}

function inOrder(results: readonly string[]): string[] {
  const logs = results.flatMap(elementsOf).map((text) => ({ text, ...placeOf(text) }));
  logs.sort((a, b) => a.block - b.block || a.index - b.index);
  const seen = new Set<string>();
  return logs.filter(({ block, index }) => {
    const key = `${block}/${index}`;
    // Pending logs have no place yet, so nothing tells two of them apart.
    return block === pending || index === pending || (!seen.has(key) && seen.add(key));
  }).map(({ text }) => text);
}

/** Behind every block that there is. */
const pending = Number.MAX_SAFE_INTEGER;

function placeOf(log: string): { block: number; index: number } {
  // What is no log keeps its bytes too, and has no place.
  const { blockNumber, logIndex } = (JSON.parse(log) ?? {}) as { blockNumber?: unknown; logIndex?: unknown };
  const place = (value: unknown): number => {
    const number = typeof value === "string" ? Number(value) : NaN;
    return Number.isFinite(number) ? number : pending;
  };
  return { block: place(blockNumber), index: place(logIndex) };
}

/** The elements of an array, as slices. */
function elementsOf(array: string): string[] {
  const elements: string[] = [];
  let i = skipSpace(array, 1);
  while (array[0] === "[" && i < array.length && array[i] !== "]") {
    const to = scanValue(array, i);
    if (to < 0) break;
    elements.push(array.slice(i, to));
    i = skipSpace(array, to);
    if (array[i] === ",") i = skipSpace(array, i + 1);
  }
  return elements;
}
