// Hands what happens in the router on to history: every event of the hub but those of single calls and races, which
// history keeps in a form of their own, and of clients, who come and go all the time. Owned by LassoServer.

import type { HistorySink } from "../measure/history/model.ts";
import type { FeedEvent, FeedListener } from "./event_hub.ts";

export class EventHistory implements FeedListener {
  readonly notOfCalls = true;
  readonly #sink: HistorySink;

  constructor(sink: HistorySink) {
    this.#sink = sink;
  }

  heard({ topic, at, chain, fields }: FeedEvent): void {
    if (topic === "routing" || topic === "race" || topic === "client") return;
    const { event, provider, ...rest } = fields;
    this.#sink.event({
      at,
      // Marks are looked for by themselves, to be drawn on charts.
      topic: event === "mark" ? "mark" : topic,
      chain,
      provider: typeof provider === "string" ? provider : null,
      event: typeof event === "string" ? event : topic,
      fields: rest,
    });
  }
}
