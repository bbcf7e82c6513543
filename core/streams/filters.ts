// The filters of eth_newFilter and its kin, kept by Lasso over its own streams, so that they survive the loss of an
// upstream. A filter that nobody asks for ends after some time; one that has a hole ends at once, so that its client
// makes a new one instead of trusting it.

import type { Outcome } from "../routing/outcome.ts";
import type { LocalMethods } from "../routing/local_methods.ts";
import { isRecord, readQuantity } from "../rpc/json_values.ts";
import { refuse } from "../rpc/refusal.ts";
import { textToWire } from "../rpc/wire.ts";
import type { ChainStreams, Source } from "./chain_streams.ts";
import { type Gap, type Listener, type Membership, randomId } from "./fanout.ts";
import { readLogFilter } from "./log_filter.ts";
import { parsed, readId, type Wish } from "./subscription_params.ts";

/** As go-ethereum has it. */
const expiryMs = 5 * 60_000;
const maxFilters = 10_000;
/** What may wait in one filter for its client to ask. */
const maxWaitingChars = 8 * 1024 * 1024;

type Answered = (outcome: Outcome) => void;

const notFound: Outcome = {
  kind: "error",
  error: '{"code":-32000,"message":"filter not found"}',
  category: "client",
  code: -32000,
};

export class FilterStore implements LocalMethods {
  readonly #streams: ChainStreams;
  readonly #filters = new Map<string, Filter>();
  /** Filters that are being made. */
  #opening = 0;

  constructor(streams: ChainStreams) {
    this.#streams = streams;
    streams.onTick = (now) => this.#sweep(now);
  }

  get size(): number {
    return this.#filters.size;
  }

  serve(method: string, params: string | undefined, answered: Answered): void {
    switch (method) {
      case "eth_newFilter":
        return this.#newLogFilter(params, answered);
      case "eth_newBlockFilter":
        return this.#open({ kind: "heads" }, (result) => hashOf(result), null, answered);
      case "eth_newPendingTransactionFilter":
        return this.#open(pendingWish(params), (result) => result, null, answered);
      case "eth_getFilterChanges":
        return answered(this.#changes(params));
      case "eth_getFilterLogs":
        return this.#logs(params, answered);
      default:
        return answered({ kind: "result", result: String(this.#drop(readId(params))) });
    }
  }

  [Symbol.dispose](): void {
    for (const id of [...this.#filters.keys()]) this.#drop(id);
  }

  #newLogFilter(params: string | undefined, answered: Answered): void {
    const [given] = parsed(params);
    const read = readLogFilter(given);
    if ("problem" in read) return answered(invalid(`eth_newFilter: ${read.problem}`));
    const range = isRecord(given) ? given : {};
    if (range.blockHash !== undefined) {
      return answered(invalid("eth_newFilter takes no blockHash; use eth_getLogs"));
    }
    const from = readQuantity(range.fromBlock) ?? 0;
    const to = readQuantity(range.toBlock) ?? Infinity;
    const inRange = (log: string): string | null => {
      if (from === 0 && to === Infinity) return log;
      const number = Number(blockNumber.exec(log)?.[1] ?? NaN);
      return number >= from && number <= to ? log : null;
    };
    this.#open({ kind: "logs", filter: read.filter }, inRange, textToWire(JSON.stringify([range])), answered);
  }

  #open(wish: Wish, pick: (result: string) => string | null, query: string | null, answered: Answered): void {
    if (this.#filters.size + this.#opening >= maxFilters) {
      const message = `There are ${maxFilters} filters on this chain, as many as there may be.`;
      return answered({ kind: "refusal", refusal: refuse("overloaded", message) });
    }
    this.#opening++;
    const { clock, random } = this.#streams.env;
    this.#streams.open(wish, (source, position) => {
      this.#opening--;
      const filter = new Filter(source, pick, query, clock.now(), () => this.#drop(id));
      const id = randomId(random);
      filter.join(position);
      this.#filters.set(id, filter);
      answered({ kind: "result", result: `"${id}"` });
    }, (outcome) => {
      this.#opening--;
      answered(outcome);
    });
  }

  #changes(params: string | undefined): Outcome {
    const filter = this.#find(params);
    return filter === undefined ? notFound : { kind: "result", result: filter.take() };
  }

  #logs(params: string | undefined, answered: Answered): void {
    const filter = this.#find(params);
    if (filter === undefined) return answered(notFound);
    if (filter.query === null) return answered(invalid("eth_getFilterLogs is for filters of logs"));
    const { route } = this.#streams.env;
    const { timeoutMs } = route.chain.settings;
    route.askOwn("eth_getLogs", filter.query, timeoutMs, null, answered);
  }

  #find(params: string | undefined): Filter | undefined {
    const filter = this.#filters.get(readId(params) ?? "");
    if (filter !== undefined) filter.askedAt = this.#streams.env.clock.now();
    return filter;
  }

  #drop(id: string | null): boolean {
    const filter = id === null ? undefined : this.#filters.get(id);
    if (filter === undefined || id === null) return false;
    this.#filters.delete(id);
    filter.leave();
    this.#streams.left(filter.source);
    return true;
  }

  #sweep(now: number): void {
    for (const [id, { askedAt }] of this.#filters) if (now - askedAt >= expiryMs) this.#drop(id);
  }
}

class Filter implements Listener {
  readonly source: Source;
  /** Params of the eth_getLogs that eth_getFilterLogs stands for; null: it is no filter of logs. */
  readonly query: string | null;
  askedAt: number;
  readonly #pick: (result: string) => string | null;
  readonly #broken: () => void;
  #waiting: string[] = [];
  #chars = 0;
  #membership: Membership | null = null;

  constructor(
    source: Source,
    pick: (result: string) => string | null,
    query: string | null,
    now: number,
    broken: () => void,
  ) {
    this.source = source;
    this.query = query;
    this.askedAt = now;
    this.#pick = pick;
    this.#broken = broken;
  }

  join(position: number): void {
    this.#membership = this.source.fanout.listen(this, position);
  }

  leave(): void {
    this.#membership?.leave();
  }

  heard(result: string): void {
    const picked = this.#pick(result);
    if (picked === null) return;
    this.#waiting.push(picked);
    this.#chars += picked.length;
    if (this.#chars > maxWaitingChars) this.#broken();
  }

  missed(_gap: Gap): void {
    this.#broken();
  }

  /** What came since it was asked last, as JSON. */
  take(): string {
    const text = `[${this.#waiting.join(",")}]`;
    this.#waiting = [];
    this.#chars = 0;
    return text;
  }
}

const blockNumber = /"blockNumber"\s*:\s*"(0x[0-9a-fA-F]+)"/;
const blockHash = /"hash"\s*:\s*("0x[0-9a-fA-F]{64}")/;

function hashOf(head: string): string | null {
  return blockHash.exec(head)?.[1] ?? null;
}

function pendingWish(params: string | undefined): Wish {
  const [full] = parsed(params);
  const list = full === true ? ["newPendingTransactions", true] : ["newPendingTransactions"];
  return { kind: "other", type: "newPendingTransactions", params: JSON.stringify(list) };
}

function invalid(why: string): Outcome {
  const error = textToWire(JSON.stringify({ code: -32602, message: why }));
  return { kind: "error", error, category: "client", code: -32602 };
}
