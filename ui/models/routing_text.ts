// A routing event in words: who answered, and what is to be said beside it. Pure.

import type { RoutingEvent } from "../../core/server/feed_model.ts";

/** What the caller did wrong is no failure. */
export function hasFailed({ result }: RoutingEvent): boolean {
  return result !== "ok" && result !== "error" && result !== "sampled";
}

/** A good answer that no provider gave is Lasso's own: from what it knows of the chain, or has kept. */
export function answeredBy(event: RoutingEvent): string {
  const { provider_id, transport, result } = event;
  if (provider_id !== null) return transport === null ? provider_id : `${provider_id} ${transport}`;
  return hasFailed(event) || result === "sampled" ? "nobody" : "Lasso";
}

/** `failed: timeout`, `1 failover`; empty for a plain success. */
export function marksOf(event: RoutingEvent): readonly string[] {
  const { result, failover_count: n, test } = event;
  return [
    ...(hasFailed(event)
      ? [`failed: ${result.replaceAll("_", " ")}`]
      : result === "error"
      ? ["caller's error"]
      : []),
    ...(n === 0 ? [] : [n === 1 ? "1 failover" : `${n} failovers`]),
    ...(test === true ? ["test"] : []),
  ];
}

export function searchText(event: RoutingEvent): string {
  const { method, chain = "", result, strategy } = event;
  return `${method} ${chain} ${result} ${strategy} ${answeredBy(event)} ${marksOf(event).join(" ")}`
    .toLowerCase();
}
