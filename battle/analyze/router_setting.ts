// Reads what a scenario sets in the router's `defaults`; undefined where it leaves the router's own default, or where
// the router is not ours. Pure.

import type { Scenario } from "../model/scenario.ts";

/** For instance `["send", "fanout"]`: `defaults.send.fanout` of the config. */
export function routerSetting({ target }: Scenario, path: readonly string[]): unknown {
  if (target.kind !== "own") return undefined;
  let at: unknown = target.config["defaults"];
  for (const key of path) {
    if (typeof at !== "object" || at === null) return undefined;
    at = (at as Readonly<Record<string, unknown>>)[key];
  }
  return at;
}
