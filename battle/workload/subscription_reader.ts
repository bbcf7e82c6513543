// What arrives on a subscriber's socket, as entries of its record: heads, logs and announced gaps. Thousands of
// subscribers get the same events, so the newest ones are read once and shared. Pure.

import type { RecordEntry } from "../simulator/ledger_record.ts";

export type SubscriptionMessage =
  | { readonly kind: "ack"; readonly id: string }
  /** `entry` null: an event that a record has no form for, such as a pending transaction. */
  | { readonly kind: "event"; readonly id: string; readonly entry: RecordEntry | null }
  | { readonly kind: "refused"; readonly code: number; readonly message: string }
  | { readonly kind: "other" };

/** Different events that are remembered. */
const maxKnown = 64;
const eventHead = '{"jsonrpc":"2.0","method":"eth_subscription","params":{"subscription":"';

export class SubscriptionReader {
  readonly #known = new Map<string, RecordEntry | null>();

  read(text: string): SubscriptionMessage {
    if (text.startsWith(eventHead)) {
      // Lasso's own form: the id differs from subscriber to subscriber, what follows does not.
      const end = text.indexOf('"', eventHead.length);
      const rest = text.slice(end);
      let entry = this.#known.get(rest);
      if (entry === undefined) {
        entry = entryOf(parse(text)?.params);
        if (this.#known.size >= maxKnown) this.#known.delete(this.#known.keys().next().value!);
        this.#known.set(rest, entry);
      }
      return { kind: "event", id: text.slice(eventHead.length, end), entry };
    }
    const message = parse(text);
    if (message === null) return { kind: "other" };
    const { method, params, result, error } = message;
    if (method === "eth_subscription") {
      return { kind: "event", id: String(params?.subscription), entry: entryOf(params) };
    }
    if (typeof result === "string") return { kind: "ack", id: result };
    if (error !== undefined) {
      return { kind: "refused", code: Number(error?.code), message: String(error?.message).slice(0, 120) };
    }
    return { kind: "other" };
  }
}

interface EventParams {
  readonly subscription?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly data?: { readonly from_block?: unknown; readonly to_block?: unknown } };
}

interface Message {
  readonly method?: unknown;
  readonly params?: EventParams;
  readonly result?: unknown;
  readonly error?: { readonly code?: unknown; readonly message?: unknown };
}

function parse(text: string): Message | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : null;
  } catch {
    return null;
  }
}

function entryOf(params: EventParams | undefined): RecordEntry | null {
  const { data } = params?.error ?? {};
  if (data !== undefined) {
    return { kind: "gap", fromBlock: Number(data.from_block), toBlock: Number(data.to_block) };
  }
  const result = params?.result;
  if (typeof result === "string") return { kind: "transaction", hash: result };
  if (typeof result !== "object" || result === null) return null;
  const event = result as Readonly<Record<string, unknown>>;
  if (typeof event["parentHash"] === "string") {
    return {
      kind: "head",
      number: Number(event["number"]),
      hash: String(event["hash"]),
      parentHash: event["parentHash"],
    };
  }
  if (event["logIndex"] === undefined) return null;
  return {
    kind: "log",
    blockHash: String(event["blockHash"]),
    blockNumber: Number(event["blockNumber"]),
    logIndex: Number(event["logIndex"]),
    removed: event["removed"] === true,
  };
}
