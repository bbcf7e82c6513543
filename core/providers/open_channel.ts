// Opens a provider's channel: creates its transport through the plugin that the settings name. Nothing connects
// before the first call. Called by chain.ts for providers that are new or that changed.

import type { PluginDeps } from "../plugins/deps.ts";
import type { UpstreamTarget } from "../plugins/transport.ts";
import type { ChainSettings } from "../settings.ts";
import { Channel } from "./channel.ts";
import type { ChainDeps } from "./deps.ts";
import type { Provider } from "./provider.ts";

/** Connections to one upstream; more calls than that at once wait in the transport's queue. */
const maxConnections = 256;
const maxConnectTimeoutMs = 5_000;

export function openChannel(chain: ChainSettings, provider: Provider, deps: ChainDeps): Channel {
  const { settings } = provider;
  const { plugin, options } = deps.transport(settings.transport, "http");
  const target: UpstreamTarget = {
    chain: chain.name,
    provider: provider.id,
    url: settings.url,
    headers: settings.headers,
    tls: settings.tls,
    proxy: deps.proxyFor(settings.url),
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
    protocol: plugin.protocol,
    breaker: chain.breaker,
    clock: deps.clock,
    random: deps.random,
  });
}
