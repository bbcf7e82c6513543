// A provider's state, and a channel's, in one word and why, as status, API, dashboard and alerts show it. Reads only.

import type { Channel } from "./channel.ts";
import type { Provider } from "./provider.ts";

export type ProviderState = "up" | "lagging" | "limited" | "probing" | "open" | "off" | "unknown";

/** The worst thing that holds comes first. `now`: the clock's milliseconds. The reason is null when it is up. */
export function providerState(provider: Provider, now: number): [ProviderState, string | null] {
  if (provider.quarantined !== null) return ["off", provider.quarantined];
  if (provider.drained) return ["off", "drained"];
  const aside = provider.setAside.active(now);
  if (aside !== null) {
    return ["limited", `${aside.category}, for ${Math.ceil((aside.until - now) / 1000)} s more`];
  }
  // A WebSocket that is not connected serves nothing, and its breaker hears of no failure.
  const asked = provider.channels.filter((channel) => !isCut(channel));
  const counted = asked.length === 0 ? provider.channels : asked;
  const breakers = counted.map(({ candidate }) => candidate.breaker);
  if (breakers.every((breaker) => breaker === "open")) {
    const held = counted.some(({ breaker }) => breaker.forced === "open");
    return ["open", held ? "held open by the operator" : counted[0]?.lastFailure ?? null];
  }
  // One channel that serves is enough.
  if (!breakers.includes("closed")) return ["probing", null];
  if (provider.syncing) return ["lagging", "syncing"];
  if (provider.lagging) {
    return ["lagging", `${provider.channels[0]?.candidate.lagBlocks ?? "some"} blocks behind`];
  }
  return provider.chainIdAt === null && provider.head === null ? ["unknown", "not asked yet"] : ["up", null];
}

/** The same of one channel: its own breaker and quarantine count instead of those of all. */
export function channelState(channel: Channel, now: number): [ProviderState, string | null] {
  const { provider, candidate, lastFailure, wrongChain } = channel;
  const [state, reason] = providerState(provider, now);
  if (state === "off" || state === "limited") return [state, reason];
  if (wrongChain !== null) return ["off", wrongChain];
  if (candidate.breaker === "open") return ["open", lastFailure];
  if (candidate.breaker === "half_open") return ["probing", lastFailure];
  if (isCut(channel) && state !== "unknown") {
    return channel.chainIdAt === null ? ["unknown", "not connected yet"] : ["probing", "not connected"];
  }
  if (provider.syncing) return ["lagging", "syncing"];
  if (provider.lagging) return ["lagging", `${candidate.lagBlocks ?? "some"} blocks behind`];
  return channel.chainIdAt === null && provider.head === null ? ["unknown", "not asked yet"] : ["up", null];
}

function isCut({ protocol, transport }: Channel): boolean {
  return protocol === "ws" && transport.connections === 0;
}
