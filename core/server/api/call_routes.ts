// Calls of clients that were kept, and what else happened: events.

import { z } from "zod";
import type { HistoryEvent, KeptCall } from "../../measure/history/model.ts";
import type { ApiDeps } from "./api_deps.ts";
import { ApiError } from "./api_error.ts";
import { asked, unavailable } from "./asked.ts";
import {
  cursor,
  limit,
  listOf,
  method,
  ordered,
  provider,
  providerIn,
  queryTypes,
  text,
  windowOf,
} from "./query_types.ts";
import { type Route, route } from "./route.ts";
import { at, iso } from "./shapes.ts";

const dayMs = 86_400_000;

const keptCall = z.strictObject({
  id: z.string(),
  at,
  chain: z.string(),
  method: z.string(),
  transport: z.enum(["http", "ws"]).meta({ description: "How the client came." }),
  strategy: z.string(),
  provider: z.string().nullable().meta({ description: "Who answered; null: nobody." }),
  provider_transport: z.string().nullable(),
  outcome: z.string().meta({ description: "`ok`, `error` (the caller's own), or why it failed." }),
  duration_ms: z.number(),
  overhead_ms: z.number(),
  upstream_ms: z.number(),
  retries: z.int(),
  reason: z.string().meta({ description: "Why this provider was chosen." }),
  attempts: z.array(z.strictObject({
    provider: z.string(),
    transport: z.string(),
    started_ms: z.number().meta({ description: "From the call's arrival." }),
    ms: z.number(),
    outcome: z.string(),
  })),
  error: z.strictObject({ code: z.number(), message: z.string() }).nullable(),
});

const wholeCall = keptCall.extend({
  candidates: z.array(z.strictObject({ id: z.string(), why: z.string() })).meta({
    description:
      "In the order that the call began with, each with why it stood there: first what spoke against it, " +
      "then the strategy's words with the figures of the call's end, then what came up since then.",
  }),
});

const event = z.strictObject({
  at,
  topic: z.string(),
  chain: z.string().nullable(),
  provider: z.string().nullable(),
  event: z.string(),
  fields: z.record(z.string(), z.unknown()),
});

export const eventTopics = [
  "provider",
  "breaker",
  "stream",
  "head",
  "config",
  "alert",
  "client",
  "chaos",
  "system",
  "mark",
] as const;

const outcome = text(
  (given) => /^[a-z_]{1,32}$/.test(given) ? { value: given } : { problem: "must be an outcome's name" },
  {
    description:
      "An outcome, or `failed`: every one but `ok` and `error`; `failover`: answered after a failover.",
    examples: ["failed"],
    pattern: "^[a-z_]{1,32}$",
  },
);

const requestId = text(
  (given) =>
    /^[\w-]{1,64}$/.test(given)
      ? { value: given }
      : { problem: "must be a request's id", allowed: "1 to 64 letters, digits, dashes and underscores" },
  {
    description: "As X-Lasso-Request-ID and the log have it.",
    pattern: "^[\\w-]{1,64}$",
  },
);

export function callRoutes(deps: ApiDeps): readonly Route[] {
  const { state, history } = deps;
  const types = queryTypes(state);
  return [
    route({
      method: "get",
      path: "/api/requests",
      tag: "observation",
      access: "read",
      summary: "Calls that were kept, newest first",
      description:
        "All that failed, failed over or were hedged (at most 200 a second), and a sample of the rest (at " +
        "most 20 a second).",
      query: z.strictObject({
        chain: types.chain.optional(),
        method: method.optional(),
        provider: provider.optional(),
        outcome: outcome.optional(),
        ...types.span(dayMs),
        cursor,
        limit: limit(50, 500),
      }),
      data: z.array(keptCall),
      errors: { 404: "The chain or the provider is not configured.", 503: unavailable },
      example: { target: "/api/requests?chain=ethereum&outcome=failover&limit=5" },
      handle: async ({ query }) => {
        ordered(query);
        const { from, to, chain } = query;
        if (query.provider !== undefined) providerIn(state, chain, query.provider);
        const page = await asked(history.calls({ ...query, chain: chain?.chain.name }));
        return {
          data: page.rows.map(({ candidates: _, ...row }) => shown(row)),
          window: windowOf({ from, to }),
          next: page.next,
        };
      },
    }),
    route({
      method: "get",
      path: "/api/requests/{id}",
      tag: "observation",
      access: "read",
      summary: "One call, with its attempts and why each candidate stood where it did",
      params: z.strictObject({ id: requestId }),
      data: wholeCall,
      errors: { 404: "It was not kept, or not for so long.", 503: unavailable },
      example: { target: "/api/requests/0123456789abcdef0000000000000001" },
      handle: async ({ params: { id } }) => {
        const call = await asked(history.findCall(id));
        if (call === null) {
          const hint = "Failures and failovers are kept, of the rest a sample.";
          throw new ApiError(404, "unknown_request", `The request ${JSON.stringify(id)} was not kept.`, hint);
        }
        return { data: shown(call) };
      },
    }),
    route({
      method: "get",
      path: "/api/events",
      tag: "observation",
      access: "read",
      summary: "What happened, newest first",
      query: z.strictObject({
        since: z.prefault(types.time("Begin, included (default: a day ago)."), "-24h"),
        to: z.prefault(types.time("End, excluded (default: now)."), "now"),
        topics: listOf(eventTopics, "Only these.").optional(),
        chain: types.chain.optional(),
        provider: provider.optional(),
        cursor,
        limit: limit(100, 500),
      }),
      data: z.array(event),
      errors: { 404: "The chain or the provider is not configured.", 503: unavailable },
      example: { target: "/api/events?since=-1h&topics=breaker,provider" },
      handle: async ({ query }) => {
        const { since: from, to, chain, topics = eventTopics } = query;
        ordered({ from, to });
        if (query.provider !== undefined) providerIn(state, chain, query.provider);
        const { provider: id, cursor: behind, limit: most } = query;
        const page = await asked(history.events({
          ...{ from, to, topics, provider: id, cursor: behind, limit: most },
          chain: chain?.chain.name,
        }));
        return { data: page.rows.map(shownEvent), window: windowOf({ from, to }), next: page.next };
      },
    }),
  ];
}

function shown<Row extends Omit<KeptCall, "candidates">>(call: Row): z.infer<typeof wholeCall> {
  return { ...call, at: iso(call.at) } as unknown as z.infer<typeof wholeCall>;
}

export function shownEvent(
  { at: ms, topic, chain, provider: id, event: name, fields }: HistoryEvent,
): z.infer<typeof event> {
  return { at: iso(ms), topic, chain, provider: id, event: name, fields };
}
