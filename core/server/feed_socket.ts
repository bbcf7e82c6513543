// One reader of the feed: a snapshot first, then batches (spec: api.md, Feed). The first event goes out at once, then
// one batch for each window; of routing events a window carries a bounded number, the notable ones first. A reader that
// does not keep up loses batches and gets a fresh snapshot later; it never makes anybody wait.

// @ts-types="@types/ws"
import type { RawData, WebSocket } from "ws";
import type { Clock, Timer } from "../clock.ts";
import { isRecord } from "../rpc/json_values.ts";
import {
  type EventHub,
  eventText,
  type FeedEvent,
  type FeedListener,
  type Topic,
  topics,
} from "./event_hub.ts";
import type { FeedSnapshot } from "./feed_model.ts";
import { statsMembers, type StatsReader, type StatsText } from "./feed_ticker.ts";

export interface FeedHost {
  readonly clock: Clock;
  readonly hub: EventHub;
  /** What stands in a snapshot; `chain` null: of all chains. `admin`: who may act from where the reader is. */
  snapshot(chain: string | null, admin: FeedSnapshot["admin"]): unknown;
  /** The chain's own name, from its name, alias or decimal id; null: there is none. */
  chainName(given: string): string | null;
  gone(socket: FeedSocket): void;
}

const windowMs = 50;
const maxRouting = 100;
/** Above it a reader is slow; below the second figure it has caught up. */
const slowBytes = 1_048_576;
const caughtUpBytes = 65_536;
const slowForMs = 10_000;
const closingMs = 2_000;
const subscribeMembers: ReadonlySet<string> = new Set(["type", "topics", "chains"]);

export class FeedSocket implements FeedListener, StatsReader {
  readonly #ws: WebSocket;
  readonly #host: FeedHost;
  /** Of /channels/chain/{name}; null: all chains. */
  readonly #chain: string | null;
  readonly #admin: FeedSnapshot["admin"];
  /** null: everything. */
  #topics: ReadonlySet<Topic> | null = null;
  #chains: ReadonlySet<string> | null;
  #seq = 0;
  #events: FeedEvent[] = [];
  #routing: FeedEvent[] = [];
  #dropped = 0;
  /** Runs while a window is open. */
  #window: Timer | null = null;
  #slowSince: number | null = null;
  #closing: Timer | null = null;

  constructor(ws: WebSocket, chain: string | null, admin: FeedSnapshot["admin"], host: FeedHost) {
    this.#ws = ws;
    this.#admin = admin;
    this.#host = host;
    this.#chain = chain;
    this.#chains = chain === null ? null : new Set([chain]);
    ws.on("message", this.#onMessage);
    ws.on("error", () => {});
    ws.on("close", () => this.#end());
    host.hub.listen(this);
    this.#sendSnapshot();
  }

  /** Of /channels/chain/{name}; null: all chains. */
  get chain(): string | null {
    return this.#chain;
  }

  get wantsStats(): boolean {
    return this.#closing === null && (this.#topics === null || this.#topics.has("system"));
  }

  tellStats(stats: StatsText): void {
    const members = statsMembers(stats, this.#chains);
    this.heard({ topic: "system", at: stats.at, chain: null, notable: true, fields: {}, members });
  }

  heard(event: FeedEvent): void {
    if (this.#topics !== null && !this.#topics.has(event.topic)) return;
    if (this.#chains !== null && event.chain !== null && !this.#chains.has(event.chain)) return;
    if (event.topic === "routing") this.#keepRouting(event);
    else this.#events.push(event);
    if (this.#window === null) this.#flush();
  }

  /** Asks it to leave, and ends it when it does not. */
  close(code: number, reason: string): void {
    if (this.#closing !== null) return;
    this.#host.hub.leave(this);
    this.#ws.close(code, reason);
    this.#closing = this.#host.clock.after(closingMs, () => this.#ws.terminate());
  }

  terminate(): void {
    this.#ws.terminate();
  }

  /** Of more than fit, those that say least are dropped: plain successes first, then the oldest. */
  #keepRouting(event: FeedEvent): void {
    if (this.#routing.length < maxRouting) {
      this.#routing.push(event);
      return;
    }
    this.#dropped++;
    if (!event.notable) return;
    const plain = this.#routing.findIndex(({ notable }) => !notable);
    this.#routing.splice(Math.max(plain, 0), 1);
    this.#routing.push(event);
  }

  #flush(): void {
    this.#window = null;
    if (this.#slow()) return this.#open();
    const events = [...this.#events, ...this.#routing];
    if (events.length === 0 && this.#dropped === 0) return;
    const batch = events.map(eventText).join(",");
    const text = `{"type":"batch","seq":${++this.#seq},"events":[${batch}],"dropped":${this.#dropped}}`;
    this.#forget();
    this.#ws.send(text);
    this.#open();
  }

  #open(): void {
    this.#window = this.#host.clock.after(windowMs, () => this.#flush());
  }

  #forget(): void {
    this.#events = [];
    this.#routing = [];
    this.#dropped = 0;
  }

  /** Loses what there is while the reader does not keep up. */
  #slow(): boolean {
    const { clock } = this.#host;
    const waiting = this.#ws.bufferedAmount;
    if (this.#slowSince === null) {
      if (waiting < slowBytes) return false;
      this.#slowSince = clock.now();
    } else if (waiting < caughtUpBytes) {
      this.#slowSince = null;
      this.#forget();
      this.#sendSnapshot();
      return false;
    } else if (clock.now() - this.#slowSince >= slowForMs) this.close(1013, "too slow");
    this.#forget();
    return true;
  }

  #sendSnapshot(): void {
    const { clock } = this.#host;
    const data = this.#host.snapshot(this.#chain, this.#admin);
    this.#ws.send(JSON.stringify({ type: "snapshot", seq: ++this.#seq, at: clock.wallNow(), data }));
  }

  readonly #onMessage = (raw: RawData): void => {
    const problem = this.#subscribe(String(raw));
    if (problem !== null) this.#ws.send(JSON.stringify({ type: "error", message: problem }));
  };

  /** Why the message is none that is understood; null: it was done. */
  #subscribe(text: string): string | null {
    let message: unknown;
    try {
      message = JSON.parse(text);
    } catch {
      return "the message is no JSON";
    }
    if (!isRecord(message) || message.type !== "subscribe") return 'the type must be "subscribe"';
    const stranger = Object.keys(message).find((member) => !subscribeMembers.has(member));
    if (stranger !== undefined) {
      return `there is no member ${JSON.stringify(stranger.slice(0, 64))}; known: ${
        [...subscribeMembers].join(", ")
      }`;
    }
    const wanted = names(message.topics);
    const chains = names(message.chains);
    if (wanted === undefined || chains === undefined) return "topics and chains must be lists of names";
    const known: readonly string[] = topics;
    const unknown = wanted?.find((name) => !known.includes(name));
    if (unknown !== undefined) {
      return `there is no topic ${JSON.stringify(unknown.slice(0, 64))}; known: ${topics.join(", ")}`;
    }
    const found = new Set<string>();
    for (const given of chains ?? []) {
      const name = this.#host.chainName(given);
      if (name === null) return `the chain ${JSON.stringify(given.slice(0, 64))} is not served`;
      found.add(name);
    }
    this.#topics = wanted === null ? null : new Set(wanted as Topic[]);
    if (this.#chain === null) this.#chains = chains === null ? null : found;
    return null;
  }

  #end(): void {
    this.#window?.cancel();
    this.#closing?.cancel();
    this.#host.hub.leave(this);
    this.#forget();
    this.#host.gone(this);
  }
}

/** null: not given, everything; undefined: malformed. */
function names(value: unknown): readonly string[] | null | undefined {
  if (value === undefined || value === null) return null;
  return Array.isArray(value) && value.every((name) => typeof name === "string") ? value : undefined;
}
