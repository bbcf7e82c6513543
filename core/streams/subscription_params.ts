// What a client asks for with eth_subscribe: from the params' text to the stream that serves it. Bad params are a
// refusal with the reason.

import { isRecord } from "../rpc/json_values.ts";
import { textToWire, wireToText } from "../rpc/wire.ts";
import { type LogFilter, readLogFilter } from "./log_filter.ts";

export type Wish =
  | { readonly kind: "heads" }
  | { readonly kind: "logs"; readonly filter: LogFilter }
  /** Best effort: passed through as the upstream sends it. */
  | { readonly kind: "other"; readonly type: string; readonly params: string };

export type ReadWish = Wish | { readonly kind: "bad"; readonly why: string };

export function readWish(params: string | undefined): ReadWish {
  const list = parsed(params);
  const [type, argument] = list;
  if (typeof type !== "string" || type === "" || type.length > 64) {
    return bad('the first parameter must be a subscription such as "newHeads" or "logs"');
  }
  if (type === "newHeads") return { kind: "heads" };
  if (type === "logs") return readLogsWish(argument);
  return { kind: "other", type, params: textToWire(JSON.stringify(list)) };
}

/** The id that eth_unsubscribe and the filter methods name; null when it is none. */
export function readId(params: string | undefined): string | null {
  const [id] = parsed(params);
  return typeof id === "string" && id.length <= 128 ? id : null;
}

/** The params as a list; empty for everything else. */
export function parsed(params: string | undefined): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(wireToText(params ?? "[]"));
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

function readLogsWish(argument: unknown): ReadWish {
  if (isRecord(argument)) {
    for (const name of ["fromBlock", "toBlock", "blockHash"]) {
      const value = argument[name];
      if (value === undefined || value === null || value === "latest" || value === "pending") continue;
      return bad(`a subscription gives what comes from now on; ask for ${name} with eth_getLogs`);
    }
  }
  const read = readLogFilter(argument);
  return "problem" in read ? bad(read.problem) : { kind: "logs", filter: read.filter };
}

function bad(why: string): ReadWish {
  return { kind: "bad", why };
}
