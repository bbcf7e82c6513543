// The matrix of providers and methods in seven steps from blue to orange: how a provider stands to the others on the
// same method, or how much of it fails. Pure. Colours are the style sheet's; the figures stand in the cells.

export interface MatrixCell {
  readonly provider: string;
  readonly method: string;
  readonly n: number;
  readonly failed: number;
  readonly error_ratio: number;
  readonly p50_ms: number | null;
  readonly p99_ms: number | null;
  readonly errors: Readonly<Record<string, number>>;
}

export interface Matrix {
  readonly providers: readonly string[];
  readonly methods: readonly string[];
  readonly cells: readonly MatrixCell[];
}

export type HeatBy = "p50" | "p99" | "errors";

/** 1 is the best (blue), 4 as the others, 7 the worst (orange). */
export type Heat = 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** Fewer samples say little of that figure: the cell is shown without a colour. */
export const fewSamples: Readonly<Record<HeatBy, number>> = { p50: 10, p99: 50, errors: 20 };

/** Upper bounds of the steps 1 to 6. */
const ratioSteps = [0.55, 0.75, 0.9, 1.1, 1.4, 2] as const;
const errorSteps = [0, 0.001, 0.005, 0.01, 0.03, 0.1] as const;

/** What stands at the steps in the legend: 1, 4 and 7. */
export const legends: Readonly<Record<HeatBy, readonly [string, string, string]>> = {
  p50: ["half the method's median", "the same", "twice and more"],
  p99: ["half the method's median", "the same", "twice and more"],
  errors: ["none fails", "1 %", "over 10 %"],
};

export function valueOf(cell: MatrixCell, by: HeatBy): number | null {
  return by === "errors" ? cell.error_ratio : by === "p50" ? cell.p50_ms : cell.p99_ms;
}

/** null: too few samples, or nothing to compare with. */
export function heatOf(cell: MatrixCell, by: HeatBy, median: number | null): Heat | null {
  if (cell.n < fewSamples[by]) return null;
  if (by === "errors") return stepOf(cell.error_ratio, errorSteps);
  const value = valueOf(cell, by);
  if (value === null || median === null || median <= 0) return null;
  return stepOf(value / median, ratioSteps);
}

/** By method: the median of its providers' values. null where fewer than two of them have samples enough. */
export function mediansOf({ methods, cells }: Matrix, by: HeatBy): ReadonlyMap<string, number | null> {
  return new Map(methods.map((method) => {
    const values = cells.filter((cell) => cell.method === method && cell.n >= fewSamples[by])
      .flatMap((cell) => valueOf(cell, by) ?? [])
      .sort((a, b) => a - b);
    if (values.length < 2) return [method, null];
    const half = values.length / 2;
    const upper = values[Math.floor(half)] ?? 0;
    return [method, Number.isInteger(half) ? ((values[half - 1] ?? 0) + upper) / 2 : upper];
  }));
}

function stepOf(value: number, bounds: readonly number[]): Heat {
  const at = bounds.findIndex((bound) => value <= bound);
  return (at < 0 ? 7 : at + 1) as Heat;
}
