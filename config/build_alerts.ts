// The alerts' settings: what a rule leaves out follows from its condition, chains get their own names. Called by
// build.ts; names were checked before.

import type { AlertRule, AlertSettings, AlertTarget, ChainSettings } from "../core/settings.ts";
import { alertDefaults } from "./defaults.ts";
import type { AlertValues } from "./schema_alerts.ts";
import { durationMs } from "./units.ts";

export function buildAlerts(values: AlertValues, chains: readonly ChainSettings[]): AlertSettings {
  return {
    targets: Object.entries(values.targets ?? {}).map(([name, { type, url }]): AlertTarget =>
      type === "log" ? { name, type } : { name, type, url: url ?? "" }
    ),
    rules: (values.rules ?? []).map((rule): AlertRule => {
      const preset: { readonly above?: number | string | null; readonly window?: string } =
        alertDefaults[rule.when];
      const above = rule.above ?? preset.above ?? null;
      return {
        name: rule.name,
        when: rule.when,
        above: typeof above === "string" ? durationMs(above) : above,
        windowMs: rule.window ?? (preset.window === undefined ? null : durationMs(preset.window)),
        forMs: rule.for,
        chain: rule.chain === undefined ? null : nameOf(String(rule.chain), chains),
        provider: rule.provider ?? null,
        to: [...new Set(rule.to)],
        repeatMs: rule.repeat ?? null,
      };
    }),
  };
}

/** A chain's name from its name, an alias or its id. */
function nameOf(spelling: string, chains: readonly ChainSettings[]): string {
  const found = chains.find(({ name, aliases, chainId }) =>
    name === spelling || aliases.includes(spelling) || String(chainId) === spelling
  );
  return found?.name ?? spelling;
}
