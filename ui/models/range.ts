// The time range of the page's charts: one for all of them, in the address. Pure.

export interface Range {
  readonly id: "15m" | "1h" | "24h";
  readonly label: string;
  readonly ms: number;
  /** Least width of a point: finer ones are noise at this length. */
  readonly stepMs: number;
  /** So often charts are drawn anew. */
  readonly everyMs: number;
}

const minuteMs = 60_000;

export const ranges: readonly Range[] = [
  { id: "15m", label: "15 min", ms: 15 * minuteMs, stepMs: 10_000, everyMs: 5_000 },
  { id: "1h", label: "1 h", ms: 60 * minuteMs, stepMs: 30_000, everyMs: 15_000 },
  { id: "24h", label: "24 h", ms: 24 * 60 * minuteMs, stepMs: 5 * minuteMs, everyMs: minuteMs },
];

/** Need not stand in the address. */
export const usualRange: Range = ranges[0]!;

/** `given`: the address' `range`; what is none of them is the first. */
export function rangeOf(given: string): Range {
  return ranges.find(({ id }) => id === given) ?? usualRange;
}
