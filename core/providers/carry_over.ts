// What of a chain's providers survives a reload: the whole provider where nothing that it depends on changed, else
// what still holds of it. Pure comparison and copying; chain.ts decides when a provider changes hands.

import { isDeepStrictEqual } from "node:util";
import type { ChainSettings, ProviderSettings } from "../settings.ts";
import type { Provider } from "./provider.ts";
import {
  endpointOf,
  type Protocol,
  protocolsOf,
  transportFor,
  type TransportLookup,
} from "./transport_choice.ts";

/** What a provider is built from beside its own settings. */
export interface ProviderGround {
  readonly settings: ChainSettings;
  readonly server: { readonly bufferBytes: number; readonly maxResponseBytes: number };
  proxyFor(url: string): string | null;
  readonly transport: TransportLookup;
}

/** May the provider go on as it is, transports included? */
export function isUnchanged(
  before: ProviderSettings,
  from: ProviderGround,
  after: ProviderSettings,
  to: ProviderGround,
): boolean {
  return isDeepStrictEqual(before, after) && from.settings.name === to.settings.name &&
    from.settings.chainId === to.settings.chainId &&
    from.settings.attemptTimeoutMs === to.settings.attemptTimeoutMs &&
    isDeepStrictEqual(from.settings.breaker, to.settings.breaker) &&
    from.server.bufferBytes === to.server.bufferBytes &&
    from.server.maxResponseBytes === to.server.maxResponseBytes &&
    protocolsOf(after).every((protocol) => sameWay(after, protocol, from, to));
}

/** Is the endpoint, which did not change, reached in the same way? */
function sameWay(
  settings: ProviderSettings,
  protocol: Protocol,
  from: ProviderGround,
  to: ProviderGround,
): boolean {
  const url = endpointOf(settings, protocol);
  const before = transportFor(settings.transport, protocol, from.transport);
  const after = transportFor(settings.transport, protocol, to.transport);
  return before.plugin === after.plugin && isDeepStrictEqual(before.options, after.options) &&
    (url === null || from.proxyFor(url) === to.proxyFor(url));
}

/** Copies into a provider with new settings what still holds of the one before it. */
export function carryOver(
  previous: Provider,
  from: ProviderGround,
  provider: Provider,
  to: ProviderGround,
): void {
  const sameChain = from.settings.chainId === to.settings.chainId;
  const same = (protocol: Protocol): boolean =>
    sameChain &&
    isDeepStrictEqual(endpoint(previous.settings, protocol), endpoint(provider.settings, protocol));
  // What is known of the provider was learnt over HTTP.
  provider.adopt(previous, same("http"));
  const sameBreaker = isDeepStrictEqual(from.settings.breaker, to.settings.breaker);
  for (const channel of provider.channels) {
    const before = previous.channels.find((other) => other.id === channel.id);
    if (before !== undefined && same(channel.protocol)) channel.adopt(before, sameBreaker);
  }
}

/** All that decides who answers on a channel. */
function endpoint(settings: ProviderSettings, protocol: Protocol): unknown {
  const { headers, tls, transport } = settings;
  return { url: endpointOf(settings, protocol), headers, tls, transport };
}
