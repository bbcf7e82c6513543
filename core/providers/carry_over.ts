// What of a chain's providers survives a reload: the whole provider where nothing that it depends on changed, else
// what still holds of it. Pure comparison and copying; chain.ts decides when a provider changes hands.

import { isDeepStrictEqual } from "node:util";
import type { ChainSettings, ProviderSettings } from "../settings.ts";
import type { Provider } from "./provider.ts";

/** What a provider is built from beside its own settings. */
export interface ProviderGround {
  readonly settings: ChainSettings;
  readonly server: { readonly bufferBytes: number; readonly maxResponseBytes: number };
  proxyFor(url: string): string | null;
  transport(id: string): { readonly plugin: unknown; readonly options: unknown };
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
    from.proxyFor(before.url) === to.proxyFor(after.url) && sameTransport(after.transport, from, to);
}

function sameTransport(id: string, from: ProviderGround, to: ProviderGround): boolean {
  const [before, after] = [from.transport(id), to.transport(id)];
  return before.plugin === after.plugin && isDeepStrictEqual(before.options, after.options);
}

/** Copies into a provider with new settings what still holds of the one before it. */
export function carryOver(
  previous: Provider,
  from: ProviderGround,
  provider: Provider,
  to: ProviderGround,
): void {
  const sameChain = from.settings.chainId === to.settings.chainId;
  const endpoint = ({ url, headers, tls, transport }: ProviderSettings): unknown => ({
    url,
    headers,
    tls,
    transport,
  });
  const same = sameChain && isDeepStrictEqual(endpoint(previous.settings), endpoint(provider.settings));
  provider.adopt(previous, same);
  if (!same) return;
  const sameBreaker = isDeepStrictEqual(from.settings.breaker, to.settings.breaker);
  for (const channel of provider.channels) {
    const before = previous.channels.find((other) => other.id === channel.id);
    if (before !== undefined) channel.adopt(before, sameBreaker);
  }
}
