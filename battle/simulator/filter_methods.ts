// Methods of subscriptions and of filters that the node keeps. The errors are go-ethereum's. Called through the method
// table; what they change lives in `Subscriptions` and `KeptFilters`.

import { liveQuery } from "./live_range.ts";
import { readLogFilter } from "./log_filter.ts";
import { logsJson } from "./log_methods.ts";
import type { MethodContext, MethodTable, SocketSubscriptions } from "./method_context.ts";
import { type Params, required } from "./rpc_params.ts";
import { invalidParams, RpcFault } from "./rpc_fault.ts";

export const filterMethods: MethodTable = {
  eth_subscribe: (context, params) => `"${socketOf(context).subscribe(params, context)}"`,
  eth_unsubscribe: (context, params) => {
    const socket = socketOf(context);
    if (!socket.unsubscribe(idAt(params))) throw new RpcFault(-32000, "subscription not found");
    return "true";
  },
  eth_newFilter: ({ filters, view }, params) => {
    const { query, range } = liveQuery(required(params, 0), view);
    return `"${filters.create({ kind: "logs", query, filter: readLogFilter(query), range })}"`;
  },
  eth_newBlockFilter: ({ filters }) => `"${filters.create({ kind: "blocks" })}"`,
  eth_newPendingTransactionFilter: ({ filters }) => `"${filters.create({ kind: "transactions" })}"`,
  eth_getFilterChanges: ({ filters }, params) => {
    const changes = filters.changes(idAt(params));
    if (changes === null) throw notFound();
    return `[${changes.join(",")}]`;
  },
  eth_getFilterLogs: (context, params) => {
    const subject = context.filters.subject(idAt(params));
    if (subject?.kind !== "logs") throw notFound();
    return logsJson(subject.query, subject.filter, context);
  },
  eth_uninstallFilter: ({ filters }, params) => String(filters.uninstall(idAt(params))),
};

function socketOf({ subscriptions }: MethodContext): SocketSubscriptions {
  if (subscriptions === null) throw new RpcFault(-32601, "notifications not supported");
  return subscriptions;
}

function idAt(params: Params): string {
  const id = required(params, 0);
  if (typeof id === "string") return id;
  throw invalidParams(
    `invalid argument 0: json: cannot unmarshal ${typeof id} into Go value of type rpc.ID`,
  );
}

function notFound(): RpcFault {
  return new RpcFault(-32000, "filter not found");
}
