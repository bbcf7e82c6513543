// What a message of a node is: an answer and to which call, a notification and of which subscription, or something
// that breaks the protocol. Builds no values: a result stays a slice of wire text. Called for each message; it must
// never throw.

import { keyAt } from "../../core/rpc/framing.ts";
import { memberAt, skipValue } from "../../core/rpc/json_skip.ts";
import { scanKey, scanValue, skipSpace } from "../../core/rpc/json_scan.ts";

const usualStart = '{"jsonrpc":"2.0","id":';
const otherStart = '{"jsonrpc":"2.0","result":';

/**
 * The id of an answer in one of the spellings that nearly all nodes use: it is the first member behind the version, or
 * the last one behind the result. -1: it is spelt otherwise, or no answer. The text is not held to be JSON here;
 * whoever reads the answer does that.
 */
export function usualId(text: string): number {
  const id = firstId(text);
  return id < 0 && text.startsWith(otherStart) ? lastId(text) : id;
}

/** The id of a text that begins with it; -1: it begins otherwise. */
export function firstId(text: string): number {
  if (!text.startsWith(usualStart)) return -1;
  const at = usualStart.length;
  let id = 0;
  let i = at;
  for (;; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (!(digit >= 0 && digit <= 9)) break;
    id = id * 10 + digit;
  }
  const isId = text.charCodeAt(i) === 0x2c && i > at && i - at < 16 &&
    (text.charCodeAt(at) !== 0x30 || i === at + 1);
  return isId ? id : -1;
}

/**
 * The id of a text that ends with `,"id":N}`; -1: it ends otherwise. In a text that is JSON this can only be the last
 * member of the outermost object.
 */
export function lastId(text: string): number {
  let at = text.length - 2;
  if (text.charCodeAt(at + 1) !== 0x7d) return -1;
  let id = 0;
  let unit = 1;
  for (;; at--, unit *= 10) {
    const digit = text.charCodeAt(at) - 0x30;
    if (!(digit >= 0 && digit <= 9)) break;
    id += digit * unit;
  }
  return unit > 1 && unit < 1e16 && text.startsWith(',"id":', at - 5) ? id : -1;
}

export type Message =
  /** `id`: a whole number, or what stands in its place as the node spelt it; null where it is null or absent. */
  | {
    readonly kind: "answer";
    readonly id: number | string | null;
    readonly isError: boolean;
    readonly result: string | null;
  }
  /** `subscription` as the node spelt it; `result` is null where it has none, but an error. */
  | { readonly kind: "event"; readonly subscription: string; readonly result: string | null }
  /** A notification of something else. */
  | { readonly kind: "other" }
  | { readonly kind: "breach"; readonly why: string };

const noJson: Message = { kind: "breach", why: "sent a message that is no JSON" };
const noObject: Message = { kind: "breach", why: "sent a message that is no JSON-RPC object" };
const noId: Message = { kind: "breach", why: "sent a message that is neither an answer nor a notification" };
const other: Message = { kind: "other" };

/** Takes any message apart; accepts exactly what JSON.parse accepts. */
export function readMessage(text: string): Message {
  let i = skipSpace(text, 0);
  if (text.charCodeAt(i) !== 0x7b) return scanValue(text, i) < 0 ? noJson : noObject;
  let id = -1, idTo = 0, method = -1, params = -1, result = -1, resultTo = 0, error = -1;
  i = skipSpace(text, i + 1);
  if (text.charCodeAt(i) === 0x7d) return noId;
  for (;;) {
    const keyFrom = skipSpace(text, i);
    i = scanKey(text, keyFrom);
    if (i < 0) return noJson;
    const from = skipSpace(text, i);
    const to = scanValue(text, from);
    if (to < 0) return noJson;
    const key = keyAt(text, keyFrom);
    if (key === "id") (id = from), (idTo = to);
    else if (key === "method") method = from;
    else if (key === "params") params = from;
    else if (key === "result") (result = from), (resultTo = to);
    else if (key === "error") error = from;
    i = skipSpace(text, to);
    const c = text.charCodeAt(i++);
    if (c === 0x7d) break;
    if (c !== 0x2c) return noJson;
  }
  if (skipSpace(text, i) < text.length) return noJson;
  const isError = error >= 0 && !text.startsWith("null", error);
  if (result < 0 && !isError && (method >= 0 || id < 0)) {
    return method < 0 ? noId : readNotification(text, params);
  }
  return {
    kind: "answer",
    id: id < 0 ? null : idOf(text.slice(id, idTo)),
    isError,
    result: result < 0 ? null : text.slice(result, resultTo),
  };
}

function idOf(spelt: string): number | string | null {
  if (spelt === "null") return null;
  // A node that puts the number in quotes meant the call of this number; whoever reads the answer judges it.
  const number = Number(spelt.charCodeAt(0) === 0x22 ? spelt.slice(1, -1) || "-" : spelt);
  return Number.isSafeInteger(number) && number >= 0 ? number : spelt;
}

function readNotification(text: string, params: number): Message {
  if (params < 0 || text.charCodeAt(params) !== 0x7b) return other;
  const subscription = memberAt(text, params, "subscription");
  if (subscription < 0) return other;
  const result = memberAt(text, params, "result");
  return {
    kind: "event",
    subscription: text.slice(subscription, skipValue(text, subscription)),
    result: result < 0 ? null : text.slice(result, skipValue(text, result)),
  };
}

/** The subscription's id in the result of eth_subscribe, as the node spelt it; null: it is none. */
export function subscriptionId(message: Message): string | null {
  if (message.kind !== "answer" || message.isError || message.result === null) return null;
  const c = message.result.charCodeAt(0);
  return c === 0x22 || (c >= 0x30 && c <= 0x39) ? message.result : null;
}
