// Figures from history: series over time, the matrix of providers and methods.

import { z } from "zod";
import type { CellGroup, Dimension } from "../../measure/history/model.ts";
import type { ApiDeps } from "./api_deps.ts";
import { ApiError } from "./api_error.ts";
import { asked, unavailable } from "./asked.ts";
import { type Metric, metricNames, metrics } from "./metrics.ts";
import {
  duration,
  method,
  ordered,
  provider,
  providerIn,
  queryTypes,
  text,
  windowOf,
} from "./query_types.ts";
import { type Route, route } from "./route.ts";
import { maxPoints, pointsOf, stepFor } from "./series.ts";
import { at, ms, ratio, rounded } from "./shapes.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const yearMs = 366 * dayMs;
/** Lines of one answer; those with most samples are given. */
const maxSeries = 20;

const dimensions = {
  chain: "chain",
  provider: "provider",
  method: "name",
  strategy: "strategy",
  transport: "transport",
} as const;
const splits = ["chain", "provider", "method", "strategy", "transport"] as const;
type Split = typeof splits[number];

const strategy = text(
  (given) => /^[\w.-]{1,64}$/.test(given) ? { value: given } : { problem: "must be a strategy's id" },
  {
    description: "The strategy that served.",
    maxLength: 64,
  },
);
const transport = z.enum(["http", "ws"]).meta({ description: "Of an attempt." });

const series = z.strictObject({
  metric: z.string(),
  unit: z.string(),
  about: z.string(),
  series: z.array(z.strictObject({
    key: z.partialRecord(z.enum(splits), z.string()).meta({
      description: "Values of `by`; empty without it.",
    }),
    points: z.array(z.strictObject({
      at,
      value: z.number().nullable().meta({ description: "null: nothing was measured." }),
      n: z.number(),
    })).max(maxPoints),
  })),
  left_out: z.int().meta({ description: `Lines beyond ${maxSeries}, which are not given.` }),
});

const matrix = z.strictObject({
  providers: z.array(z.string()),
  methods: z.array(z.string()).meta({ description: "Those with most samples first." }),
  cells: z.array(z.strictObject({
    provider: z.string(),
    method: z.string(),
    n: z.number(),
    failed: z.number(),
    error_ratio: ratio,
    p50_ms: ms,
    p99_ms: ms,
    errors: z.record(z.string(), z.number()).meta({ description: "By category." }),
  })),
});

export function historyRoutes(deps: ApiDeps): readonly Route[] {
  const { state } = deps;
  const types = queryTypes(state);
  return [
    route({
      method: "get",
      path: "/api/history",
      tag: "observation",
      access: "read",
      summary: "A figure over time",
      description:
        `At most ${maxPoints} points, of the finest roll-up that gives so many: seconds for an hour, ` +
        "minutes for 7 days, hours for a year. Metrics: " +
        metricNames.map((name) => `\`${name}\` (${metrics[name]!.about})`).join(", ") + ".",
      query: z.strictObject({
        metric: z.enum(metricNames as [string, ...string[]]).meta({
          description: "See above.",
          examples: ["p99_ms"],
        }),
        chain: types.chain.optional(),
        provider: provider.optional(),
        method: method.optional(),
        strategy: strategy.optional(),
        transport: transport.optional(),
        by: z.enum(splits).optional().meta({ description: "A line for each value of it." }),
        ...types.span(hourMs),
        step: duration({ minMs: 1_000, maxMs: 31 * dayMs }, "Least width of a point.").optional(),
      }),
      data: series,
      errors: { 404: "The chain or the provider is not configured.", 503: unavailable },
      example: { target: "/api/history?metric=p99_ms&chain=ethereum&from=-15m" },
      handle: async ({ query }) => {
        ordered(query);
        const { from, to, by } = query;
        const metric = metrics[query.metric]!;
        if (query.provider !== undefined) providerIn(state, query.chain, query.provider);
        const where = filters(query.metric, metric, {
          chain: query.chain?.chain.name,
          provider: query.provider,
          method: query.method,
          strategy: query.strategy,
          transport: query.transport,
          by,
        });
        const answer = await asked(deps.history.cells({
          kind: metric.kind,
          from,
          to,
          stepMs: stepFor(from, to, query.step ?? 1_000),
          by: by === undefined ? [] : [dimensions[by]],
          where,
        }));
        const { stepMs } = answer;
        const lines = linesOf(answer.groups, by);
        const options = { from, to, stepMs, now: state.deps.clock.wallNow(), value: metric.value };
        return {
          data: {
            metric: query.metric,
            unit: metric.unit,
            about: metric.about,
            series: lines.slice(0, maxSeries).map(({ key, groups }) => ({
              key,
              points: pointsOf(groups, options),
            })),
            left_out: Math.max(0, lines.length - maxSeries),
          },
          window: windowOf({ from, to }, stepMs),
          n: answer.groups.reduce((sum, { n }) => sum + n, 0),
        };
      },
    }),
    route({
      method: "get",
      path: "/api/matrix",
      tag: "observation",
      access: "read",
      summary: "Providers by methods: times, errors",
      query: z.strictObject({
        chain: types.chain,
        window: z.prefault(duration({ minMs: 60_000, maxMs: yearMs }, "Back from now."), "1h"),
      }),
      data: matrix,
      errors: { 404: "The chain is not configured.", 503: unavailable },
      example: { target: "/api/matrix?chain=ethereum&window=15m" },
      handle: async ({ query }) => {
        const to = state.deps.clock.wallNow();
        const from = to - query.window;
        const { groups } = await asked(deps.history.cells({
          kind: "attempt",
          from,
          to,
          stepMs: null,
          by: ["provider", "name"],
          where: { chain: query.chain.chain.name },
        }));
        const sum = (dimension: Dimension): Map<string, number> => {
          const sums = new Map<string, number>();
          for (const { key, n } of groups) {
            const name = key[dimension] ?? "";
            sums.set(name, (sums.get(name) ?? 0) + n);
          }
          return new Map([...sums].sort(([, a], [, b]) => b - a));
        };
        return {
          data: {
            providers: [...sum("provider").keys()].sort(),
            methods: [...sum("name").keys()],
            cells: groups.map((group) => ({
              provider: group.key.provider ?? "",
              method: group.key.name ?? "",
              n: group.n,
              failed: group.failed,
              error_ratio: group.n === 0 ? 0 : group.failed / group.n,
              p50_ms: rounded(group.p50),
              p99_ms: rounded(group.p99),
              errors: errorsOf(group.outcomes),
            })),
          },
          window: windowOf({ from, to }),
          n: groups.reduce((total, { n }) => total + n, 0),
        };
      },
    }),
  ];
}

/** Outcomes that are no error of the provider's. */
const fine: ReadonlySet<string> = new Set([
  "ok",
  "error",
  "client",
  "revert",
  "tx_known",
  "tx_rejected",
  "cancelled",
]);

export function errorsOf(outcomes: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(outcomes).filter(([name, n]) => !fine.has(name) && n > 0));
}

type Filters = Partial<Readonly<Record<Split, string | undefined>>> & { readonly by: Split | undefined };

/** What is asked of the cells. Throws ApiError 400 for what a metric can't be narrowed down by. */
function filters(
  name: string,
  metric: Metric,
  { by, ...given }: Filters,
): Partial<Record<Dimension, string>> {
  const where: Partial<Record<Dimension, string>> = {};
  const allowed = narrowedBy(metric);
  for (const split of splits) {
    const value = given[split];
    if ((value !== undefined || by === split) && !allowed.includes(split)) {
      const problem = `can't be narrowed down by ${split}`;
      const hint = metric.kind === "call" && split !== "transport" ? ` Try upstream_${name}.` : "";
      const message = `${name} ${problem}.`;
      throw new ApiError(400, "bad_query", message, `It can by ${allowed.join(", ") || "nothing"}.${hint}`, [
        { in: "query", path: value === undefined ? "by" : split, problem, allowed: allowed.join(", ") },
      ]);
    }
    if (value !== undefined) where[dimensions[split]] = value;
  }
  if (metric.gauge === undefined) return where;
  // A chain's own head is no sum of its providers': the whole is a series of its own, without a name.
  const whole = { chain: metric.of !== "process", provider: metric.of === "provider" };
  for (const split of ["chain", "provider"] as const) {
    if (
      where[split] === undefined && by !== split && !(whole[split] && split === "chain" && by === "provider")
    ) {
      where[split] = "";
    }
  }
  return { ...where, name: metric.gauge };
}

function narrowedBy({ kind, of }: Metric): readonly Split[] {
  if (kind === "call") return ["chain", "method", "strategy"];
  if (kind === "race") return ["chain", "provider", "transport"];
  if (kind === "attempt") return splits;
  return of === "process" ? [] : of === "chain" ? ["chain"] : ["chain", "provider"];
}

interface Line {
  readonly key: Partial<Record<Split, string>>;
  readonly groups: readonly CellGroup[];
}

/** By the value of `by`; those with most samples first. Without `by` there is always one. */
function linesOf(groups: readonly CellGroup[], by: Split | undefined): Line[] {
  if (by === undefined) return [{ key: {}, groups }];
  const lines = Map.groupBy(groups, ({ key }) => key[dimensions[by]] ?? "");
  const size = (own: readonly CellGroup[]): number => own.reduce((sum, { n }) => sum + n, 0);
  return [...lines].map(([value, own]) => ({ key: { [by]: value }, groups: own }))
    .sort((a, b) => size(b.groups) - size(a.groups));
}
