// Schemas of what the analytics routes give, and how core's figures are shown by them.

import { z } from "zod";
import type { Comparison, Expected } from "../../analytics/comparison.ts";
import type { Spent } from "../../analytics/cost_report.ts";
import type { Alternative } from "../../analytics/savings.ts";
import type { Volume } from "../../analytics/request_patterns.ts";
import { at, ms, ratio, rounded } from "./shapes.ts";

const count = z.number().min(0);
const money = z.number().meta({ description: "US dollars." });

const volume = {
  n: count,
  failed: count,
  failovers: count.meta({ description: "Of calls: answered after a failover." }),
  p50_ms: ms,
  p95_ms: ms,
};

const outcomes = z.array(z.strictObject({ outcome: z.string(), n: count }));

export const requestsShape = z.strictObject({
  buckets: z.array(z.strictObject({ at, ...volume })).meta({ description: "Only those with a call." }),
  methods: z.array(z.strictObject({ method: z.string(), ...volume })),
  providers: z.array(z.strictObject({ provider: z.string(), ...volume })).meta({ description: "Attempts." }),
  transports: z.array(z.strictObject({ transport: z.string(), ...volume })).meta({
    description: "Attempts.",
  }),
  hours: z.array(z.strictObject({ hour: z.int().min(0).max(23), ...volume })).meta({
    description: "By hour of the day, UTC.",
  }),
  errors: outcomes.meta({ description: "Why calls failed, most frequent first." }),
  attempt_errors: outcomes,
});

const spent = { n: count.meta({ description: "Attempts." }), units: count, usd: money };
const alternative = {
  units: count,
  usd: money,
  saved_usd: money.meta({ description: "What serving as it did saved against it; negative: it is cheaper." }),
};

export const costsShape = z.strictObject({
  total: z.strictObject(spent),
  chains: z.array(z.strictObject({
    chain: z.string(),
    ...spent,
    providers: z.array(z.strictObject({ provider: z.string(), ...spent })),
    methods: z.array(z.strictObject({ method: z.string(), ...spent })),
  })),
  days: z.array(z.strictObject({ at, chain: z.string(), ...spent })),
  quotas: z.array(z.strictObject({
    chain: z.string(),
    provider: z.string(),
    used: count,
    max: count,
    share: count.meta({ description: "Of the month's quota; 1: used up." }),
    forecasts: z.array(z.strictObject({
      basis: z.enum(["month", "7d"]).meta({ description: "What the line is drawn through." }),
      days_of_data: count,
      units_per_day: count.nullable(),
      used_up_at: at.nullable().meta({ description: "Within this month; null: see the note." }),
      units_at_month_end: count.nullable(),
      share_at_month_end: count.nullable(),
      note: z.string().nullable(),
    })),
  })),
  savings: z.array(z.strictObject({
    chain: z.string(),
    from: at,
    to: at,
    calls: count.meta({ description: "That a strategy steers; the alternatives are about them." }),
    units: count.meta({ description: "What was spent." }),
    usd: money,
    strategies: z.array(z.strictObject({ strategy: z.string(), ...alternative })).meta({
      description: "Cheapest first.",
    }),
    providers: z.array(z.strictObject({
      provider: z.string(),
      type: z.enum(["public", "paid"]),
      ...alternative,
    })).meta({ description: "Each provider alone, dearest first." }),
    dearest: z.string().nullable(),
    cheapest_paid: z.string().nullable(),
  })).nullable(),
  savings_note: z.string().nullable().meta({ description: "Why there are none." }),
});

const expected = {
  calls: count,
  known: ratio.nullable().meta({ description: "Share of the calls whose time and success are known." }),
  p50_ms: ms,
  p95_ms: ms,
  p99_ms: ms,
  success: ratio.nullable().meta({ description: "Answered by the first channel, without any failover." }),
  units: count,
  usd: money,
};
const shares = z.array(z.strictObject({ provider: z.string(), share: ratio }));

export const strategiesShape = z.array(z.strictObject({
  chain: z.string(),
  from: at,
  to: at,
  cell_ms: count.meta({ description: "Width of the cells that calls were charged to." }),
  calls: count.meta({ description: "That reached a provider and that a strategy steers." }),
  left_out: count.meta({ description: "Calls that no strategy steers: broadcasts, kept filters." }),
  strategies: z.array(z.strictObject({
    strategy: z.string(),
    served: z.boolean().meta({ description: "It really served some of the time; see `measured`." }),
    ...expected,
    providers: shares,
    methods: z.array(z.strictObject({ method: z.string(), ...expected })),
    faults: count.meta({ description: "Times that it failed and the default strategy was asked." }),
  })).meta({ description: "Theory: what each would have given. Best p50 first." }),
  measured: z.array(z.strictObject({
    strategy: z.string(),
    calls: count,
    p50_ms: ms.meta({ description: "End to end, with failovers." }),
    p95_ms: ms,
    p99_ms: ms,
    call_success: ratio.nullable(),
    attempts: count,
    success: ratio.nullable().meta({ description: "Of attempts." }),
    units: count,
    usd: money,
    providers: shares.meta({ description: "Of attempts." }),
    methods: z.array(z.strictObject({
      method: z.string(),
      calls: count,
      p50_ms: ms,
      p95_ms: ms,
      p99_ms: ms,
      call_success: ratio.nullable(),
      units: count,
      usd: money,
    })),
  })).meta({ description: "Fact: what was measured of those that served." }),
  broken: z.array(z.strictObject({ strategy: z.string(), why: z.string() })),
}));

export function shownVolume({ n, failed, failovers, p50, p95 }: Volume): {
  readonly n: number;
  readonly failed: number;
  readonly failovers: number;
  readonly p50_ms: number | null;
  readonly p95_ms: number | null;
} {
  return { n, failed, failovers, p50_ms: rounded(p50), p95_ms: rounded(p95) };
}

export function shownSpent({ n, units, usd }: Spent): Spent {
  return { n, units: rounded(units), usd: dollars(usd) };
}

export function shownAlternative({ units, usd, savedUsd }: Alternative): {
  readonly units: number;
  readonly usd: number;
  readonly saved_usd: number;
} {
  return { units: rounded(units), usd: dollars(usd), saved_usd: dollars(savedUsd) };
}

/** To nine digits: a call costs fractions of a cent. */
function dollars(usd: number): number {
  return Number(usd.toPrecision(9));
}

export function shownComparison(comparison: Comparison): z.infer<typeof strategiesShape>[number] {
  const { chain, from, to, widthMs, calls, leftOut, strategies, measured, broken } = comparison;
  const served = new Set(measured.map(({ strategy }) => strategy));
  return {
    chain,
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    cell_ms: widthMs,
    calls: [...calls.values()].reduce((sum, n) => sum + n, 0),
    left_out: leftOut,
    strategies: strategies.map((one) => ({
      strategy: one.strategy,
      served: served.has(one.strategy),
      ...shownExpected(one),
      providers: shownShares(one.providers),
      methods: one.methods.map((row) => ({ method: row.method, ...shownExpected(row) })),
      faults: one.faults,
    })),
    measured: measured.map((one) => ({
      strategy: one.strategy,
      calls: one.calls,
      ...shownTimes(one),
      call_success: one.callSuccess,
      attempts: one.attempts,
      success: one.success,
      ...{ units: rounded(one.units), usd: dollars(one.usd) },
      providers: shownShares(one.providers),
      methods: one.methods.map((row) => ({
        method: row.method,
        calls: row.calls,
        ...shownTimes(row),
        call_success: row.callSuccess,
        ...{ units: rounded(row.units), usd: dollars(row.usd) },
      })),
    })),
    broken: broken.map(({ id, why }) => ({ strategy: id, why })),
  };
}

type Times = Readonly<Record<"p50" | "p95" | "p99", number | null>>;

function shownTimes({ p50, p95, p99 }: Times): Record<"p50_ms" | "p95_ms" | "p99_ms", number | null> {
  return { p50_ms: rounded(p50), p95_ms: rounded(p95), p99_ms: rounded(p99) };
}

function shownExpected(one: Expected): { [Key in keyof typeof expected]: z.infer<(typeof expected)[Key]> } {
  return {
    calls: rounded(one.calls),
    known: one.known === null ? null : share(one.known),
    ...shownTimes(one),
    success: one.success === null ? null : share(one.success),
    ...{ units: rounded(one.units), usd: dollars(one.usd) },
  };
}

function shownShares(
  providers: readonly { readonly provider: string; readonly share: number }[],
): { provider: string; share: number }[] {
  return providers.map((one) => ({ provider: one.provider, share: share(one.share) }));
}

/** Sums of fractions may pass 1 by a hair. */
function share(value: number): number {
  return Math.min(1, Math.max(0, Math.round(value * 1e6) / 1e6));
}
