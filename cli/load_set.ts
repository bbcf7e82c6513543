// Loads built-in and configured plugins, and checks that every id which the config names is among them. What is wrong
// becomes one LassoError (`config`) with every place.

import type { LoadedSettings } from "../config/load.ts";
import { checkPluginIds } from "../config/plugin_ids.ts";
import { type ConfigProblem, formatProblems } from "../config/problems.ts";
import { LassoError } from "../core/errors.ts";
import { loadPlugins, type PluginProblem } from "../core/plugins/loader.ts";
import type { LoadedSet } from "../core/routing/router.ts";
import type { PluginSettings } from "../core/settings.ts";
import type { Wiring } from "./wiring.ts";

export async function loadSet(
  files: readonly PluginSettings[],
  source: LoadedSettings | null,
  wiring: Wiring,
): Promise<LoadedSet> {
  const loaded = await loadPlugins([...wiring.strategies, ...wiring.transports], files, wiring.clock);
  if (!loaded.ok) throw pluginError(loaded.problems);
  const { strategyIds, transportIds } = loaded.registry;
  const problems = source === null ? [] : checkPluginIds(source, strategyIds, transportIds);
  if (problems.length > 0) throw configError(problems);
  return loaded;
}

export function configError(problems: readonly ConfigProblem[]): LassoError {
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  return new LassoError("config", `${formatProblems(problems)}\n\n${count}.`);
}

function pluginError(problems: readonly PluginProblem[]): LassoError {
  const blocks = problems.map(({ place, message, hint }) => `${place}  ${message}\n  fix: ${hint}`);
  return new LassoError("config", blocks.join("\n"));
}
