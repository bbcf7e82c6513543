// Volume and patterns, costs and quotas, and what each strategy would have given: `/api/analytics`.

import { z } from "zod";
import type { Comparison } from "../../analytics/comparison.ts";
import { Busy, type ComparisonQuery, Comparisons, longestMs } from "../../analytics/comparisons.ts";
import { costReport, quotaReport } from "../../analytics/cost_report.ts";
import { requestPatterns } from "../../analytics/request_patterns.ts";
import { savings } from "../../analytics/savings.ts";
import type { CellQuery, History } from "../../measure/history/model.ts";
import type { ChainRoute } from "../../routing/chain_route.ts";
import {
  costsShape,
  requestsShape,
  shownAlternative,
  shownComparison,
  shownSpent,
  shownVolume,
  strategiesShape,
} from "./analytics_shapes.ts";
import type { ServerState } from "../state.ts";
import type { ApiDeps } from "./api_deps.ts";
import { ApiError } from "./api_error.ts";
import { asked, unavailable } from "./asked.ts";
import { duration, ordered, queryTypes, shortDuration, windowOf } from "./query_types.ts";
import { type Route, route } from "./route.ts";
import { stepFor } from "./series.ts";
import { iso, rounded } from "./shapes.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** A dashboard asks for costs again and again: what else they could have been is reckoned anew so seldom. */
const savingsKeptMs = 300_000;

const errors = {
  404: "The chain is not configured.",
  503: `${unavailable} Or too many comparisons are under way.`,
};

export function analyticsRoutes(deps: ApiDeps): readonly Route[] {
  const { state } = deps;
  const { clock } = state.deps;
  const history = { cells: (query: CellQuery) => asked(deps.history.cells(query)) };
  const types = queryTypes(state);
  const comparisons = new Comparisons({ history, clock });
  const common = { method: "get", tag: "analytics", access: "read", errors } as const;
  const spanQuery = { chain: types.chain.optional(), ...types.span(dayMs) };

  /** Of the chain, or of each that had calls. */
  const compared = async (
    wanted: ChainRoute | undefined,
    span: { readonly from: number; readonly to: number },
    how: Pick<ComparisonQuery, "leastMs" | "keptMs">,
    signal: AbortSignal,
  ): Promise<Comparison[]> => {
    const { router } = state;
    const found: Comparison[] = [];
    for (const one of wanted === undefined ? await withCalls(history, state, span) : [wanted]) {
      const query = { route: one, plugins: router.plugins, ...span, ...how };
      found.push(await comparisons.ask(query, signal).catch(refused));
    }
    return found;
  };

  return [
    route({
      ...common,
      path: "/api/analytics/requests",
      summary: "Volume and patterns of the traffic",
      description:
        "Calls over time, by method and by hour of the day; attempts by provider and transport; errors.",
      query: z.strictObject({
        ...spanQuery,
        bucket: duration({ minMs: 1_000, maxMs: 31 * dayMs }, "Least width of a bucket.").optional(),
      }),
      data: requestsShape,
      example: { target: "/api/analytics/requests?chain=ethereum&from=-1h&bucket=1m" },
      handle: async ({ query }) => {
        ordered(query);
        const { from, to } = query;
        const chain = query.chain?.chain.name ?? null;
        const stepMs = stepFor(from, to, query.bucket ?? 1_000);
        const found = await requestPatterns(history, { from, to, stepMs, chain });
        return {
          data: {
            buckets: found.buckets.map((one) => ({ at: iso(one.at), ...shownVolume(one) })),
            methods: found.methods.map((one) => ({ method: one.method, ...shownVolume(one) })),
            providers: found.providers.map((one) => ({ provider: one.provider, ...shownVolume(one) })),
            transports: found.transports.map((one) => ({ transport: one.transport, ...shownVolume(one) })),
            hours: found.hours.map((one) => ({ hour: one.hour, ...shownVolume(one) })),
            errors: [...found.errors],
            attempt_errors: [...found.attemptErrors],
          },
          window: windowOf(query, found.stepMs),
          n: found.calls,
        };
      },
    }),
    route({
      ...common,
      path: "/api/analytics/costs",
      summary: "Costs, quotas with forecast, savings",
      description:
        "What was spent by chain, provider, method and day; how long quotas last; what the same calls would " +
        "have cost under each other strategy and at each provider alone, at today's prices. Savings are reckoned " +
        "at most every five minutes, each about its own `from` and `to`.",
      query: z.strictObject({
        ...spanQuery,
        bucket: duration(
          { minMs: hourMs, maxMs: 31 * dayMs },
          "Least width of a point of `days` (default 1d).",
        )
          .optional(),
      }),
      data: costsShape,
      example: { target: "/api/analytics/costs?chain=ethereum&from=-1h" },
      handle: async ({ query, signal }) => {
        ordered(query);
        const { from, to } = query;
        const chain = query.chain?.chain.name ?? null;
        const stepMs = stepFor(from, to, query.bucket ?? dayMs);
        const routes = query.chain === undefined ? state.router.routes : [query.chain];
        const spent = await costReport(history, { from, to, stepMs, chain });
        const quotas = await quotaReport(history, routes, clock.wallNow());
        const isLong = to - from > longestMs;
        const found = isLong
          ? []
          : await compared(query.chain, query, { leastMs: 0, keptMs: savingsKeptMs }, signal);
        return {
          data: {
            total: shownSpent(spent),
            chains: spent.chains.map((one) => ({
              chain: one.chain,
              ...shownSpent(one),
              providers: one.providers.map((row) => ({ provider: row.provider, ...shownSpent(row) })),
              methods: one.methods.map((row) => ({ method: row.method, ...shownSpent(row) })),
            })),
            days: spent.days.map((one) => ({ at: iso(one.at), chain: one.chain, ...shownSpent(one) })),
            quotas: quotas.map(({ chain: name, provider, used, max, forecasts }) => ({
              ...{ chain: name, provider, used: rounded(used), max, share: max === 0 ? 1 : used / max },
              forecasts: forecasts.map((one) => ({
                basis: one.basis,
                days_of_data: rounded(one.days),
                units_per_day: rounded(one.perDay),
                used_up_at: one.usedUpAt === null ? null : iso(one.usedUpAt),
                units_at_month_end: rounded(one.atMonthEnd),
                share_at_month_end: rounded(one.shareAtMonthEnd),
                note: one.note,
              })),
            })),
            savings: isLong ? null : found.map((one) => {
              const route = state.router.route(one.chain);
              const candidates = route?.chain.channels.map(({ candidate }) => candidate) ?? [];
              const { chain: name, calls, units, usd, strategies, providers, dearest, cheapestPaid } =
                savings(
                  one,
                  candidates,
                );
              return {
                ...{ chain: name, from: iso(one.from), to: iso(one.to), calls, units: rounded(units), usd },
                strategies: strategies.map((row) => ({ strategy: row.name, ...shownAlternative(row) })),
                providers: providers.map((row) => ({
                  ...{ provider: row.name, type: row.type },
                  ...shownAlternative(row),
                })),
                ...{ dearest, cheapest_paid: cheapestPaid },
              };
            }),
            savings_note: isLong ? `only over at most ${shortDuration(longestMs)}` : null,
          },
          window: windowOf(query, spent.stepMs),
          n: spent.n,
        };
      },
    }),
    route({
      ...common,
      path: "/api/analytics/strategies",
      summary: "What each strategy would have given",
      description:
        "Theory beside fact. Minute by minute the measurement as it stood is rebuilt, each strategy is asked, " +
        "and the calls are charged to what it picked; cells with fewer than 20 samples are not known. " +
        "docs/analytics.md says how, and what this can't know.",
      query: z.strictObject({
        chain: types.chain.optional(),
        ...types.span(hourMs),
        bucket: duration(
          { minMs: 60_000, maxMs: dayMs },
          "Least width of the cells that calls are charged to (default 1m; more for long times)",
        ).optional(),
      }),
      data: strategiesShape,
      example: { target: "/api/analytics/strategies?chain=ethereum&from=-15m" },
      handle: async ({ query, signal }) => {
        ordered(query);
        const { from, to } = query;
        if (to - from > longestMs) {
          const problem = `must be at most ${shortDuration(longestMs)} before to`;
          throw new ApiError(400, "bad_query", `from ${problem}.`, null, [{
            in: "query",
            path: "from",
            problem,
          }]);
        }
        const found = await compared(query.chain, query, { leastMs: query.bucket ?? 0 }, signal);
        const data = found.map(shownComparison);
        return { data, window: windowOf(query), n: data.reduce((sum, { calls }) => sum + calls, 0) };
      },
    }),
  ];
}

async function withCalls(
  history: Pick<History, "cells">,
  state: ServerState,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<ChainRoute[]> {
  const { groups } = await history.cells({ kind: "call", from, to, stepMs: null, by: ["chain"] });
  return groups.filter(({ n }) => n > 0).flatMap(({ key }) => state.router.route(key.chain ?? "") ?? []);
}

/** Nothing is wrong with history: what is under way must end first. */
function refused(thrown: unknown): never {
  if (!(thrown instanceof Busy)) throw thrown;
  throw new ApiError(503, "busy", "Too many comparisons are under way.", "Try again in a few seconds.");
}
