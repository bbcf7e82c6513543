// When a monthly quota will be used up, and how much of it is used at the month's end: a straight line through what was
// used, once by the month so far and once by the last seven days. Pure.

const dayMs = 86_400_000;
/** Less is too little to draw a line. */
const leastMs = 3_600_000;

export interface QuotaUse {
  /** Units used in this month, and allowed. */
  readonly used: number;
  readonly max: number;
  /** Units of the last seven days. */
  readonly lastDays: number;
  /** Epoch ms of the first measurement that there is; null: nothing was measured. */
  readonly since: number | null;
}

export interface Forecast {
  readonly basis: "month" | "7d";
  /** Days of data that it rests on. */
  readonly days: number;
  /** Units a day; null: too little data. */
  readonly perDay: number | null;
  /** Epoch ms, within this month; null: it will not be, or nobody can say. */
  readonly usedUpAt: number | null;
  /** Units at the month's end, and as a share of the quota; null: too little data. */
  readonly atMonthEnd: number | null;
  readonly shareAtMonthEnd: number | null;
  /** Why something is null; null: nothing is. */
  readonly note: string | null;
}

/** `begin`, `end`: of the month that `now` lies in; all epoch ms. */
export function forecasts(
  { used, max, lastDays, since }: QuotaUse,
  begin: number,
  end: number,
  now: number,
): readonly Forecast[] {
  const measured = since ?? now;
  const lines = [
    { basis: "month", units: used, ms: now - Math.max(begin, measured) },
    { basis: "7d", units: lastDays, ms: now - Math.max(now - 7 * dayMs, measured) },
  ] as const;
  return lines.map(({ basis, units, ms }): Forecast => {
    const days = Math.max(0, ms) / dayMs;
    const isUsedUp = used >= max;
    if (ms < leastMs) {
      const note = isUsedUp ? "used up already" : "less than an hour of data";
      return { basis, days, perDay: null, usedUpAt: null, atMonthEnd: null, shareAtMonthEnd: null, note };
    }
    const perMs = units / ms;
    const at = perMs > 0 ? now + (max - used) / perMs : Infinity;
    const atMonthEnd = used + perMs * (end - now);
    return {
      basis,
      days,
      perDay: perMs * dayMs,
      usedUpAt: isUsedUp || at >= end ? null : at,
      atMonthEnd,
      shareAtMonthEnd: atMonthEnd / max,
      note: isUsedUp ? "used up already" : at >= end ? "not within this month" : null,
    };
  });
}
