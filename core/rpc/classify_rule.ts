// The shape of one row in the tables of classify_rules.ts, and how a row is held against a failure.

import type { Category, Verdict } from "./category.ts";
import { methodInfo } from "./methods.ts";

/** What a verdict teaches about the channel, beside its category. */
export type Lesson = "lowest" | "too_new" | "addresses";

/** Calls that a row is limited to. */
export type Calls =
  /** They carry a signed transaction or a bundle. */
  | "send"
  /** A signed transaction, answered by its hash: only these may end as tx_known. */
  | "send_for_hash"
  | "not_send"
  /** They send or run a transaction or a call, now or again: what is no such read, and what the table does not know. */
  | "run"
  /** The same, but nothing is sent. */
  | "run_here"
  /** debug_* and trace_*. */
  | "trace"
  /** They look for logs or traces over a range of blocks. */
  | "range";

/** One row. All that it names must agree. Texts are lower case, as is what they are held against. */
export interface TextRule {
  readonly category: Category;
  readonly text?: string | RegExp;
  /** The row is void where this is found too. */
  readonly unless?: RegExp;
  readonly codes?: readonly number[];
  /** HTTP statuses. */
  readonly statuses?: readonly number[];
  readonly calls?: Calls;
  /** In place of the category's own. */
  readonly next?: Verdict["next"];
  readonly lesson?: Lesson;
  /** The failure says nothing against the provider: it is not set aside, nor asked again. */
  readonly callersOwn?: true;
}

const answeredByHash: ReadonlySet<string> = new Set([
  "eth_sendRawTransaction",
  "eth_sendRawTransactionConditional",
  "eth_sendPrivateRawTransaction",
]);

const overRanges: ReadonlySet<string> = new Set(["eth_getLogs", "eth_newFilter", "trace_filter"]);

/** Does the call belong to these? */
export function isAmong(calls: Calls, method: string): boolean {
  switch (calls) {
    case "send":
      return method.includes("_send");
    case "not_send":
      return !method.includes("_send");
    case "run":
      return !isPlainRead(method);
    case "run_here":
      return !method.includes("_send") && !isPlainRead(method);
    case "send_for_hash":
      return answeredByHash.has(method);
    case "trace":
      return method.startsWith("trace_") || method.startsWith("debug_");
    case "range":
      return overRanges.has(method);
  }
}

const running = /^(?:eth_(?:call|estimateGas|createAccessList|simulateV1)|debug_|trace_)/;

/** A read that runs no code: no contract can have reverted in it, and no transaction been refused. */
function isPlainRead(method: string): boolean {
  return methodInfo(method).replay === "read" && !running.test(method);
}

/** Does the row speak of this failure? `text` is in lower case; `code` and `status` are null where there is none. */
export function agrees(
  rule: TextRule,
  text: string,
  code: number | null,
  status: number | null,
  method: string,
): boolean {
  if (rule.codes !== undefined && (code === null || !rule.codes.includes(code))) return false;
  if (rule.statuses !== undefined && (status === null || !rule.statuses.includes(status))) return false;
  if (rule.text !== undefined && !found(rule.text, text)) return false;
  if (rule.calls !== undefined && !isAmong(rule.calls, method)) return false;
  return rule.unless === undefined || !rule.unless.test(text);
}

function found(wanted: string | RegExp, text: string): boolean {
  return typeof wanted === "string" ? text.includes(wanted) : wanted.test(text);
}
