// What a run of `lasso battle` on virtual time needs of the config and of the built-in strategies: battle knows neither.

import { loadConfig } from "../config/load.ts";
import type { TransportPlugin } from "../core/plugins/transport.ts";
import type { RouterParts } from "../battle/virtual/virtual_router.ts";
import { configError, loadSet } from "./load_set.ts";
import { builtinIds, type Wiring } from "./wiring.ts";

/** Settings and plugins for a config with this content; LassoError `config` for what is wrong with it. */
export async function virtualParts(
  config: Readonly<Record<string, unknown>>,
  transports: readonly TransportPlugin[],
  wiring: Wiring,
): Promise<RouterParts> {
  const text = JSON.stringify(config, null, 2);
  const known = builtinIds(wiring);
  const loaded = loadConfig(text, { file: "router.yaml", env: () => undefined, known });
  if (!loaded.ok) throw configError(loaded.problems);
  const plugins = await loadSet(loaded.settings.plugins, loaded, { ...wiring, transports });
  return { settings: loaded.settings, plugins };
}
