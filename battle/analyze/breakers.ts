// Changes of circuit breakers, as the router's event feed tells them (api.md, topic `breaker`). Pure.

import type { FeedRecord } from "../model/record.ts";
import type { ScenarioResult } from "../model/result.ts";

export interface BreakerChange {
  readonly atUs: number;
  /** null where the event does not say. */
  readonly chain: string | null;
  readonly provider: string;
  readonly transport: string | null;
  /** closed, half_open, open. */
  readonly state: string;
}

/** In order of time. Events that name no provider or no state are no changes. */
export function breakerChanges(feed: readonly FeedRecord[]): readonly BreakerChange[] {
  return feed.filter(({ topic }) => topic === "breaker").flatMap(({ atUs, fields }) => {
    const provider = textOf(fields["provider_id"]) ?? textOf(fields["provider"]);
    const state = textOf(fields["state"]) ?? textOf(fields["to"]);
    if (provider === null || state === null) return [];
    const [chain, transport] = [textOf(fields["chain"]), textOf(fields["transport"])];
    return [{ atUs, chain, provider, transport, state }];
  }).sort((a, b) => a.atUs - b.atUs);
}

/** For the report: `provider:transport`, with its chain where there are several. */
export function breakerTimeline(feed: readonly FeedRecord[]): ScenarioResult["breakers"] {
  const changes = breakerChanges(feed);
  const isMany = new Set(changes.map(({ chain }) => chain)).size > 1;
  return changes.map(({ atUs, chain, provider, transport, state }) => ({
    atMs: atUs / 1_000,
    channel: `${isMany && chain !== null ? `${chain}/` : ""}${provider}${
      transport === null ? "" : `:${transport}`
    }`,
    state,
  }));
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
