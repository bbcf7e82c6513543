// The ids of strategies and transports once the plugin files of a config are loaded: for `lasso check`.

import type { KnownIds } from "../config/plugin_ids.ts";
import type { PluginSettings } from "../core/settings.ts";
import { loadSet } from "./load_set.ts";
import type { Wiring } from "./wiring.ts";

export async function loadedIds(files: readonly PluginSettings[], wiring: Wiring): Promise<KnownIds> {
  const { registry } = await loadSet(files, null, wiring);
  return { strategies: registry.strategyIds, transports: registry.transportIds };
}
