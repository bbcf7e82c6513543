// What goes on at this moment: streams, clients, the newest heads.

import { z } from "zod";
import type { RaceResult } from "../../measure/history/model.ts";
import { addressPrefix } from "../access.ts";
import type { ClientReport } from "../client_report.ts";
import type { ApiDeps } from "./api_deps.ts";
import { asked, unavailable } from "./asked.ts";
import { limit, queryTypes, whole } from "./query_types.ts";
import { type Route, route } from "./route.ts";
import { at, iso, ms, rounded } from "./shapes.ts";

const stream = z.strictObject({
  chain: z.string(),
  type: z.string(),
  key: z.string().meta({ description: "JSON text of the params: streams of equal keys are one." }),
  clients: z.int().meta({ description: "Subscriptions and kept filters." }),
  upstreams: z.array(z.strictObject({
    provider: z.string(),
    transport: z.string(),
    state: z.enum(["opening", "open", "over"]),
    since: at,
    heard_at: at,
  })),
  position: z.int().nullable().meta({
    description: "Newest block that was told; null: none, or it is about no block.",
  }),
  filled: z.int().meta({ description: "Blocks that were made up for by asking." }),
  gaps: z.int(),
  failovers: z.int(),
  buffered: z.int().meta({
    description: "Blocks or logs that are held back till those before them are there.",
  }),
  slowest_client_bytes: z.int().meta({ description: "What waits for the client that keeps up worst." }),
});

const client = z.strictObject({
  transport: z.enum(["http", "ws"]),
  from: z.string().meta({ description: "Its address, cut to /24 or /48." }),
  secure: z.boolean(),
  chain: z.string().nullable().meta({ description: "Of a WebSocket; null: each request says it." }),
  since: at,
  calls: z.int().meta({ description: "Requests or messages." }),
  in_flight: z.int(),
  subscriptions: z.int(),
  queued_bytes: z.int(),
});

const block = z.strictObject({
  chain: z.string(),
  block: z.int(),
  at: at.meta({ description: "When the router heard of it first." }),
  provider: z.string().nullable().meta({ description: "Who showed it first." }),
  hash: z.string().nullable().meta({ description: "null: only its height was seen." }),
  others: z.array(z.strictObject({ provider: z.string(), transport: z.string(), behind_ms: ms })).meta({
    description: "Of a race: everybody, and how far behind the first; null: not (yet).",
  }),
});

export function streamRoutes(deps: ApiDeps): readonly Route[] {
  const { state, history } = deps;
  const types = queryTypes(state);
  return [
    route({
      method: "get",
      path: "/api/streams",
      tag: "observation",
      access: "read",
      summary: "Each subscription key: who feeds it, who listens, how far it is",
      query: z.strictObject({ chain: types.chain.optional(), limit: limit(200, 1000) }),
      data: z.array(stream),
      errors: { 404: "The chain is not configured." },
      handle: ({ query }) => {
        const all = (state.deps.streams?.reports?.() ?? []).filter(({ chain }) =>
          query.chain === undefined || chain === query.chain.chain.name
        );
        all.sort((a, b) => b.clients - a.clients);
        const data = all.slice(0, query.limit).map((one) => ({
          chain: one.chain,
          type: one.type,
          key: one.key,
          clients: one.clients,
          upstreams: one.upstreams.map(({ provider, transport, state: word, since, heardAt }) => ({
            ...{ provider, transport, state: word, since: iso(since), heard_at: iso(heardAt) },
          })),
          position: one.position,
          filled: one.filled,
          gaps: one.gaps,
          failovers: one.failovers,
          buffered: one.waiting,
          slowest_client_bytes: one.slowestQueuedBytes,
        }));
        return { data, n: all.length };
      },
    }),
    route({
      method: "get",
      path: "/api/clients",
      tag: "observation",
      access: "read",
      summary: "Clients that are connected, without their full address",
      query: z.strictObject({
        transport: z.enum(["http", "ws"]).optional().meta({ description: "Only these." }),
        sort: z.prefault(z.enum(["since", "calls", "queued_bytes", "subscriptions"]), "since").meta({
          description: "What comes first: the oldest, or the most.",
        }),
        offset: z.prefault(whole(0, 1_000_000, "How many to pass over (default 0)."), "0"),
        limit: limit(100, 1000),
      }),
      data: z.array(client),
      example: { target: "/api/clients?sort=queued_bytes&limit=20" },
      handle: ({ query: { transport, sort, offset, limit: most } }) => {
        const all = state.clients().filter((one) => transport === undefined || one.transport === transport);
        const sorted = all.toSorted(orders[sort]);
        const { clock } = state.deps;
        return {
          data: sorted.slice(offset, offset + most).map((one) => shown(one, clock.now(), clock.wallNow())),
          n: all.length,
        };
      },
    }),
    route({
      method: "get",
      path: "/api/blocks",
      tag: "observation",
      access: "read",
      summary: "The newest heads, and who showed them first",
      query: z.strictObject({ chain: types.chain.optional(), limit: limit(20, 200) }),
      data: z.array(block),
      errors: { 404: "The chain is not configured.", 503: unavailable },
      example: { target: "/api/blocks?chain=ethereum&limit=5" },
      handle: async ({ query }) => {
        const chain = query.chain?.chain.name ?? null;
        const known = (name: string): boolean => state.router.route(name) !== undefined;
        const heads = state.heads.newest(chain, query.limit, known);
        const oldest = heads.at(-1)?.at ?? state.deps.clock.wallNow();
        const page = await asked(history.races({
          ...(chain === null ? {} : { chain }),
          event: "newHeads",
          from: oldest - 60_000,
          limit: Math.min(500, query.limit * 2),
        }));
        const raced = new Map<string, RaceResult>();
        for (const one of [...page.rows].reverse()) raced.set(`${one.chain} ${one.block}`, one);
        for (const one of deps.races?.open(chain, 100) ?? []) {
          if (one.event === "newHeads") raced.set(`${one.chain} ${one.block}`, one);
        }
        return {
          data: heads.map((head) => {
            const race = raced.get(`${head.chain} ${head.block}`);
            return {
              chain: head.chain,
              block: head.block,
              at: iso(head.at),
              provider: race?.winner ?? head.provider,
              hash: race?.key ?? head.hash,
              others: race?.margins.map(({ provider, transport, ms: behind }) => ({
                ...{ provider, transport, behind_ms: rounded(behind) },
              })) ?? [],
            };
          }),
        };
      },
    }),
  ];
}

const orders: Readonly<Record<string, (a: ClientReport, b: ClientReport) => number>> = {
  since: (a, b) => a.openedAt - b.openedAt,
  calls: (a, b) => b.calls - a.calls,
  queued_bytes: (a, b) => b.queuedBytes - a.queuedBytes,
  subscriptions: (a, b) => b.subscriptions - a.subscriptions,
};

function shown(one: ClientReport, now: number, wallNow: number): z.infer<typeof client> {
  return {
    transport: one.transport,
    from: addressPrefix(one.address),
    secure: one.secure,
    chain: one.chain,
    since: iso(Math.round(wallNow - Math.max(0, now - one.openedAt))),
    calls: one.calls,
    in_flight: one.inFlight,
    subscriptions: one.subscriptions,
    queued_bytes: one.queuedBytes,
  };
}
