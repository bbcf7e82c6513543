// eth_getLogs: filters by address, topics, range or block hash (execution-apis, "Filter"). The header's bloom rules
// most blocks out; a node's limit on the range is refused in a vendor's words.

import type { SimBlock } from "./block.ts";
import {
  type FilterQuery,
  filterQuery,
  type LogFilter,
  matches,
  mayHold,
  readLogFilter,
} from "./log_filter.ts";
import type { MethodContext, MethodTable } from "./method_context.ts";
import { hashAt, heightOf, required } from "./rpc_params.ts";
import { invalidParams, RpcFault } from "./rpc_fault.ts";

export const logMethods: MethodTable = {
  eth_getLogs: (context, params) => {
    const query = filterQuery(required(params, 0));
    return logsJson(query, readLogFilter(query), context);
  },
};

/** The JSON list of the canonical logs that the query asks for; also what eth_getFilterLogs answers. */
export function logsJson(query: FilterQuery, filter: LogFilter, context: MethodContext): string {
  const found: string[] = [];
  for (const block of blocksOf(query, context)) {
    if (!mayHold(block, filter)) continue;
    for (const log of block.logs()) if (matches(log, filter)) found.push(log.json);
  }
  return `[${found.join(",")}]`;
}

function* blocksOf(query: FilterQuery, context: MethodContext): Generator<SimBlock> {
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
    refusePruned(block.number, context);
    yield block;
    return;
  }
  const from = heightOf(fromBlock ?? "latest", 0, view);
  const to = heightOf(toBlock ?? "latest", 0, view);
  if (from > to) throw invalidParams("invalid block range params");
  if (limits.getLogsRange !== null && to - from + 1 > limits.getLogsRange) {
    throw new RpcFault(-32602, `query exceeds max block range ${limits.getLogsRange}`);
  }
  refusePruned(from, context);
  // What lies above the node's head is left out silently: that is how a node that lags hides logs.
  for (let number = from; number <= Math.min(to, view.head.number); number++) {
    const block = view.at(number);
    if (block !== undefined) yield block;
  }
}

/** In go-ethereum's words (core/history). */
function refusePruned(number: number, { view, limits }: MethodContext): void {
  if (limits.logBlocks === null || view.head.number - number < limits.logBlocks) return;
  throw new RpcFault(4444, "pruned history unavailable");
}
