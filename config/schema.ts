// The whole config as one zod schema: shape, units and ranges. What needs more than one place at once (names that
// collide, files, ids of plugins) is checked beside it. A key stands here only when something reads it.

import { z } from "zod";
import { trustBloomDefault } from "./defaults.ts";
import { alertsSchema } from "./schema_alerts.ts";
import { providerSchema } from "./schema_provider.ts";
import { routingKeys, routingSchema } from "./schema_routing.ts";
import { chainName, key, positiveDuration, section, text } from "./schema_types.ts";
import { observabilitySchema, serverSchema } from "./schema_server.ts";

export const chainSchema = z.strictObject({
  chain_id: key(
    z.int().min(1),
    "Chain id (EIP-155). May be left out where the chain is named like a built-in one.",
  ),
  aliases: key(z.array(chainName), "Other names under which the chain is reached."),
  block_time: key(positiveDuration, "First guess of the time between blocks; measured afterwards."),
  trust_bloom: key(
    z.boolean(),
    "Do the blooms of its headers hold every log? Then a block that its bloom excludes is not asked for logs.",
    trustBloomDefault,
  ),
  ...routingKeys,
  providers: z.array(providerSchema, { error: "needs a list of at least one provider" })
    .min(1, "needs a list of at least one provider")
    .meta({ description: "Upstreams of this chain; their order counts where nothing else decides." }),
});

const plugin = z.union([
  text,
  z.strictObject({
    path: text.meta({ description: "TypeScript or JavaScript file, relative to this file." }),
    options: z.unknown().optional().meta({ description: "Handed to the plugin, which checks them." }),
  }),
], { error: "must be the path of a file, or { path, options }" });

export const configSchema = z.strictObject({
  server: section(
    serverSchema,
    "Where Lasso listens, and its limits. host, port, tls, region and data_dir need a restart.",
  ),
  defaults: section(routingSchema, "How calls are routed; each key may be given again per chain."),
  plugins: section(z.array(plugin), "Files with strategies and transports."),
  chains: z.record(chainName, chainSchema, { error: "needs a map of at least one chain" })
    .refine((chains) => Object.keys(chains).length > 0, "needs a map of at least one chain")
    .meta({ description: "The chains, by the name under which they are reached: /rpc/NAME." }),
  alerts: section(alertsSchema, "What is watched, and who is told."),
  observability: section(observabilitySchema, "Logs and request metadata."),
});

export type ConfigValues = z.output<typeof configSchema>;
export type ChainValues = z.output<typeof chainSchema>;
export type ProviderValues = z.output<typeof providerSchema>;
export type RoutingValues = z.output<typeof routingSchema>;
