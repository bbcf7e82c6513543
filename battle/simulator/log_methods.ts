// eth_getLogs: filters by address, topics, range or block hash (execution-apis, "Filter"). The header's bloom rules
// most blocks out; a node's limit on the range is refused in a vendor's words.

import { mayContain } from "./bloom.ts";
import type { PlacedLog, SimBlock } from "./block.ts";
import type { MethodContext, MethodTable } from "./method_context.ts";
import { addressAt, hashAt, heightOf, required } from "./rpc_params.ts";
import { invalidParams, RpcFault } from "./rpc_fault.ts";

interface LogFilter {
  /** Empty: any. */
  readonly addresses: readonly string[];
  /** By position; null: any. */
  readonly topics: readonly (readonly string[] | null)[];
}

const MAX_TOPICS = 4;

export const logMethods: MethodTable = {
  eth_getLogs: (context, params) => {
    const value = required(params, 0);
    if (typeof value !== "object" || Array.isArray(value)) {
      throw invalidParams(
        "invalid argument 0: json: cannot unmarshal value into Go value of type filters.input",
      );
    }
    const query = value as Readonly<Record<string, unknown>>;
    const filter = { addresses: addressesOf(query["address"]), topics: topicsOf(query["topics"]) };
    const found: string[] = [];
    for (const block of blocksOf(query, context)) {
      if (!mayHold(block, filter)) continue;
      for (const log of block.logs()) if (matches(log, filter)) found.push(log.json);
    }
    return `[${found.join(",")}]`;
  },
};

function* blocksOf(query: Readonly<Record<string, unknown>>, context: MethodContext): Generator<SimBlock> {
  const { view, limits } = context;
  const { blockHash, fromBlock, toBlock } = query;
  if (blockHash !== undefined && blockHash !== null) {
    if ((fromBlock ?? toBlock ?? null) !== null) {
      throw invalidParams(
        "invalid argument 0: cannot specify both BlockHash and FromBlock/ToBlock, choose one or the other",
      );
    }
    const block = view.byHash(hashAt([blockHash], 0));
    if (block === undefined) throw new RpcFault(-32000, "unknown block");
    yield block;
    return;
  }
  const from = heightOf(fromBlock ?? "latest", 0, view);
  const to = heightOf(toBlock ?? "latest", 0, view);
  if (from > to) throw invalidParams("invalid block range params");
  if (limits.getLogsRange !== null && to - from + 1 > limits.getLogsRange) {
    throw new RpcFault(-32602, `query exceeds max block range ${limits.getLogsRange}`);
  }
  // What lies above the node's head is left out silently: that is how a node that lags hides logs.
  for (let number = from; number <= Math.min(to, view.head.number); number++) {
    const block = view.at(number);
    if (block !== undefined) yield block;
  }
}

function mayHold({ header }: SimBlock, { addresses, topics }: LogFilter): boolean {
  const anyOf = (items: readonly string[] | null): boolean =>
    items === null || items.length === 0 || items.some((item) => mayContain(header.logsBloom, item));
  return anyOf(addresses) && topics.every(anyOf);
}

function matches(log: PlacedLog, { addresses, topics }: LogFilter): boolean {
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
