// Providers and their channels as they stand, and their breakers with what became of them before.

import { z } from "zod";
import type { LiveChain, LiveChannel } from "../../measure/history/model.ts";
import type { Channel } from "../../providers/channel.ts";
import { overrideWords } from "../../providers/override_words.ts";
import type { Provider } from "../../providers/provider.ts";
import { providerState } from "../../providers/provider_state.ts";
import type { ChainRoute } from "../../routing/chain_route.ts";
import type { ApiDeps } from "./api_deps.ts";
import { asked, unavailable } from "./asked.ts";
import { shownEvent } from "./call_routes.ts";
import {
  cursor,
  limit,
  ordered,
  provider as providerId,
  providerIn,
  queryTypes,
  windowOf,
} from "./query_types.ts";
import { type Route, route } from "./route.ts";
import { at, iso, ms, ratio, rounded } from "./shapes.ts";
import { providerStates } from "./status_schemas.ts";

const dayMs = 86_400_000;

const state = z.enum(providerStates);
const breakerState = z.enum(["closed", "open", "half_open"]);
const reason = z.string().nullable().meta({ description: "null when there is none." });

const transport = z.strictObject({
  transport: z.enum(["http", "ws"]),
  state,
  reason,
  since: at.meta({ description: "When it was seen to be in this state first." }),
  breaker: breakerState,
  connections: z.int(),
  in_flight: z.int(),
  share: ratio.nullable().meta({ description: "Of the chain's attempts of the last minute." }),
  rps: z.number().nullable().meta({ description: "Attempts a second, last 10 s." }),
  p50_ms: ms.meta({ description: "Last 5 minutes, like p99_ms, n and errors." }),
  p99_ms: ms,
  n: z.number().nullable(),
  errors: z.record(z.string(), z.number()).meta({ description: "By category." }),
  unmeasured: z.string().nullable().meta({ description: "Why there are no figures; null: there are." }),
  head: z.int().nullable(),
  lag_blocks: z.number().nullable(),
  rate_limit: z.strictObject({ used: z.number(), max: z.number() }).nullable().meta({
    description:
      "The client-side budget: calls of the last second, and how many may go at once; null: none is set.",
  }),
  last_error: z.string().nullable(),
});

const provider = z.strictObject({
  chain: z.string(),
  id: z.string(),
  type: z.enum(["public", "paid"]),
  group: z.enum(["main", "fallback"]),
  priority: z.number(),
  state,
  reason,
  transports: z.array(transport),
  quota: z.strictObject({ used: z.number(), max: z.number() }).nullable().meta({
    description: "Units of this month; null: there is none.",
  }),
  override: z.string().nullable().meta({ description: "What an operator did to it; null: nothing." }),
});

const breaker = z.strictObject({
  chain: z.string(),
  provider: z.string(),
  transport: z.enum(["http", "ws"]),
  state: breakerState,
  trial_at: at.nullable().meta({
    description: "Of an open one: when a trial is let through; null: it is held open.",
  }),
  reopenings: z.int().nullable().meta({ description: "Of an open one: times since it was last closed." }),
  last_error: z.string().nullable(),
});

const change = z.strictObject({
  at,
  topic: z.string(),
  chain: z.string().nullable(),
  provider: z.string().nullable(),
  event: z.string(),
  fields: z.record(z.string(), z.unknown()),
});

export function providerRoutes(deps: ApiDeps): readonly Route[] {
  const types = queryTypes(deps.state);
  const routes = (chain: ChainRoute | undefined): readonly ChainRoute[] =>
    chain === undefined ? deps.state.router.routes : [chain];
  return [
    route({
      method: "get",
      path: "/api/providers",
      tag: "observation",
      access: "read",
      summary: "Providers and their channels as they stand",
      query: z.strictObject({ chain: types.chain.optional() }),
      data: z.array(provider),
      errors: { 404: "The chain is not configured." },
      example: { target: "/api/providers?chain=ethereum" },
      handle: ({ query }) => ({ data: routes(query.chain).flatMap((on) => providersOf(on, deps)) }),
    }),
    route({
      method: "get",
      path: "/api/breakers",
      tag: "observation",
      access: "read",
      summary: "Breakers as they stand, and what became of them",
      query: z.strictObject({
        chain: types.chain.optional(),
        provider: providerId.optional(),
        ...types.span(dayMs),
        cursor,
        limit: limit(100, 500),
      }),
      data: z.strictObject({
        now: z.array(breaker),
        history: z.array(change).meta({ description: "Newest first; pages are of these." }),
      }),
      errors: { 404: "The chain or the provider is not configured.", 503: unavailable },
      example: { target: "/api/breakers?chain=ethereum&from=-1h" },
      handle: async ({ query }) => {
        ordered(query);
        const { chain, provider: id, from, to, cursor: behind, limit: most } = query;
        if (id !== undefined) providerIn(deps.state, chain, id);
        const page = await asked(deps.history.events({
          ...{ from, to, provider: id, cursor: behind, limit: most, topics: ["breaker"] },
          chain: chain?.chain.name,
        }));
        const channels = routes(chain).flatMap((on) =>
          on.chain.channels.filter((one) => id === undefined || one.provider.id === id)
            .map((one) => breakerOf(on, one, deps))
        );
        return {
          data: { now: channels, history: page.rows.map(shownEvent) },
          window: windowOf({ from, to }),
          next: page.next,
        };
      },
    }),
  ];
}

function providersOf(on: ChainRoute, deps: ApiDeps): z.infer<typeof provider>[] {
  const { clock, live } = deps.state.deps;
  const figures = live.chain(on.chain.name);
  return on.chain.providers.map((one) => {
    const [word, why] = providerState(one, clock.now());
    const first = one.channels[0];
    return {
      chain: on.chain.name,
      id: one.id,
      type: one.settings.type,
      group: one.settings.group,
      priority: one.settings.priority,
      state: word,
      reason: why,
      transports: one.channels.map((channel) => transportOf(on, one, channel, figures, deps)),
      quota: first === undefined ? null : on.view.quota(first.candidate),
      override: overrideWords(one),
    };
  });
}

function transportOf(
  on: ChainRoute,
  { head, budget }: Provider,
  channel: Channel,
  figures: LiveChain | null,
  { state: server }: ApiDeps,
): z.infer<typeof transport> {
  const { candidate, protocol, lastFailure } = channel;
  const { state: word, reason: why, since } = server.states.look(on.chain.name, channel);
  const own =
    figures?.channels.find((one) => one.provider === candidate.provider && one.transport === protocol) ??
      null;
  return {
    transport: protocol,
    state: word,
    reason: why,
    since: iso(since),
    breaker: candidate.breaker,
    connections: channel.transport.connections,
    in_flight: channel.inFlight,
    ...measured(own),
    head,
    lag_blocks: candidate.lagBlocks,
    rate_limit: budget.max === Infinity
      ? null
      : { used: Math.round(budget.used), max: Math.round(budget.max) },
    last_error: lastFailure,
  };
}

type Figures = Pick<
  z.infer<typeof transport>,
  "share" | "rps" | "p50_ms" | "p99_ms" | "n" | "errors" | "unmeasured"
>;

function measured(live: LiveChannel | null): Figures {
  if (live === null) {
    const unmeasured = "no attempt since the start";
    return { share: null, rps: null, p50_ms: null, p99_ms: null, n: null, errors: {}, unmeasured };
  }
  const { share, rps10, fiveMinutes: { p50, p99, n }, errors } = live;
  return {
    share: rounded(share),
    rps: rounded(rps10),
    p50_ms: rounded(p50),
    p99_ms: rounded(p99),
    n,
    errors: { ...errors },
    unmeasured: n === 0 ? "no attempt in the last 5 minutes" : null,
  };
}

function breakerOf(on: ChainRoute, channel: Channel, { state: server }: ApiDeps): z.infer<typeof breaker> {
  const { clock } = server.deps;
  const { state: own } = channel.breaker;
  return {
    chain: on.chain.name,
    provider: channel.provider.id,
    transport: channel.protocol,
    state: own.kind,
    trial_at: own.kind === "open" && own.until !== Infinity
      ? iso(clock.wallNow() + Math.max(0, own.until - clock.now()))
      : null,
    reopenings: own.kind === "open" ? own.reopenings : null,
    last_error: channel.lastFailure,
  };
}
