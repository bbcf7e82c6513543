// Which screen the overview is: nothing is configured, nobody answers, nobody has called yet, or it runs. Pure.

import type { FeedChain, FeedSnapshot } from "../../core/server/feed_model.ts";

export type Site = "no_provider" | "unreachable" | "no_traffic" | "running";

export function siteOf(chains: readonly FeedChain[], snapshot: FeedSnapshot, calls: number): Site {
  if (chains.every(({ providers }) => providers.length === 0)) return "no_provider";
  const awake = chains.filter((chain) => chain.awake);
  const states = awake.flatMap(({ providers }) => providers.map(({ state }) => state));
  const served = chains.some(({ success_hour }) => (success_hour ?? 0) > 0);
  const isDead = states.length > 0 && states.every((state) => state === "open" || state === "off");
  if (isDead && !served) return "unreachable";
  const called = calls > 0 || snapshot.recent.routing.length > 0 ||
    chains.some(({ success_hour, minute }) => success_hour !== null || minute.n > 0);
  return called ? "running" : "no_traffic";
}
