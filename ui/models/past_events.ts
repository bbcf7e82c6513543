// Events of history as the feed would have told them, so that both are shown by the same words in one list. Pure.

import type { StateEvent } from "../../core/server/feed_model.ts";

/** A row of /api/events. */
export interface PastEvent {
  /** ISO 8601. */
  readonly at: string;
  readonly topic: string;
  readonly chain: string | null;
  readonly provider: string | null;
  readonly event: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export function ofHistory({ at, topic, chain, provider, event, fields }: PastEvent): StateEvent {
  return {
    ...fields,
    ...(provider === null ? {} : { provider }),
    ...(chain === null ? {} : { chain }),
    topic: topic as StateEvent["topic"],
    at: Date.parse(at),
    event,
  };
}

/** Newest first, each once: an event is the same where time, place and name are. */
export function withLive(past: readonly StateEvent[], live: readonly StateEvent[]): StateEvent[] {
  const name = ({ at, chain, event, provider, type }: StateEvent): string =>
    [at, chain, event, provider, type].join(" ");
  const known = new Set(past.map(name));
  return [...live.filter((event) => !known.has(name(event))), ...past].sort((a, b) => b.at - a.at);
}
