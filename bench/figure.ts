// What a measurement hands to the report: its series, what they were compared with, and whether the bar was met.

import { summarise, type Summary } from "./statistics.ts";

/** One value per round, of one path or of one comparison. */
export interface Series {
  readonly name: string;
  readonly unit: string;
  readonly values: readonly number[];
  readonly summary: Summary;
}

export interface Verdict {
  /** Row of the table of bars, for instance `P1`. */
  readonly id: string;
  /** What is compared, for instance `Lasso / HAProxy`. */
  readonly what: string;
  readonly series: Series;
  readonly bar: { readonly at: "least" | "most"; readonly value: number };
  readonly met: boolean;
}

export interface Figure {
  readonly id: string;
  readonly title: string;
  readonly series: readonly Series[];
  readonly verdicts: readonly Verdict[];
  readonly notes: readonly string[];
  /** Why there is no figure; null when it was measured. A failed figure meets no bar. */
  readonly failure: string | null;
}

export function series(name: string, unit: string, values: readonly number[]): Series {
  return { name, unit, values, summary: summarise(values) };
}

/** Judges a series by its median. */
export function verdict(id: string, what: string, of: Series, at: "least" | "most", value: number): Verdict {
  const { median } = of.summary;
  return {
    id,
    what,
    series: of,
    bar: { at, value },
    met: at === "least" ? median >= value : median <= value,
  };
}

export function failedFigure(id: string, title: string, failure: string): Figure {
  return { id, title, series: [], verdicts: [], notes: [], failure };
}
