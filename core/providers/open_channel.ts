// Opens a provider's channels: creates each one's transport through the plugin that the settings name. Nothing connects
// before the first call. Called by chain.ts for providers that are new or that changed.

import { LassoError } from "../errors.ts";
import type { PluginDeps } from "../plugins/deps.ts";
import type { UpstreamTarget } from "../plugins/transport.ts";
import type { ChainSettings } from "../settings.ts";
import { Channel } from "./channel.ts";
import type { ChainDeps } from "./deps.ts";
import type { Provider } from "./provider.ts";
import { endpointOf, type Protocol, protocolsOf, transportFor } from "./transport_choice.ts";

/** Connections to one upstream; more calls than that at once wait in the transport's queue. */
const maxConnections = 256;
const maxConnectTimeoutMs = 5_000;

/**
 * Attaches the provider's channels; each is told to `opened` first, for whoever cleans up after a fault.
 * @throws LassoError from a transport plugin, and `config` for one that has no endpoint to serve
 */
export function openChannels(
  chain: ChainSettings,
  provider: Provider,
  deps: ChainDeps,
  opened: (channel: Channel) => void,
): void {
  const { transport, wsUrl } = provider.settings;
  if (wsUrl === null && deps.transport(transport, "http").plugin.protocol === "ws") {
    throw new LassoError("config", `The transport ${transport} speaks WebSocket, and there is no ws_url`, {
      place: `chain ${chain.name}, provider ${provider.id}`,
      hint: "give the provider a ws_url, or another transport",
    });
  }
  for (const protocol of protocolsOf(provider.settings)) {
    const channel = openChannel(chain, provider, protocol, deps);
    opened(channel);
    provider.attach(channel);
  }
}

function openChannel(
  chain: ChainSettings,
  provider: Provider,
  protocol: Protocol,
  deps: ChainDeps,
): Channel {
  const { settings } = provider;
  const { plugin, options } = transportFor(
    settings.transport,
    protocol,
    (id, wanted) => deps.transport(id, wanted),
  );
  const url = endpointOf(settings, protocol) ?? settings.url;
  const target: UpstreamTarget = {
    chain: chain.name,
    provider: provider.id,
    url,
    headers: settings.headers,
    tls: settings.tls,
    proxy: deps.proxyFor(url),
    connectTimeoutMs: Math.min(maxConnectTimeoutMs, chain.attemptTimeoutMs),
    maxConnections,
    bufferBytes: deps.server.bufferBytes,
    maxResponseBytes: deps.server.maxResponseBytes,
  };
  const place = { chain: chain.name, provider: provider.id };
  const pluginDeps: PluginDeps = {
    clock: deps.clock,
    random: deps.random,
    log: (level, message, fields) =>
      deps.log.write(level, "transport", { ...place, plugin: plugin.id, message, ...fields }),
    emit: (event, fields) => deps.emit(`${plugin.id}.${event}`, { ...place, ...fields }),
  };
  return new Channel(provider, {
    transport: plugin.create(options, target, pluginDeps),
    protocol,
    breaker: chain.breaker,
    clock: deps.clock,
    random: deps.random,
  });
}
