// What happens in the router, as events for whoever listens: the feed's sockets. Publishing costs next to nothing while
// nobody listens, and never waits. Fields hold no secrets; who publishes sees to that.

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
  /** The rest of its JSON text: members behind `topic`, `at` and `chain`, without braces. */
  readonly members: string;
}

export interface FeedListener {
  heard(event: FeedEvent): void;
}

export class EventHub {
  readonly #wallNow: () => number;
  #listeners: readonly FeedListener[] = [];

  /** `wallNow`: epoch ms. */
  constructor(wallNow: () => number) {
    this.#wallNow = wallNow;
  }

  /** Somebody hears what is published; hot code asks before it makes an event. */
  get listening(): boolean {
    return this.#listeners.length > 0;
  }

  listen(listener: FeedListener): void {
    this.#listeners = [...this.#listeners, listener];
  }

  leave(listener: FeedListener): void {
    this.#listeners = this.#listeners.filter((other) => other !== listener);
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
    const event: FeedEvent = { topic, at: this.#wallNow(), chain, notable, members };
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
};

function topicOf(event: string): Topic {
  return byPrefix[event.split(".", 1)[0] ?? ""] ?? "system";
}
