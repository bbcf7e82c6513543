// Costs as /api/analytics/costs gives them, made rows of: by provider, by method, by day, quotas, savings. Pure.

import { dollars, percent } from "../format/number.ts";

interface Sum {
  /** Attempts. */
  readonly n: number;
  readonly units: number;
  readonly usd: number;
}

export interface Forecast {
  readonly basis: "month" | "7d";
  readonly days_of_data: number;
  readonly units_per_day: number | null;
  /** ISO 8601. */
  readonly used_up_at: string | null;
  readonly units_at_month_end: number | null;
  readonly share_at_month_end: number | null;
  readonly note: string | null;
}

export interface Quota {
  readonly chain: string;
  readonly provider: string;
  readonly used: number;
  readonly max: number;
  readonly share: number;
  readonly forecasts: readonly Forecast[];
}

/** `saved_usd`: what serving as it did saved against it. */
interface Alternative {
  readonly usd: number;
  readonly saved_usd: number;
}

export interface Saving {
  readonly chain: string;
  /** ISO 8601. */
  readonly from: string;
  readonly to: string;
  readonly calls: number;
  readonly usd: number;
  readonly strategies: readonly (Alternative & { readonly strategy: string })[];
  readonly providers:
    readonly (Alternative & { readonly provider: string; readonly type: "public" | "paid" })[];
  readonly dearest: string | null;
}

/** As /api/analytics/costs gives it (the parts that are shown). */
export interface Costs {
  readonly total: Sum;
  readonly chains: readonly (Sum & {
    readonly chain: string;
    readonly providers: readonly (Sum & { readonly provider: string })[];
    readonly methods: readonly (Sum & { readonly method: string })[];
  })[];
  readonly days: readonly (Sum & { readonly at: string; readonly chain: string })[];
  readonly quotas: readonly Quota[];
  readonly savings: readonly Saving[] | null;
  readonly savings_note: string | null;
}

export interface SpentRow extends Sum {
  /** null: of all chains. */
  readonly chain: string | null;
  readonly name: string;
  /** Of all dollars; of all units where nothing cost dollars. */
  readonly share: number;
}

/** A provider's accounts are a chain's own. Dearest first. */
export function providerRows({ chains, total }: Costs): readonly SpentRow[] {
  const rows = chains.flatMap(({ chain, providers }) =>
    providers.map(({ provider, n, units, usd }) => ({ chain, name: provider, n, units, usd }))
  );
  return shared(rows, total);
}

/** Summed up over chains. Dearest first. */
export function methodRows({ chains, total }: Costs): readonly SpentRow[] {
  const sums = new Map<string, Sum>();
  for (const { methods } of chains) {
    for (const { method, n, units, usd } of methods) {
      const sum = sums.get(method) ?? { n: 0, units: 0, usd: 0 };
      sums.set(method, { n: sum.n + n, units: sum.units + units, usd: sum.usd + usd });
    }
  }
  return shared([...sums].map(([name, sum]) => ({ chain: null, name, ...sum })), total);
}

/** Newest first; `name` is the day in ISO 8601. */
export function dayRows({ days }: Costs): readonly SpentRow[] {
  const sums = new Map<string, Sum>();
  for (const { at, n, units, usd } of days) {
    const sum = sums.get(at) ?? { n: 0, units: 0, usd: 0 };
    sums.set(at, { n: sum.n + n, units: sum.units + units, usd: sum.usd + usd });
  }
  const rows = [...sums].map(([name, sum]) => ({ chain: null, name, ...sum }));
  const most = {
    usd: Math.max(0, ...rows.map(({ usd }) => usd)),
    units: Math.max(0, ...rows.map(({ units }) => units)),
  };
  return rows.map((row) => ({ ...row, share: shareOf(row, most) })).sort((a, b) => b.name < a.name ? -1 : 1);
}

type Unshared = Omit<SpentRow, "share">;

function shared(
  rows: readonly Unshared[],
  total: { readonly usd: number; readonly units: number },
): readonly SpentRow[] {
  return rows.map((row) => ({ ...row, share: shareOf(row, total) }))
    .sort((a, b) => b.usd - a.usd || b.units - a.units);
}

function shareOf(
  { usd, units }: { readonly usd: number; readonly units: number },
  of: { readonly usd: number; readonly units: number },
): number {
  if (of.usd > 0) return usd / of.usd;
  return of.units > 0 ? units / of.units : 0;
}

export const bases: Readonly<Record<Forecast["basis"], string>> = {
  month: "this month so far",
  "7d": "the last 7 days",
};

export interface SavingRow {
  readonly name: string;
  readonly note: string;
  readonly usd: number;
  /** Against serving as it did: greater than 0 costs more; null: that itself. */
  readonly more: number | null;
  /** Of the dearest. */
  readonly share: number;
}

/** What was, among what might have been; cheapest first. */
export function savingRows({ usd, strategies, providers }: Saving): readonly SavingRow[] {
  const rows = [
    { name: "as it was served", note: "", usd, more: null },
    ...strategies.map((one) => ({ name: one.strategy, note: "strategy", usd: one.usd, more: one.saved_usd })),
    ...providers.map((one) => ({
      ...{ name: one.provider, note: `alone, ${one.type}` },
      ...{ usd: one.usd, more: one.saved_usd },
    })),
  ];
  const most = Math.max(0, ...rows.map((row) => row.usd)) || 1;
  return rows.map((row) => ({ ...row, share: row.usd / most })).sort((a, b) => a.usd - b.usd);
}

const hair = 1e-9;

export function moreText(more: number | null): string {
  if (more === null) return "";
  if (Math.abs(more) < hair) return "the same";
  return more > 0 ? `${dollars(more)} more` : `${dollars(-more)} less`;
}

/** In a sentence: what serving as it did saved against the dearest provider alone. */
export function savedText({ dearest, providers }: Saving): string {
  const other = providers.find(({ provider }) => provider === dearest);
  if (other === undefined || Math.abs(other.saved_usd) < hair) return "";
  const { saved_usd: saved, usd } = other;
  const share = usd > 0 ? ` (${percent(Math.abs(saved) / usd)})` : "";
  return `, ${dollars(Math.abs(saved))}${share} ${saved > 0 ? "less" : "more"} than ${dearest} alone`;
}
