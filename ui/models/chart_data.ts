// Answers of /api/history as what a chart draws: one line for each metric, or for each value of `by`. Pure.

export interface HistoryPoint {
  readonly at: string;
  readonly value: number | null;
  readonly n: number;
}

/** As /api/history gives it. */
export interface HistoryAnswer {
  readonly metric: string;
  readonly unit: string;
  readonly series: readonly {
    readonly key: Readonly<Record<string, string>>;
    readonly points: readonly HistoryPoint[];
  }[];
  readonly left_out: number;
}

export interface ChartLine {
  readonly label: string;
  /** null: nothing was measured. As long as the chart's times. */
  readonly values: readonly (number | null)[];
  readonly n: readonly number[];
  /** What it means that a point is missing: none was counted, or nothing is known. */
  readonly missing: 0 | null;
}

export interface ChartData {
  /** Epoch ms of the begin of each point. */
  readonly times: readonly number[];
  readonly stepMs: number;
  readonly lines: readonly ChartLine[];
  /** Lines that are not drawn. */
  readonly leftOut: number;
}

export interface MetricLabel {
  readonly metric: string;
  readonly label: string;
}

/** More lines can't be told apart. */
const maxLines = 6;
/** What is summed up over a point. */
const sums = /^(?:upstream_)?(?:n|failed|failovers|units|usd|races)$/;
const minuteMs = 60_000;
/** Where nothing was counted while the router ran, there was none. */
const counted = /^(?:upstream_)?(?:rps|n|failed|failovers|units|usd|races)$/;

export interface ChartOptions {
  readonly stepMs: number;
  /** Epoch ms of the router's start. */
  readonly runsSince: number;
  /** Epoch ms: points that are not over then are left out, they would look like a fall. */
  readonly until: number;
}

/** `answers` in the order of `metrics`; all of one time and one step. */
export function chartData(
  answers: readonly HistoryAnswer[],
  metrics: readonly MetricLabel[],
  { stepMs, runsSince, until }: ChartOptions,
): ChartData {
  const times = answers.flatMap(({ series }) => series).at(0)?.points
    .map(({ at }) => Date.parse(at))
    .filter((at) => at + stepMs <= until) ?? [];
  const all = answers.flatMap(({ metric, series }, i) => {
    const scale = isSum(metric) ? minuteMs / stepMs : 1;
    const isCounted = counted.test(metric);
    const label = metrics[i]?.label ?? metric;
    return series.map(({ key, points }): ChartLine => ({
      label: lineLabel(label, Object.values(key), metrics.length),
      values: times.map((at, k) =>
        scaled(points[k]?.value ?? (isCounted && at >= runsSince ? 0 : null), scale)
      ),
      n: times.map((_, k) => points[k]?.n ?? 0),
      missing: isCounted ? 0 : null,
    }));
  });
  const beyond = answers.reduce((sum, { left_out }) => sum + left_out, 0);
  return {
    times,
    stepMs,
    lines: all.slice(0, maxLines),
    leftOut: Math.max(0, all.length - maxLines) + beyond,
  };
}

/** Such a metric is drawn per minute. */
export function isSum(metric: string): boolean {
  return sums.test(metric);
}

function scaled(value: number | null, by: number): number | null {
  return value === null ? null : value * by;
}

function lineLabel(metric: string, key: readonly string[], metrics: number): string {
  const of = key.map((value) => value === "" ? "(none)" : value).join(" ");
  return of === "" ? metric : metrics === 1 ? of : `${of} ${metric}`;
}

/**
 * What was kept in finer steps in the place of the end of the coarser: a router without a file keeps seconds for five
 * minutes only, and these are the ones that are looked at.
 */
export function joined(coarse: ChartData, fine: ChartData): ChartData {
  const begin = fine.times[0];
  if (begin === undefined || fine.stepMs >= coarse.stepMs) return coarse;
  const kept = coarse.times.filter((at) => at < begin).length;
  const lines = coarse.lines.map(({ label, values, n, missing }): ChartLine => {
    const finer = fine.lines.find((line) => line.label === label);
    const gap = fine.times.map(() => missing);
    return {
      label,
      values: [...values.slice(0, kept), ...finer?.values ?? gap],
      n: [...n.slice(0, kept), ...finer?.n ?? gap.map(() => 0)],
      missing,
    };
  });
  const times = [...coarse.times.slice(0, kept), ...fine.times];
  return { times, stepMs: fine.stepMs, lines, leftOut: coarse.leftOut };
}

/** Width of the point at this place, in ms. */
export function stepAt({ times, stepMs }: ChartData, k: number): number {
  const [at, next] = [times[k], times[k + 1]];
  return at === undefined || next === undefined ? stepMs : next - at;
}

export function isEmpty({ lines }: ChartData): boolean {
  return lines.every(({ values }) => values.every((value) => value === null));
}

/** Place of the newest point with a value; null: there is none. */
export function newestAt({ lines, times }: ChartData): number | null {
  for (let k = times.length - 1; k >= 0; k--) {
    if (lines.some(({ values }) => values[k] !== null && values[k] !== undefined)) return k;
  }
  return null;
}

/** Places of about `most` points, evenly spread, the newest among them: for the table beside the picture. */
export function spreadOf(length: number, most: number): readonly number[] {
  if (length <= most) return Array.from({ length }, (_, k) => k);
  return Array.from({ length: most }, (_, k) => Math.round((k + 1) * length / most) - 1);
}
