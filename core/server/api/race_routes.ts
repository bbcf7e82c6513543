// Who is first: races of the upstreams' streams, and the rankings by races and by latency.

import { z } from "zod";
import type { CellGroup, RaceRank, RaceResult } from "../../measure/history/model.ts";
import type { ChainRoute } from "../../routing/chain_route.ts";
import type { ApiDeps } from "./api_deps.ts";
import { asked, unavailable } from "./asked.ts";
import {
  cursor,
  duration,
  limit,
  method,
  ordered,
  provider,
  providerIn,
  queryTypes,
  text,
  windowOf,
} from "./query_types.ts";
import { type Route, route } from "./route.ts";
import { at, iso, ms, ratio, rounded } from "./shapes.ts";

const dayMs = 86_400_000;
/** Samples below which a rank by latency says little. */
const fewSamples = 20;

const eventType = text(
  (given) =>
    /^[A-Za-z]\w{0,63}$/.test(given) ? { value: given } : { problem: "must be the name of a subscription" },
  {
    description: "newHeads, logs, newPendingTransactions …",
    examples: ["newHeads"],
    pattern: "^[A-Za-z]\\w{0,63}$",
  },
);
const region = text(
  (given) => /^[\w.-]{1,64}$/.test(given) ? { value: given } : { problem: "must be the name of a region" },
  { description: "Measurements of another region (default: this router's).", maxLength: 64 },
);

const margins = z.array(z.strictObject({
  provider: z.string(),
  transport: z.string(),
  ms: ms.meta({ description: "Behind the winner; null: it did not deliver (yet)." }),
}));

const race = z.strictObject({
  at,
  chain: z.string(),
  event: z.string(),
  key: z.string(),
  block: z.int().nullable(),
  winner: z.string(),
  margins,
});

const races = z.strictObject({
  live: z.array(race.extend({ closes_at: at })).meta({
    description: "Not over yet; on the first page only.",
  }),
  past: z.array(race).meta({ description: "Newest first; pages are of these." }),
});

const rank = z.strictObject({
  rank: z.int(),
  provider: z.string(),
  transport: z.string(),
  event: z.string().nullable(),
  score: z.number().nullable().meta({
    description: "Of races: win_rate × 1/(1 + avg_margin_ms/100) × log10(max(races, 1)).",
  }),
  races: z.number().nullable(),
  wins: z.number().nullable(),
  losses: z.number().nullable(),
  missed: z.number().nullable(),
  win_rate: ratio.nullable(),
  avg_margin_ms: ms.meta({ description: "Over losses; null without one." }),
  n: z.number().nullable().meta({ description: "Attempts, of a ranking by latency." }),
  success: ratio.nullable(),
  p50_ms: ms,
  p99_ms: ms,
  note: z.string().nullable().meta({ description: "What is to be said against this rank; null: nothing." }),
});
type Rank = z.infer<typeof rank>;

export function raceRoutes(deps: ApiDeps): readonly Route[] {
  const { state, history, races: board } = deps;
  const types = queryTypes(state);
  return [
    route({
      method: "get",
      path: "/api/leaderboard/{chain}",
      tag: "observation",
      access: "read",
      summary: "Who is fastest",
      description:
        "By races (who brings a stream's events first), or by latency (median of attempts that it answered, " +
        "over its success). Fewer than 20 samples come last.",
      params: z.strictObject({ chain: types.chain }),
      query: z.strictObject({
        by: z.prefault(z.enum(["race", "latency"]), "latency"),
        event: eventType.optional(),
        method: method.optional(),
        region: region.optional(),
        window: z.prefault(duration({ minMs: 60_000, maxMs: 366 * dayMs }, "Back from now."), "24h"),
      }),
      data: z.array(rank),
      errors: { 404: "The chain is not configured.", 503: unavailable },
      example: { target: "/api/leaderboard/ethereum?by=latency&method=eth_call&window=1h" },
      handle: async ({ params: { chain }, query }) => {
        const to = state.deps.clock.wallNow();
        const from = to - query.window;
        const byRace = query.by === "race";
        if (byRace && board !== undefined && query.window === dayMs && query.region === undefined) {
          const ranking = board.ranking(chain.chain.name, query.event ?? "newHeads");
          return { data: ranking.map(raceRank), window: windowOf({ from, to }) };
        }
        const name = byRace ? query.event ?? "newHeads" : query.method;
        const { groups } = await asked(history.cells({
          kind: byRace ? "race" : "attempt",
          from,
          to,
          stepMs: null,
          by: ["provider", "transport"],
          where: { chain: chain.chain.name, ...(name === undefined ? {} : { name }) },
          ...(query.region === undefined ? {} : { region: query.region }),
        }));
        const data = byRace ? rankedRaces(groups, chain, name ?? "") : rankedTimes(groups);
        return { data, window: windowOf({ from, to }), n: groups.reduce((sum, { n }) => sum + n, 0) };
      },
    }),
    route({
      method: "get",
      path: "/api/races",
      tag: "observation",
      access: "read",
      summary: "Races: those under way, and those that are over",
      query: z.strictObject({
        chain: types.chain.optional(),
        event: eventType.optional(),
        provider: provider.optional(),
        ...types.span(dayMs),
        cursor,
        limit: limit(50, 500),
      }),
      data: races,
      errors: { 404: "The chain or the provider is not configured.", 503: unavailable },
      example: { target: "/api/races?chain=ethereum&event=newHeads&limit=5" },
      handle: async ({ query }) => {
        ordered(query);
        const { chain, event, provider: id, from, to } = query;
        if (id !== undefined) providerIn(state, chain, id);
        const page = await asked(history.races({ ...query, chain: chain?.chain.name }));
        const open = query.cursor === undefined
          ? board?.open(chain?.chain.name ?? null, query.limit) ?? []
          : [];
        const wanted = open.filter((one) =>
          (event === undefined || one.event === event) &&
          (id === undefined || one.margins.some((margin) => margin.provider === id))
        );
        return {
          data: {
            live: wanted.map((one) => ({ ...shownRace(one), closes_at: iso(one.closesAt) })),
            past: page.rows.map(shownRace),
          },
          window: windowOf({ from, to }),
          next: page.next,
        };
      },
    }),
  ];
}

function shownRace(
  { at: when, chain, event, key, block, winner, margins: all }: RaceResult,
): z.infer<typeof race> {
  return {
    ...{ at: iso(when), chain, event, key, block, winner },
    margins: all.map((margin) => ({ ...margin, ms: rounded(margin.ms) })),
  };
}

const noTimes = { n: null, success: null, p50_ms: null, p99_ms: null };

function raceRank(one: RaceRank, index: number): Rank {
  return {
    rank: index + 1,
    provider: one.provider,
    transport: one.transport,
    event: one.event,
    score: rounded(one.score),
    races: one.races,
    wins: one.wins,
    losses: one.losses,
    missed: one.missed,
    win_rate: rounded(one.winRate),
    avg_margin_ms: rounded(one.avgMarginMs),
    ...noTimes,
    note: null,
  };
}

/** The score of product.md, section 6, over whatever time the cells are of. */
function rankedRaces(groups: readonly CellGroup[], { chain }: ChainRoute, event: string): Rank[] {
  const ranks = groups.map(({ key, n, outcomes, mean }): RaceRank => {
    const wins = outcomes.win ?? 0;
    const losses = outcomes.loss ?? 0;
    const winRate = n === 0 ? 0 : wins / n;
    const avgMarginMs = losses === 0 ? null : mean;
    return {
      ...{ chain: chain.name, event, provider: key.provider ?? "", transport: key.transport ?? "" },
      ...{ races: n, wins, losses, missed: outcomes.missed ?? 0, winRate, avgMarginMs },
      score: winRate / (1 + (avgMarginMs ?? 0) / 100) * Math.log10(Math.max(n, 1)),
    };
  });
  return ranks.sort((a, b) => b.score - a.score).map(raceRank);
}

function rankedTimes(groups: readonly CellGroup[]): Rank[] {
  const ranks = groups.map(({ key, n, failed, p50, p99 }) => {
    const success = n === 0 ? 0 : (n - failed) / n;
    const order = n < fewSamples || p50 === null ? Infinity : p50 / Math.max(success, 0.01);
    return { order, provider: key.provider ?? "", transport: key.transport ?? "", n, success, p50, p99 };
  });
  ranks.sort((a, b) => a.order === b.order ? b.n - a.n : a.order - b.order);
  return ranks.map(({ provider: id, transport, n, success, p50, p99, order }, index) => ({
    rank: index + 1,
    provider: id,
    transport,
    ...{ event: null, score: null, races: null, wins: null, losses: null, missed: null },
    ...{ win_rate: null, avg_margin_ms: null, n },
    success: rounded(success),
    p50_ms: rounded(p50),
    p99_ms: rounded(p99),
    note: order === Infinity ? `fewer than ${fewSamples} samples` : null,
  }));
}
