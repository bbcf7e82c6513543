// Whether the dashboard keeps up with 1,000 events a second: frames a second, long tasks, the delay from an event to
// the pixels that show it, and memory, measured in Chromium over Overview and Live test.

import type { FeedRound } from "./dashboard_feed_run.ts";
import { type Figure, series, verdict } from "./figure.ts";
import type { BenchRun } from "./run.ts";

const id = "dashboard";
/** `--seconds` is 5 unless it is given: this figure takes a minute then. */
const secondsFactor = 12;
/** Of the frames that this machine draws without the events. */
const leastFrames = 0.95;
const mostMs = { p95: 100, max: 200 } as const;
const mib = 1024 ** 2;

export async function dashboardFeed(run: BenchRun): Promise<Figure> {
  const script = new URL("./dashboard_feed_run.ts", import.meta.url).pathname;
  const seconds = String(run.options.seconds * secondsFactor);
  const output = await run.stage.run(Deno.execPath(), ["run", "-A", script, seconds]);
  const line = output.trim().split("\n").at(-1) ?? "";
  return dashboardFigure(JSON.parse(line) as FeedRound[]);
}

/** One value per tab. */
export function dashboardFigure(rounds: readonly FeedRound[]): Figure {
  const of = (name: string, unit: string, value: (round: FeedRound) => number): ReturnType<typeof series> =>
    series(name, unit, rounds.map(value));
  const frames = of("frames with the events / without", "×", ({ fps, idleFps }) => fps / idleFps);
  const long = of("tasks above 50 ms", "", ({ longTasks }) => longTasks.length);
  const p95 = of("event to pixel, p95", "ms", ({ p95Ms }) => p95Ms);
  const most = of("event to pixel, most", "ms", ({ maxMs }) => maxMs);
  const [first] = rounds;
  return {
    id,
    title: `The dashboard at 1,000 events/s for ${first?.seconds ?? 0} s: ${
      rounds.map(({ tab }) => tab).join(", ")
    }`,
    series: [
      of("frames a second", "", ({ fps }) => fps),
      of("event to pixel, p50", "ms", ({ p50Ms }) => p50Ms),
      of("heap before", "MiB", ({ heapBefore }) => heapBefore / mib),
      of("heap after", "MiB", ({ heapAfter }) => heapAfter / mib),
    ],
    verdicts: [
      verdict(id, frames.name, frames, "least", leastFrames),
      verdict(id, long.name, long, "most", 0),
      verdict(id, p95.name, p95, "most", mostMs.p95),
      verdict(id, most.name, most, "most", mostMs.max),
    ],
    notes: [
      `Long tasks, ms: ${
        rounds.map(({ tab, longTasks }) => `${tab} ${longTasks.join(" ") || "none"}`).join("; ")
      }.`,
      "The router, the simulated providers and the browser share this machine.",
    ],
    failure: null,
  };
}
