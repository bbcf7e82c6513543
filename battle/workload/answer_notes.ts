// Reads answers as their client must: is it JSON-RPC, is it the answer to what was asked, and what does it tell of its
// way (`lasso_meta`)? Writes that into the call's row. Called once per request in the midst of a run, so values are
// scanned, not built; only the attempts and errors are parsed.

import { hash } from "node:crypto";
import { type Answer, readAnswer, type RpcErrorFacts } from "../../core/rpc/answer.ts";
import { scanValue, skipSpace } from "../../core/rpc/json_scan.ts";
import { skipValue } from "../../core/rpc/json_skip.ts";
import { fromWire, wireToText } from "../../core/rpc/wire.ts";
import { type CallChunk, chunkRows, type OutcomeCode, outcomeCodes } from "./call_chunk.ts";
import type { CallTable } from "./call_table.ts";

/** Which results are kept: as a hash, and as text up to `maxTextChars`. */
export interface WantedResults {
  readonly methods: readonly string[] | "all";
  readonly maxTextChars: number;
}

/** A longer answer is judged by its beginning and its end: a scan would hold up the calls that are due. */
const scanUpTo = 1_048_576;
const maxReasonChars = 120;
const metaName = ',"lasso_meta":{';

export class AnswerNotes {
  readonly #table: CallTable;
  readonly #wanted: ReadonlySet<string> | "all";
  readonly #maxTextChars: number;

  constructor(table: CallTable, { methods, maxTextChars }: WantedResults) {
    this.#table = table;
    this.#wanted = methods === "all" ? "all" : new Set(methods);
    this.#maxTextChars = maxTextChars;
  }

  /** Of the call in `row`, which was asked with `id`. */
  single(row: number, id: number, status: number, body: string): OutcomeCode {
    const chunk = this.#table.chunkOf(row);
    const i = row % chunkRows;
    const answer = body.length <= scanUpTo ? readAnswer(body, id) : readLong(body, id);
    this.#meta(chunk, i, body);
    switch (answer.kind) {
      case "result": {
        const wanted = this.#wanted === "all" || this.#wanted.has(this.#table.callOf(row).method);
        if (wanted) this.#keep(chunk, i, answer.result);
        return outcomeCodes.result;
      }
      case "error":
        return this.#error(chunk, i, answer.facts);
      default:
        chunk.reasons.set(i, cut(status === 200 ? answer.why : `HTTP ${status}: ${answer.why}`));
        return outcomeCodes.broken;
    }
  }

  /** Of the `count` calls from `row` on, asked with ids from `id` on. `ended` hears the outcome of each, in order. */
  batch(
    row: number,
    count: number,
    id: number,
    status: number,
    body: string,
    ended: (row: number, outcome: OutcomeCode) => void,
  ): void {
    const items = splitBatch(body);
    for (let k = 0; k < count; k++) {
      if (items === null) {
        // Refused as a whole, with one error for all of them; or no JSON at all.
        ended(row + k, this.single(row + k, id + k, status, body));
        continue;
      }
      const item = items[k];
      if (item !== undefined) ended(row + k, this.single(row + k, id + k, status, item));
      else {
        const chunk = this.#table.chunkOf(row + k);
        chunk.reasons.set((row + k) % chunkRows, `the batch's answer has ${items.length} of ${count} items`);
        ended(row + k, outcomeCodes.broken);
      }
    }
  }

  #error(chunk: CallChunk, i: number, { code, message, data }: RpcErrorFacts): OutcomeCode {
    chunk.code[i] = code;
    let reason = cut(message);
    if (typeof data === "object" && data !== null) {
      const { reason: own, request_id: requestId } = data as { reason?: unknown; request_id?: unknown };
      if (typeof own === "string") reason = cut(own);
      if (typeof requestId === "string" && chunk.requestId.get(i) === null) chunk.requestId.set(i, requestId);
    }
    chunk.reasons.set(i, reason);
    return outcomeCodes.error;
  }

  #keep(chunk: CallChunk, i: number, result: string): void {
    if (result.length <= this.#maxTextChars) chunk.result.set(i, result);
    else chunk.resultHash.set(i, hash("sha256", fromWire(result), "hex"));
  }

  /** The metadata is the last member of an answer; keys can't stand within its strings, where quotes are escaped. */
  #meta(chunk: CallChunk, i: number, body: string): void {
    const at = body.lastIndexOf(metaName);
    if (at < 0) return;
    const requestId = stringAt(body, at, '"request_id":"');
    if (requestId !== null) chunk.requestId.set(i, requestId);
    const provider = stringAt(body, at, '"selected_provider":{"id":"');
    if (provider !== null) chunk.provider[i] = this.#table.numberOf(provider);
    const overheadAt = body.indexOf('"overhead_ms":', at);
    if (overheadAt >= 0) {
      chunk.overheadMs[i] = Number.parseFloat(body.slice(overheadAt + 14, overheadAt + 40));
    }
    const attemptsAt = body.indexOf('"attempts":[', at);
    if (attemptsAt < 0) return;
    const from = attemptsAt + 11;
    this.#attempts(chunk, i, body.slice(from, skipValue(body, from)));
  }

  #attempts(chunk: CallChunk, i: number, text: string): void {
    let attempts: readonly { provider: string; transport: string; ms: number; outcome: string }[];
    try {
      attempts = JSON.parse(text) as typeof attempts;
    } catch {
      return; // Cut off: the scan of the whole answer says so.
    }
    chunk.attemptsFrom[i] = chunk.attempts.length;
    chunk.attemptsCount[i] = attempts.length;
    for (const { provider, transport, ms, outcome } of attempts) {
      const table = this.#table;
      chunk.attempts.push(table.numberOf(provider), transport === "ws" ? 1 : 0, ms, table.numberOf(outcome));
    }
  }
}

function stringAt(text: string, from: number, key: string): string | null {
  const at = text.indexOf(key, from);
  if (at < 0) return null;
  const start = at + key.length;
  const end = text.indexOf('"', start);
  return end < 0 ? null : text.slice(start, end);
}

function cut(text: string): string {
  const readable = wireToText(text);
  return readable.length <= maxReasonChars ? readable : `${readable.slice(0, maxReasonChars - 1)}…`;
}

/** Its frame must be the one that Lasso writes; any other answer of that length is scanned whole. */
function readLong(body: string, id: number): Answer {
  const head = `{"jsonrpc":"2.0","id":${id},"result":`;
  if (!body.startsWith(head)) return readAnswer(body, id);
  const metaAt = body.lastIndexOf(metaName);
  const end = metaAt >= 0 ? metaAt : body.length - 1;
  if (!body.endsWith("}")) return { kind: "malformed", why: "the answer is truncated" };
  return { kind: "result", result: body.slice(head.length, end) };
}

/** The items' texts; null where it is no list. */
function splitBatch(body: string): string[] | null {
  let i = skipSpace(body, 0);
  if (body.charCodeAt(i) !== 0x5b) return null;
  const items: string[] = [];
  i = skipSpace(body, i + 1);
  if (body.charCodeAt(i) === 0x5d) return items;
  for (;;) {
    const end = scanValue(body, i);
    if (end < 0) return null;
    items.push(body.slice(i, end));
    i = skipSpace(body, end);
    const c = body.charCodeAt(i);
    if (c === 0x5d) return items;
    if (c !== 0x2c) return null;
    i = skipSpace(body, i + 1);
  }
}
