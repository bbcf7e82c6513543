// The newest changes of state, for who opens the feed: a short list of events as they were published. What comes by
// itself all the time (heads, races, clients) has no place in it, or nothing else would. Owned by ServerState.

import type { FeedEvent, FeedListener, Topic } from "./event_hub.ts";
import type { StateEvent } from "./feed_model.ts";

const kept = 100;
const passedOver: ReadonlySet<Topic> = new Set<Topic>(["routing", "head", "race", "client"]);

export class RecentEvents implements FeedListener {
  readonly notOfCalls = true;
  readonly #events: FeedEvent[] = [];

  heard(event: FeedEvent): void {
    if (passedOver.has(event.topic)) return;
    this.#events.push(event);
    if (this.#events.length > kept) this.#events.shift();
  }

  /** Oldest first; `chain` null: all, else those of that chain and those that concern no single one. */
  events(chain: string | null): StateEvent[] {
    const found: StateEvent[] = [];
    for (const { topic, at, chain: of, fields } of this.#events) {
      if (topic === "routing" || (chain !== null && of !== null && of !== chain)) continue;
      const place = of === null ? {} : { chain: of };
      const event = typeof fields.event === "string" ? fields.event : topic;
      found.push({ topic, at, ...place, ...fields, event });
    }
    return found;
  }
}
