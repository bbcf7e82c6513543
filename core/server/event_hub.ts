// What happens in the router, as events for whoever listens: the feed's sockets. Publishing costs next to nothing while
// nobody listens, and never waits. Fields hold no secrets; who publishes sees to that.

import { RecentCalls } from "./recent_calls.ts";

export const topics = [
  "routing",
  "provider",
  "breaker",
  "stream",
  "race",
  "head",
  "config",
  "alert",
  "client",
  "chaos",
  "system",
] as const;

export type Topic = typeof topics[number];

export interface FeedEvent {
  readonly topic: Topic;
  /** Epoch ms. */
  readonly at: number;
  /** null: it concerns no single chain. */
  readonly chain: string | null;
  /** Of a routing event: the call failed, or was answered only after a failover. These are dropped last. */
  readonly notable: boolean;
  /** The rest: members behind `topic`, `at` and `chain`; not to be changed. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** The same as JSON text, without braces. */
  readonly members: string;
}

export interface FeedListener {
  /** It has no use for `routing` events, and none need be made for it. Always the same. */
  readonly notOfCalls?: boolean;
  heard(event: FeedEvent): void;
}

export class EventHub {
  /** The newest calls, kept whether somebody listens or not. */
  readonly calls = new RecentCalls();
  readonly #wallNow: () => number;
  #listeners: readonly FeedListener[] = [];
  /** Those of them that want to hear of each call. */
  #ofCalls = 0;

  /** `wallNow`: epoch ms. */
  constructor(wallNow: () => number) {
    this.#wallNow = wallNow;
  }

  /** Somebody hears what is published. */
  get listening(): boolean {
    return this.#listeners.length > 0;
  }

  /** Epoch ms, as events have it. */
  get now(): number {
    return this.#wallNow();
  }

  /** Somebody wants to hear of each call; hot code asks before it makes such an event. */
  get listeningToCalls(): boolean {
    return this.#ofCalls > 0;
  }

  listen(listener: FeedListener): void {
    this.#set([...this.#listeners, listener]);
  }

  leave(listener: FeedListener): void {
    this.#set(this.#listeners.filter((other) => other !== listener));
  }

  #set(listeners: readonly FeedListener[]): void {
    this.#listeners = listeners;
    this.#ofCalls = listeners.filter(({ notOfCalls }) => !notOfCalls).length;
  }

  /** An event by its name in the code, `provider.set_aside` for instance; its topic follows from the name. */
  emit(event: string, fields: Readonly<Record<string, unknown>> = {}): void {
    if (!this.listening) return;
    const { chain = null, ...rest } = fields;
    this.publish(topicOf(event), typeof chain === "string" ? chain : null, { event, ...rest });
  }

  publish(
    topic: Topic,
    chain: string | null,
    fields: Readonly<Record<string, unknown>>,
    notable = true,
  ): void {
    if (!this.listening) return;
    const members = JSON.stringify(fields).slice(1, -1);
    const event: FeedEvent = { topic, at: this.#wallNow(), chain, notable, fields, members };
    for (const listener of this.#listeners) listener.heard(event);
  }
}

/** The JSON text of an event. */
export function eventText({ topic, at, chain, members }: FeedEvent): string {
  const place = chain === null ? "" : `,"chain":${JSON.stringify(chain)}`;
  return `{"topic":"${topic}","at":${at}${place}${members === "" ? "" : ","}${members}}`;
}

const byPrefix: Readonly<Record<string, Topic>> = {
  provider: "provider",
  channel: "provider",
  http: "provider",
  ws: "provider",
  breaker: "breaker",
  stream: "stream",
  head: "head",
  config: "config",
  client: "client",
  race: "race",
  alert: "alert",
  fault: "chaos",
  traffic: "chaos",
};

function topicOf(event: string): Topic {
  return byPrefix[event.split(".", 1)[0] ?? ""] ?? "system";
}
