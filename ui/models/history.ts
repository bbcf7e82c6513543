// Figures over the page's time, as one chart shows them: asked anew when the timeline moves on. What was known stays
// until the newer answer is there.

import { type ReadonlySignal, signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { type ApiProblem, ask } from "./api.ts";
import { type ChartData, chartData, type HistoryAnswer, joined, type MetricLabel } from "./chart_data.ts";
import { snapshot } from "./store.ts";
import { range, type Timeline, timeline, useTimeline } from "./timeline.ts";

/** What a chart is narrowed down to; absent or null: everything. */
export interface Where {
  readonly chain?: string | null | undefined;
  readonly provider?: string | null | undefined;
  readonly method?: string | null | undefined;
  readonly strategy?: string | null | undefined;
  readonly transport?: string | null | undefined;
}

export type SplitBy = "chain" | "provider" | "method" | "strategy" | "transport";

/** A second's figures are in history within this time. */
const lateMs = 2_000;
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** Somewhat less than what is kept of them in any case. */
const secondsKeptMs = 280_000;

export interface Charted {
  /** null: nothing was answered yet. */
  readonly data: ChartData | null;
  /** The time that `data` is of. */
  readonly time: Timeline | null;
  readonly problem: ApiProblem | null;
}

/** Path of a metric's figures, without their time. */
export function historyPath(metric: string, where: Where, by?: SplitBy): string {
  const query = [`metric=${metric}`];
  for (const [name, value] of Object.entries(where)) {
    if (typeof value === "string" && value !== "") query.push(`${name}=${encodeURIComponent(value)}`);
  }
  if (by !== undefined) query.push(`by=${by}`);
  return `/api/history?${query.join("&")}`;
}

export function useHistory(
  metrics: readonly MetricLabel[],
  where: Where,
  by?: SplitBy,
): ReadonlySignal<Charted> {
  useTimeline();
  const charted = useMemo(() => signal<Charted>({ data: null, time: null, problem: null }), []);
  const paths = metrics.map(({ metric }) => historyPath(metric, where, by));
  const time = timeline.value;
  const question = paths.join(" ");
  useEffect(() => {
    charted.value = { data: null, time: null, problem: null };
  }, [question]);
  useEffect(() => {
    if (time === null) return;
    const abort = new AbortController();
    void load(paths, metrics, time, abort.signal).then((result) => {
      if (result !== null) charted.value = { ...charted.peek(), ...result };
    });
    return () => abort.abort();
  }, [question, time]);
  return charted;
}

/** null: cut off. */
async function load(
  paths: readonly string[],
  metrics: readonly MetricLabel[],
  { from, to }: Timeline,
  signal: AbortSignal,
): Promise<Partial<Charted> | null> {
  const query = (begin: number): Promise<ChartData | ApiProblem> => {
    const span = `from=${Math.floor(begin)}&to=${Math.ceil(to)}&step=${range.peek().stepMs}ms`;
    return figures(paths.map((path) => `${path}&${span}`), metrics, to, signal);
  };
  try {
    const data = await query(from);
    if ("code" in data) return { problem: data };
    const result = { data, time: { from, to }, problem: null };
    if (data.stepMs < minuteMs || to - from > hourMs) return result;
    // Begins where a coarse point begins, so that none is cut.
    const fine = await query(Math.ceil((to - secondsKeptMs) / data.stepMs) * data.stepMs);
    return "code" in fine ? result : { ...result, data: joined(data, fine) };
  } catch {
    return null;
  }
}

async function figures(
  paths: readonly string[],
  metrics: readonly MetricLabel[],
  to: number,
  signal: AbortSignal,
): Promise<ChartData | ApiProblem> {
  const results = await Promise.all(paths.map((path) => ask<HistoryAnswer>(path, signal)));
  const answers: HistoryAnswer[] = [];
  let stepMs = 0;
  for (const result of results) {
    if (!result.ok) return result.problem;
    answers.push(result.data);
    stepMs = result.window?.step_ms ?? stepMs;
  }
  const runsSince = snapshot.peek()?.started_at ?? Infinity;
  return chartData(answers, metrics, { stepMs, runsSince, until: to - lateMs });
}
