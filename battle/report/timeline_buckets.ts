// The timeline cut into cells of equal length, for charts that have less room than the run has seconds, or more. Counts
// are added; of percentiles the highest second stands for its cell, since they can't be averaged.

import type { ScenarioResult, TimelinePoint } from "../model/result.ts";

export interface Cell {
  readonly atMs: number;
  readonly requests: number;
  readonly failures: number;
  readonly failovers: number;
  /** Of the highest second in the cell; null: no answer in it. */
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly picks: Readonly<Record<string, number>>;
}

export interface CellRow {
  readonly cellMs: number;
  readonly cells: readonly Cell[];
}

/** Lengths of a cell that divide a second, and that are round beyond one. */
const lengthsMs = [
  ...[200, 250, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000],
  ...[60_000, 120_000, 300_000, 600_000, 1_800_000, 3_600_000],
];

/** How long the picture is: the run, and answers that came after its end. */
export function shownMs({ durationMs, timeline }: ScenarioResult): number {
  return Math.max(1_000, durationMs, (timeline.at(-1)?.atMs ?? 0) + 1_000);
}

/**
 * At most `most` cells, or as few as there can be. A cell that is shorter than a second shows all of the second that it
 * lies in.
 */
export function cellRow(result: ScenarioResult, most: number, shortestMs = 1_000): CellRow {
  const total = shownMs(result);
  const hour = 3_600_000;
  const cellMs = lengthsMs.find((length) => length >= shortestMs && total / length <= most) ??
    Math.ceil(total / most / hour) * hour;
  // Seconds that share a cell, or cells that share a second.
  const stepMs = Math.max(1_000, cellMs);
  const steps = new Map<number, TimelinePoint[]>();
  for (const point of result.timeline) {
    const step = Math.floor(point.atMs / stepMs);
    const points = steps.get(step);
    if (points === undefined) steps.set(step, [point]);
    else points.push(point);
  }
  const cells = Array.from(
    { length: Math.ceil(total / cellMs) },
    (_, at) => joined(at * cellMs, steps.get(Math.floor(at * cellMs / stepMs)) ?? []),
  );
  return { cellMs, cells };
}

function joined(atMs: number, points: readonly TimelinePoint[]): Cell {
  const sum = (of: (point: TimelinePoint) => number): number =>
    points.reduce((total, point) => total + of(point), 0);
  const picks = new Map<string, number>();
  for (const point of points) {
    for (const [provider, count] of Object.entries(point.picks)) {
      picks.set(provider, (picks.get(provider) ?? 0) + count);
    }
  }
  return {
    atMs,
    requests: sum(({ requests }) => requests),
    failures: sum(({ failures }) => failures),
    failovers: sum(({ failovers }) => failovers),
    p50Ms: highest(points.map(({ p50Ms }) => p50Ms)),
    p99Ms: highest(points.map(({ p99Ms }) => p99Ms)),
    picks: Object.fromEntries(picks),
  };
}

function highest(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}

/** Providers by the number of first picks in all the run, the most first. */
export function providersByPicks({ timeline }: ScenarioResult): string[] {
  const total = new Map<string, number>();
  for (const { picks } of timeline) {
    for (const [provider, count] of Object.entries(picks)) {
      total.set(provider, (total.get(provider) ?? 0) + count);
    }
  }
  return [...total].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).map(([provider]) => provider);
}

/** A stretch of time in which a breaker is not closed. */
export interface BreakerStretch {
  readonly state: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** By channel, in order of its first change; what is not closed at the end lasts until `untilMs`. */
export function breakerStretches(
  { breakers }: ScenarioResult,
  untilMs: number,
): ReadonlyMap<string, readonly BreakerStretch[]> {
  const stretches = new Map<string, BreakerStretch[]>();
  const open = new Map<string, { readonly state: string; readonly startMs: number }>();
  const close = (channel: string, endMs: number): void => {
    const since = open.get(channel);
    if (since !== undefined && endMs > 0) stretches.get(channel)?.push({ ...since, endMs });
    open.delete(channel);
  };
  for (const { atMs, channel, state } of [...breakers].sort((a, b) => a.atMs - b.atMs)) {
    if (!stretches.has(channel)) stretches.set(channel, []);
    close(channel, atMs);
    if (state !== "closed") open.set(channel, { state, startMs: atMs });
  }
  for (const channel of [...open.keys()]) close(channel, untilMs);
  return stretches;
}
