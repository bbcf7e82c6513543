// What `/status` shows: the state of every chain and provider in words and figures, without secrets.

import { overrideWords } from "../providers/override_words.ts";
import { type ProviderState, providerState } from "../providers/provider_state.ts";
import type { Provider } from "../providers/provider.ts";
import type { ChainRoute } from "../routing/chain_route.ts";
import type { ServerState } from "./state.ts";

export interface ProviderStatus {
  readonly id: string;
  readonly state: ProviderState;
  /** Why it is in that state; null when it is up. */
  readonly reason: string | null;
  /** What the operator did to it, in words; null: nothing. */
  readonly override: string | null;
  readonly group: string;
  readonly head: number | null;
  readonly lag_blocks: number | null;
  readonly transports: readonly {
    readonly transport: string;
    readonly breaker: string;
    /** Connections open at this moment. */
    readonly connections: number;
    readonly in_flight: number;
    readonly last_failure: string | null;
    /** Why this channel alone is kept out; null: nothing is wrong. */
    readonly quarantined: string | null;
  }[];
}

export interface ChainStatus {
  readonly name: string;
  readonly chain_id: number;
  readonly aliases: readonly string[];
  readonly state: "unknown" | "good" | "bad";
  readonly awake: boolean;
  /** The one in force for calls that name none. */
  readonly strategy: string;
  /** What the operator did to it, in words; null: nothing. */
  readonly override: string | null;
  readonly head: number | null;
  readonly served: number;
  readonly providers: readonly ProviderStatus[];
}

export function statusOf(state: ServerState): Record<string, unknown> {
  const { deps, router } = state;
  return {
    version: deps.version,
    state: state.draining ? "draining" : "serving",
    uptime_ms: deps.clock.wallNow() - state.startedAt,
    config_version: state.configVersion,
    reloads: state.reloads.map((record) => ({ ...record, at: new Date(record.at).toISOString() })),
    region: router.settings.server.region,
    in_flight: state.inFlight,
    max_in_flight: router.settings.server.maxInFlight,
    connections: state.connections(),
    websockets: state.websockets(),
    chains: router.routes.map((route) => chainStatus(route, deps.clock.now())),
  };
}

export function chainStatus(route: ChainRoute, now: number): ChainStatus {
  const { chain } = route;
  return {
    name: chain.name,
    chain_id: chain.settings.chainId,
    aliases: chain.settings.aliases,
    state: chain.ready(),
    awake: chain.awake,
    strategy: route.strategyOverride ?? chain.settings.strategy,
    override: chainOverride(route),
    head: chain.head,
    served: chain.served,
    providers: chain.providers.map((provider) => providerStatus(provider, now)),
  };
}

function chainOverride({ drained, strategyOverride }: ChainRoute): string | null {
  const words = drained ? ["drained"] : [];
  if (strategyOverride !== null) words.push(`strategy ${strategyOverride}`);
  return words.length === 0 ? null : words.join("; ");
}

function providerStatus(provider: Provider, now: number): ProviderStatus {
  const [state, reason] = providerState(provider, now);
  return {
    id: provider.id,
    state,
    reason,
    override: overrideWords(provider),
    group: provider.settings.group,
    head: provider.head,
    lag_blocks: provider.channels[0]?.candidate.lagBlocks ?? null,
    transports: provider.channels.map((channel) => ({
      transport: channel.protocol,
      breaker: channel.candidate.breaker,
      connections: channel.transport.connections,
      in_flight: channel.inFlight,
      last_failure: channel.lastFailure,
      quarantined: channel.wrongChain,
    })),
  };
}
