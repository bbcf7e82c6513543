// From validated values to the settings that core runs on: defaults filled in, names in camelCase, files in place
// of paths. Can't fail: everything that may be wrong was found before. Called by load.ts, presets.ts, upstreams.ts.

import type {
  LassoSettings,
  ObservabilitySettings,
  PluginSettings,
  ServerSettings,
} from "../core/settings.ts";
import { buildAlerts } from "./build_alerts.ts";
import { buildChain } from "./build_chain.ts";
import { observabilityDefaults, serverDefaults } from "./defaults.ts";
import { filled } from "./merge.ts";
import type { PresetFacts } from "./preset_facts.ts";
import type { ConfigValues } from "./schema.ts";
import { observabilitySchema, serverSchema } from "./schema_server.ts";

export interface BuildContext {
  /** PEM text of a file that the config names. */
  pem(path: string): string;
  /** Absolute path of a file that the config names. */
  absolute(path: string): string;
  /** `lasso.yaml:12:5` of a plugin by its index. */
  pluginPlace(index: number): string;
  readonly presets: ReadonlyMap<string, PresetFacts>;
}

export function buildSettings(values: ConfigValues, context: BuildContext): LassoSettings {
  const spoken = new Set<string>();
  for (const [name, chain] of Object.entries(values.chains)) {
    for (const taken of [name, ...chain.aliases ?? []]) spoken.add(taken);
  }
  const chains = Object.entries(values.chains).map(([name, chain]) =>
    buildChain(name, chain, values.defaults ?? {}, context, spoken)
  );
  return {
    server: buildServer(values.server ?? {}, context),
    chains,
    plugins: (values.plugins ?? []).map((plugin, index) => buildPlugin(plugin, index, context)),
    alerts: buildAlerts(values.alerts ?? {}, chains),
    observability: buildObservability(values.observability ?? {}),
  };
}

function buildServer(given: NonNullable<ConfigValues["server"]>, context: BuildContext): ServerSettings {
  const values = filled(serverSchema.parse(serverDefaults), serverDefaults, given);
  const { tls } = values;
  return {
    host: values.host,
    port: values.port,
    region: values.region,
    dataDir: given.data_dir === null ? null : context.absolute(values.data_dir),
    maxBodyBytes: values.max_body,
    maxBatch: values.max_batch,
    maxInFlight: values.max_in_flight,
    bufferBeforeCommitBytes: values.buffer_before_commit,
    maxResponseBytes: values.max_response,
    headerTimeoutMs: values.header_timeout,
    idleTimeoutMs: values.idle_timeout,
    drainTimeoutMs: values.drain_timeout,
    tls: tls ? { cert: context.pem(tls.cert), key: context.pem(tls.key) } : null,
    corsOrigins: values.cors.origins,
    ws: {
      queueBytes: values.ws.queue,
      maxFrameBytes: values.ws.max_frame,
      maxInFlight: values.ws.max_in_flight,
      maxSubscriptions: values.ws.max_subscriptions,
      pingMs: values.ws.ping,
      idleTimeoutMs: values.ws.idle_timeout,
    },
    adminToken: values.admin_token ?? null,
    publicReads: values.public_reads,
  };
}

function buildObservability(given: NonNullable<ConfigValues["observability"]>): ObservabilitySettings {
  const values = filled(observabilitySchema.parse(observabilityDefaults), observabilityDefaults, given);
  return {
    logLevel: values.log_level,
    includeParamsDigest: values.include_params_digest,
    maxErrorMessageChars: values.max_error_message_chars,
    maxMetaHeaderBytes: values.max_meta_header_bytes,
    samplingRate: values.sampling.rate,
  };
}

function buildPlugin(
  plugin: NonNullable<ConfigValues["plugins"]>[number],
  index: number,
  context: BuildContext,
): PluginSettings {
  const { path, options } = typeof plugin === "string" ? { path: plugin, options: undefined } : plugin;
  return { path: context.absolute(path), options, place: context.pluginPlace(index) };
}
