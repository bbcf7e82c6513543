// From a request's body to the calls in it, without building its values: a call keeps the client's own spelling
// of id and params as slices of wire text. Accepts exactly the JSON that JSON.parse accepts; of a repeated member
// the last counts, as there. Called once per request by the server.

import { scanKey, scanString, scanValue, skipSpace } from "./json_scan.ts";
import { wireToText } from "./wire.ts";

export interface RpcCall {
  readonly kind: "call";
  /** The id as the client spelt it; null for a notification. */
  readonly id: string | null;
  readonly method: string;
  /** The method as the client spelt it, with its quotes. */
  readonly methodToken: string;
  /** The params as the client spelt them; undefined when absent or null, which nodes take for the same. */
  readonly params: string | undefined;
  /** It has a member `lasso_meta` that is true: over WebSocket the answer carries the metadata then. */
  readonly meta: boolean;
}

export interface BadCall {
  readonly kind: "bad";
  /** The id where it was legal, else `null`. */
  readonly id: string;
  readonly message: string;
}

export type Item = RpcCall | BadCall;

export type Frame =
  | { readonly kind: "single"; readonly item: Item }
  | { readonly kind: "batch"; readonly items: readonly Item[] }
  /** -32700: the body is no JSON. */
  | { readonly kind: "no_json" }
  /** -32600: an empty batch. */
  | { readonly kind: "empty_batch" }
  | { readonly kind: "too_many"; readonly count: number };

const noJson: Frame = { kind: "no_json" };
const emptyBatch: Frame = { kind: "empty_batch" };

/** Takes a body apart. A batch of more than `maxBatch` items is refused whole. */
export function readFrame(body: string, maxBatch: number): Frame {
  const at = skipSpace(body, 0);
  if (body.charCodeAt(at) === 0x5b) return readBatch(body, at, maxBatch);
  const end = readItem(body, at);
  if (end < 0 || skipSpace(body, end) < body.length) return noJson;
  return { kind: "single", item: takeItem() };
}

function readBatch(body: string, at: number, maxBatch: number): Frame {
  const items: Item[] = [];
  let count = 0;
  let i = skipSpace(body, at + 1);
  if (body.charCodeAt(i) === 0x5d) return skipSpace(body, i + 1) < body.length ? noJson : emptyBatch;
  for (;;) {
    i = readItem(body, i);
    if (i < 0) return noJson;
    // Behind the limit items are only scanned, so that broken JSON is told apart from too much of it.
    if (++count <= maxBatch) items.push(takeItem());
    i = skipSpace(body, i);
    const c = body.charCodeAt(i++);
    if (c === 0x5d) break;
    if (c !== 0x2c) return noJson;
    i = skipSpace(body, i);
  }
  if (skipSpace(body, i) < body.length) return noJson;
  return count > maxBatch ? { kind: "too_many", count } : { kind: "batch", items };
}

// What the last readItem found; taken by takeItem. One scan never interleaves with another.
let text = "";
let isObject = false;
let idFrom = -1, idTo = 0, methodFrom = -1, methodTo = 0, paramsFrom = -1, paramsTo = 0;
let versionFrom = -1, versionTo = 0;
let metaFrom = -1;

/** Scans one request object (or any other value); gives the index behind it or a negative number. */
function readItem(body: string, at: number): number {
  text = body;
  idFrom =
    methodFrom =
    paramsFrom =
    versionFrom =
    metaFrom =
      -1;
  isObject = body.charCodeAt(at) === 0x7b;
  if (!isObject) return scanValue(body, at);
  let i = skipSpace(body, at + 1);
  if (body.charCodeAt(i) === 0x7d) return i + 1;
  for (;;) {
    const keyFrom = skipSpace(body, i);
    i = scanKey(body, keyFrom);
    if (i < 0) return i;
    const from = skipSpace(body, i);
    const to = scanValue(body, from);
    if (to < 0) return to;
    noteMember(body, keyFrom, from, to);
    i = skipSpace(body, to);
    const c = body.charCodeAt(i++);
    if (c === 0x7d) return i;
    if (c !== 0x2c) return -1;
  }
}

function noteMember(body: string, keyFrom: number, from: number, to: number): void {
  const key = keyAt(body, keyFrom);
  if (key === "id") (idFrom = from), (idTo = to);
  else if (key === "method") (methodFrom = from), (methodTo = to);
  else if (key === "params") (paramsFrom = from), (paramsTo = to);
  else if (key === "jsonrpc") (versionFrom = from), (versionTo = to);
  else if (key === "lasso_meta") metaFrom = from;
}

/** The usual names by their first char, which tells them apart, bare and with the quote that ends them. */
const usualNames: (string | undefined)[] = new Array(128).fill(undefined);
const usualEnds: (string | undefined)[] = new Array(128).fill(undefined);
for (const name of ["jsonrpc", "id", "method", "params", "result", "error"]) {
  usualNames[name.charCodeAt(0)] = name;
  usualEnds[name.charCodeAt(0)] = `${name}"`;
}

/** The member name that begins at `at`, unescaped. */
export function keyAt(body: string, at: number): string {
  const first = body.charCodeAt(at + 1) & 127;
  const end = usualEnds[first];
  if (end !== undefined && body.startsWith(end, at + 1)) return usualNames[first]!;
  const raw = body.slice(at + 1, scanString(body, at) - 1);
  return raw.includes("\\") ? JSON.parse(`"${raw}"`) as string : raw;
}

function takeItem(): Item {
  if (!isObject) return { kind: "bad", id: "null", message: "a request must be an object" };
  const id = idFrom < 0 ? null : text.slice(idFrom, idTo);
  if (id !== null && !isLegalId(id)) {
    return { kind: "bad", id: "null", message: "id must be a string, a number or null" };
  }
  const answerId = id ?? "null";
  if (versionFrom < 0 || !isVersion(text.slice(versionFrom, versionTo))) {
    return { kind: "bad", id: answerId, message: 'jsonrpc must be "2.0"' };
  }
  if (methodFrom < 0 || text.charCodeAt(methodFrom) !== 0x22) {
    return { kind: "bad", id: answerId, message: "method must be a string" };
  }
  const spelt = paramsFrom < 0 ? "null" : text.slice(paramsFrom, paramsTo);
  const params = spelt === "null" ? undefined : spelt;
  if (params !== undefined && !isLegalParams(params)) {
    return { kind: "bad", id: answerId, message: "params must be an array or an object" };
  }
  const methodToken = text.slice(methodFrom, methodTo);
  // A value that begins so was scanned: it is `true` and nothing longer.
  const meta = metaFrom >= 0 && text.charCodeAt(metaFrom) === 0x74;
  return { kind: "call", id, method: stringOf(methodToken), methodToken, params, meta };
}

function stringOf(token: string): string {
  const inner = token.slice(1, -1);
  return /^[\w.]+$/.test(inner) ? inner : JSON.parse(wireToText(token)) as string;
}

function isVersion(token: string): boolean {
  return token === '"2.0"' || (token.includes("\\") && stringOf(token) === "2.0");
}

/** A string, a number or null (JSON-RPC 2.0, section 4). */
function isLegalId(id: string): boolean {
  const c = id.charCodeAt(0);
  return c === 0x22 || c === 0x2d || (c >= 0x30 && c <= 0x39) || id === "null";
}

function isLegalParams(params: string): boolean {
  const c = params.charCodeAt(0);
  return c === 0x5b || c === 0x7b;
}
