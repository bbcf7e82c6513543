// The blocks that a logs subscription or a kept filter is about, by go-ethereum's rules (eth/filters,
// `SubscribeLogs`): both open, both given, or the first given and the last open. A past that is asked for is not
// sent: only what comes from now on.

import type { ChainView } from "./chain_view.ts";
import { type FilterQuery, filterQuery } from "./log_filter.ts";
import { heightOf } from "./rpc_params.ts";
import { invalidParams } from "./rpc_fault.ts";

export interface LiveRange {
  readonly from: number;
  /** Infinity: open. */
  readonly to: number;
}

/** RpcFault where it is no filter, or where the range makes no sense. */
export function liveQuery(
  value: unknown,
  view: ChainView,
): { readonly query: FilterQuery; readonly range: LiveRange } {
  const query = filterQuery(value);
  const from = edge(query["fromBlock"], view);
  const to = edge(query["toBlock"], view);
  if ((from === null && to !== null) || (from !== null && to !== null && from > to)) {
    throw invalidParams("invalid block range params");
  }
  return { query, range: { from: from ?? 0, to: to ?? Infinity } };
}

/** null: open. */
function edge(value: unknown, view: ChainView): number | null {
  if (value === undefined || value === null || value === "latest" || value === "pending") return null;
  return heightOf(value, 0, view);
}
