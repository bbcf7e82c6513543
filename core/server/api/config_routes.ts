// The configuration in force, and how it came to be.

import { z } from "zod";
import type { ApiDeps } from "./api_deps.ts";
import { configView } from "./config_view.ts";
import { type Route, route } from "./route.ts";
import { at, iso } from "./shapes.ts";

const config = z.strictObject({
  version: z.string().meta({ description: "Of Lasso." }),
  config_version: z.int().meta({ description: "1 at the start, one more with each reload." }),
  started_at: at,
  plugins: z.strictObject({ strategies: z.array(z.string()) }),
  history: z.strictObject({
    file: z.string().nullable().meta({ description: "null: in memory only." }),
    problem: z.string().nullable().meta({ description: "Why nothing is written to it; null: all is well." }),
    bytes: z.number(),
    dropped: z.number().meta({ description: "Rows that were lost, since the start." }),
  }),
  calls_not_kept: z.number().nullable().meta({
    description:
      "Failures and failovers that /api/requests has not, because too many came at once; null: not counted.",
  }),
  config: z.record(z.string(), z.unknown()).meta({
    description: "In force, with defaults, without secrets.",
  }),
  reloads: z.array(z.strictObject({ at, result: z.enum(["ok", "failed"]), message: z.string() })).meta({
    description: "Newest first, at most 50.",
  }),
});

export function configRoutes({ state, history, callsNotKept }: ApiDeps): readonly Route[] {
  return [
    route({
      method: "get",
      path: "/api/config",
      tag: "observation",
      access: "read",
      summary: "The configuration in force, without secrets, and its reloads",
      data: config,
      handle: () => ({
        data: {
          version: state.deps.version,
          config_version: state.configVersion,
          started_at: iso(state.startedAt),
          plugins: { strategies: [...state.router.plugins.registry.strategyIds] },
          history: { ...history.state() },
          calls_not_kept: callsNotKept?.() ?? null,
          config: configView(state.router.settings) as Record<string, unknown>,
          reloads: state.reloads.map((record) => ({ ...record, at: iso(record.at) })).reverse(),
        },
      }),
    }),
  ];
}
