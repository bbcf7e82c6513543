// Admin: reload, strategies in the place of the config's, marks on charts, and the audit log.

import { z } from "zod";
import type { HistoryEvent } from "../../measure/history/model.ts";
import { isRecord } from "../../rpc/json_values.ts";
import { type Changed, changedSchema, changedShape, done, tag } from "./admin_shapes.ts";
import type { ApiDeps } from "./api_deps.ts";
import { ApiError } from "./api_error.ts";
import { asked, unavailable } from "./asked.ts";
import { cursor, limit, ordered, queryTypes, windowOf } from "./query_types.ts";
import { type Answer, type Route, route } from "./route.ts";
import { at } from "./shapes.ts";

const dayMs = 86_400_000;
const maxLabelChars = 120;

const auditEntry = z.strictObject({
  at,
  action: z.string().describe("Method and path."),
  by: z.string().describe("token, loopback or open."),
  from: z.string().describe("The caller's address without its end."),
  ok: z.boolean(),
  status: z.int(),
  reads: z.int().optional().describe(
    "So many calls in the place of one: what a caller reads again and again.",
  ),
  query: z.unknown().optional(),
  body: z.unknown().optional().describe("As it was sent; secrets masked, cut where it is long."),
});

type AuditEntry = z.output<typeof auditEntry>;

export function adminConfigRoutes(deps: ApiDeps): readonly Route[] {
  const { state, history } = deps;
  const { chain, span } = queryTypes(state);
  const label = z.string().trim().min(1).max(maxLabelChars);
  return [
    route({
      method: "post",
      path: "/api/admin/reload",
      tag,
      access: "admin",
      summary: "Reads the config file anew and takes it over",
      data: z.strictObject({ ...changedShape, message: z.string(), config_version: z.int() }),
      errors: {
        409: "There is no config file: the demo, the built-in chains, LASSO_UPSTREAMS.",
        422: "The config is not good; the one in force stays.",
      },
      handle: async () => {
        if (deps.reload === undefined) {
          const hint = "Start `lasso serve` with a config file.";
          throw new ApiError(409, "no_config_file", "There is no config file to reload.", hint);
        }
        const { ok, message } = await deps.reload();
        if (!ok) {
          const hint = "`lasso check` says the same without touching the router.";
          throw new ApiError(422, "bad_config", `The config in force stays: ${message}`, hint);
        }
        return { data: { ok, changed: true, message, config_version: state.configVersion } };
      },
    }),
    route({
      method: "put",
      path: "/api/admin/strategy",
      tag,
      access: "admin",
      summary: "Another strategy in the place of the config's",
      description:
        "In force for every call that names none itself, until it is cleared (null), also through reloads.",
      body: z.strictObject({
        chain: chain.optional().describe("Default: every chain."),
        strategy: z.string().min(1).max(64).nullable().describe("null: what the config says."),
      }),
      data: changedSchema,
      errors: { 404: "There is no such chain." },
      example: { body: { chain: "ethereum", strategy: "round_robin" } },
      handle: ({ body }): Answer<Changed> => {
        const { registry } = state.router.plugins;
        if (body.strategy !== null && registry.strategy(body.strategy) === undefined) {
          const known = registry.strategyIds.join(", ");
          const message = `The strategy ${JSON.stringify(body.strategy)} is not known.`;
          const problem = "names no strategy that is known";
          const details = [{ in: "body", path: "strategy", problem, allowed: known }];
          throw new ApiError(400, "unknown_strategy", message, `Known: ${known}.`, details);
        }
        const routes = body.chain === undefined ? state.router.routes : [body.chain];
        let changed = false;
        for (const each of routes) changed = state.overrides.setStrategy(each, body.strategy) || changed;
        return done(changed);
      },
    }),
    route({
      method: "post",
      path: "/api/admin/marks",
      tag,
      access: "admin",
      summary: "Marks this moment on the charts, a deploy for instance",
      body: z.strictObject({ label }),
      data: changedSchema,
      example: { body: { label: "deploy 2026-01-31" } },
      handle: ({ body }): Answer<Changed> => {
        state.deps.hub.emit("mark", { label: body.label });
        return done(true);
      },
    }),
    route({
      method: "get",
      path: "/api/admin/audit",
      tag,
      access: "admin",
      summary: "Who did what by the admin API, also what was refused",
      query: z.strictObject({ ...span(7 * dayMs), limit: limit(100, 500), cursor }),
      data: z.array(auditEntry),
      errors: { 503: unavailable },
      example: { target: "/api/admin/audit?limit=20" },
      handle: async ({ query }): Promise<Answer<AuditEntry[]>> => {
        ordered(query);
        const { from, to, limit: most, cursor: after } = query;
        const topics = ["audit"];
        const { rows, next } = await asked(
          history.events({ topics, from, to, limit: most, cursor: after }),
        );
        return { data: rows.map(auditRow), window: windowOf(query), next };
      },
    }),
  ];
}

function auditRow({ at: time, event, fields }: HistoryEvent): AuditEntry {
  const { by, from, ok, status, reads, query, body } = fields;
  return {
    at: new Date(time).toISOString(),
    action: event,
    by: String(by),
    from: String(from),
    ok: ok === true,
    status: Number(status),
    ...(typeof reads === "number" ? { reads } : {}),
    ...(isRecord(query) ? { query } : {}),
    ...(body === undefined ? {} : { body }),
  };
}
