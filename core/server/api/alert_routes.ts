// What is watched, what fires at this moment, and what fired before.

import { z } from "zod";
import type { AlertView } from "../../alerts/model.ts";
import type { HistoryEvent } from "../../measure/history/model.ts";
import type { AlertRule } from "../../settings.ts";
import type { ApiDeps } from "./api_deps.ts";
import { cursor, limit, ordered, queryTypes, windowOf } from "./query_types.ts";
import { type Answer, type Route, route } from "./route.ts";
import { at } from "./shapes.ts";

const dayMs = 86_400_000;

const alert = z.strictObject({
  key: z.string(),
  rule: z.string(),
  when: z.string(),
  chain: z.string(),
  provider: z.string().nullable(),
  value: z.number().nullable().meta({
    description: "In the condition's unit; null: not known at this moment.",
  }),
  since: at,
  fired_at: at.nullable().meta({ description: "null: it is pending." }),
  text: z.string(),
});

const alerts = z.strictObject({
  firing: z.array(alert),
  pending: z.array(alert).meta({ description: "What holds, but not yet for as long as the rule wants." }),
  rules: z.array(z.strictObject({
    name: z.string(),
    when: z.string(),
    above: z.number().nullable().meta({
      description: "In the condition's unit; null: it takes none, or the chain's own.",
    }),
    window_ms: z.number().nullable(),
    for_ms: z.number(),
    chain: z.string().nullable(),
    provider: z.string().nullable(),
    to: z.array(z.string()),
    repeat_ms: z.number().nullable(),
  })),
  targets: z.array(z.strictObject({
    name: z.string(),
    type: z.enum(["webhook", "slack", "log"]),
    url: z.string().nullable().meta({ description: "Scheme and host alone." }),
    sent: z.int(),
    failed: z.int(),
    waiting: z.int(),
  })),
  history: z.array(z.strictObject({
    at,
    status: z.enum(["firing", "resolved"]),
    key: z.string(),
    rule: z.string(),
    chain: z.string().nullable(),
    provider: z.string().nullable(),
    value: z.number().nullable(),
    since: z.string().nullable(),
    text: z.string().nullable(),
  })).meta({ description: "Newest first; `next` goes on." }),
});

type Alerts = z.output<typeof alerts>;

export function alertRoutes(deps: ApiDeps): readonly Route[] {
  const { state, history, alerts: service } = deps;
  const { span } = queryTypes(state);
  return [
    route({
      method: "get",
      path: "/api/alerts",
      tag: "observation",
      access: "read",
      summary: "Alerts: what fires, the rules, and what fired before",
      query: z.strictObject({ ...span(dayMs), limit: limit(100, 500), cursor }),
      data: alerts,
      example: { target: "/api/alerts?limit=20" },
      handle: async ({ query }): Promise<Answer<Alerts>> => {
        ordered(query);
        const { rules } = state.router.settings.alerts;
        const { rows, next } = await history.events({ ...query, topics: ["alert"] });
        return {
          data: {
            firing: (service?.firing ?? []).map(shownAlert),
            pending: (service?.pending ?? []).map(shownAlert),
            rules: rules.map(shownRule),
            targets: [...service?.targets ?? []],
            history: rows.map(shownEvent),
          },
          window: windowOf(query),
          next,
        };
      },
    }),
  ];
}

function shownAlert(
  { key, rule, when, chain, provider, value, since, firedAt, text }: AlertView,
): Alerts["firing"][number] {
  const times = { since: isoTime(since), fired_at: firedAt === null ? null : isoTime(firedAt) };
  return { key, rule, when, chain, provider, value, ...times, text };
}

function shownRule(
  { name, when, above, windowMs, forMs, chain, provider, to, repeatMs }: AlertRule,
): Alerts["rules"][number] {
  return {
    ...{ name, when, above, window_ms: windowMs, for_ms: forMs },
    ...{ chain, provider, to: [...to], repeat_ms: repeatMs },
  };
}

function shownEvent({ at, event, chain, provider, fields }: HistoryEvent): Alerts["history"][number] {
  const { key, rule, value, since, text } = fields;
  return {
    at: isoTime(at),
    status: event === "alert.resolved" ? "resolved" as const : "firing" as const,
    key: textOf(key) ?? "",
    rule: textOf(rule) ?? "",
    chain,
    provider,
    value: typeof value === "number" ? value : null,
    since: textOf(since),
    text: textOf(text),
  };
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
