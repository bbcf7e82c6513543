// What runs: the config file, else LASSO_UPSTREAMS, else the built-in chains. The same answer for `serve` and
// `check`; flags and the rest of the environment come on top of it (overrides.ts).

import type { LassoSettings } from "../core/settings.ts";
import { findConfig } from "./find.ts";
import { loadConfigFile, type LoadedSettings } from "./load.ts";
import type { KnownIds } from "./plugin_ids.ts";
import { settingsFromPresets } from "./presets.ts";
import type { ConfigProblem } from "./problems.ts";
import type { Env } from "./substitute.ts";
import { settingsFromUpstreams, splitUpstreams, type UpstreamFailure } from "./upstreams.ts";

export type ResolvedConfig =
  | { readonly kind: "file"; readonly settings: LassoSettings; readonly loaded: LoadedSettings }
  | {
    readonly kind: "upstreams";
    readonly settings: LassoSettings;
    readonly failures: readonly UpstreamFailure[];
  }
  | { readonly kind: "presets"; readonly settings: LassoSettings }
  | { readonly kind: "invalid"; readonly problems: readonly ConfigProblem[] };

export interface ResolveOptions {
  /** From --config. */
  readonly file?: string | undefined;
  readonly env: Env;
  readonly known: KnownIds;
  /** Asks an endpoint for its chain id; rejects when it can't tell. */
  readonly chainIdOf: (url: string) => Promise<number>;
}

/** @throws LassoError for LASSO_UPSTREAMS that are no URLs or don't answer. */
export async function resolveConfig(options: ResolveOptions): Promise<ResolvedConfig> {
  const file = findConfig(options.file);
  if (file !== undefined) {
    const loaded = loadConfigFile(file, options.env, options.known);
    if (!loaded.ok) return { kind: "invalid", problems: loaded.problems };
    return { kind: "file", settings: loaded.settings, loaded };
  }
  const urls = splitUpstreams(options.env("LASSO_UPSTREAMS") ?? "");
  if (urls.length === 0) return { kind: "presets", settings: settingsFromPresets() };
  return { kind: "upstreams", ...await settingsFromUpstreams(urls, options.chainIdOf) };
}
