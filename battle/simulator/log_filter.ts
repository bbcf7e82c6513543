// Which logs a filter takes (execution-apis, "Filter"): by address and by topics. Read as strictly as go-ethereum
// does; used by eth_getLogs, by logs subscriptions and by kept filters.

import { mayContain } from "./bloom.ts";
import type { PlacedLog, SimBlock } from "./block.ts";
import { addressAt, hashAt } from "./rpc_params.ts";
import { invalidParams } from "./rpc_fault.ts";

export interface LogFilter {
  /** Empty: any. */
  readonly addresses: readonly string[];
  /** By position; null: any. */
  readonly topics: readonly (readonly string[] | null)[];
}

export type FilterQuery = Readonly<Record<string, unknown>>;

const MAX_TOPICS = 4;

/** The filter object of a call's parameter; RpcFault where it is none. */
export function filterQuery(value: unknown): FilterQuery {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw invalidParams(
      "invalid argument 0: json: cannot unmarshal value into Go value of type filters.input",
    );
  }
  return value as FilterQuery;
}

export function readLogFilter(query: FilterQuery): LogFilter {
  return { addresses: addressesOf(query["address"]), topics: topicsOf(query["topics"]) };
}

/** False: by its bloom, none of the block's logs fits. */
export function mayHold({ header }: SimBlock, { addresses, topics }: LogFilter): boolean {
  const anyOf = (items: readonly string[] | null): boolean =>
    items === null || items.length === 0 || items.some((item) => mayContain(header.logsBloom, item));
  return anyOf(addresses) && topics.every(anyOf);
}

export function matches(log: PlacedLog, { addresses, topics }: LogFilter): boolean {
  if (addresses.length > 0 && !addresses.includes(log.address)) return false;
  if (topics.length > log.topics.length) return false;
  return topics.every((allowed, position) => allowed === null || allowed.includes(log.topics[position]!));
}

function addressesOf(value: unknown): readonly string[] {
  if (value === undefined || value === null) return [];
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.map((address) => addressAt([address], 0));
}

function topicsOf(value: unknown): LogFilter["topics"] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw invalidParams("invalid argument 0: invalid topics");
  if (value.length > MAX_TOPICS) throw invalidParams("exceed max topics");
  return value.map((entry: unknown) => {
    if (entry === null) return null;
    const list: readonly unknown[] = Array.isArray(entry) ? entry : [entry];
    // An empty list, or a null among several, is a wildcard, as in go-ethereum.
    if (list.length === 0 || list.includes(null)) return null;
    return list.map((topic) => hashAt([topic], 0));
  });
}
