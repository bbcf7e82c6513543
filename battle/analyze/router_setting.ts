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

/** The same in ms, of what is written as `5s`, `250ms` or `2m`; null for anything else. */
export function durationSetting(scenario: Scenario, path: readonly string[]): number | null {
  const value = routerSetting(scenario, path);
  if (value === 0) return 0;
  const found = typeof value === "string" ? /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(value) : null;
  if (found === null) return null;
  const unit = found[2] === "ms" ? 1 : found[2] === "s" ? 1_000 : 60_000;
  return Number(found[1]) * unit;
}
