// A run of `lasso battle --virtual`: battle's run on virtual time, with what it can't know by itself, the config and the
// built-in strategies.

import { loadConfig } from "../config/load.ts";
import type { TransportPlugin } from "../core/plugins/transport.ts";
import type { RunOnce } from "../battle/run/run_rounds.ts";
import { runVirtual, type VirtualDeps } from "../battle/virtual/run_virtual.ts";
import type { RouterParts } from "../battle/virtual/virtual_router.ts";
import { configError, loadSet } from "./load_set.ts";
import { builtinIds, type Wiring } from "./wiring.ts";

export function virtualRun(wiring: Wiring): RunOnce {
  const deps = virtualDeps(wiring);
  return async (options) => {
    const record = await runVirtual(options, deps);
    return { record, crash: null, wasInterrupted: options.signal.aborted };
  };
}

export function virtualDeps(wiring: Wiring): VirtualDeps {
  const { version, clock } = wiring;
  return { version, clock, routerParts: (config, transports) => routerParts(config, transports, wiring) };
}

/** LassoError `config` for what is wrong with it. */
async function routerParts(
  config: Readonly<Record<string, unknown>>,
  transports: readonly TransportPlugin[],
  wiring: Wiring,
): Promise<RouterParts> {
  // JSON is YAML: it goes the same way as a user's file.
  const text = JSON.stringify(config, null, 2);
  const loaded = loadConfig(text, { file: "router.yaml", env: () => undefined, known: builtinIds(wiring) });
  if (!loaded.ok) throw configError(loaded.problems);
  const plugins = await loadSet(loaded.settings.plugins, loaded, { ...wiring, transports });
  return { settings: loaded.settings, plugins };
}
