// Time cut into points: a width that gives at most 300 of them, and the points themselves, with null where nothing was
// measured. For charts.

import type { CellGroup } from "../../measure/history/model.ts";

export const maxPoints = 300;

const second = 1_000;
const day = 86_400_000;
/** Widths that people can read: seconds, minutes, hours, days. */
const widths: readonly number[] = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * second),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * 60 * second),
  ...[1, 2, 3, 6, 12].map((n) => n * 3_600 * second),
];

/** Points begin at multiples of their width. */
export function pointsIn(from: number, to: number, stepMs: number): number {
  return Math.ceil(to / stepMs) - Math.floor(from / stepMs);
}

/** At least `leastMs`, and such that there are at most `maxPoints`. */
export function stepFor(from: number, to: number, leastMs: number): number {
  for (const width of widths) {
    if (width >= leastMs && pointsIn(from, to, width) <= maxPoints) return width;
  }
  let width = Math.max(day, Math.ceil(leastMs / day) * day);
  while (pointsIn(from, to, width) > maxPoints) width *= 2;
  return width;
}

export interface Point {
  readonly at: string;
  readonly value: number | null;
  readonly n: number;
}

export interface PointOptions {
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
  /** Epoch ms: what comes after it can't have been measured. */
  readonly now: number;
  value(group: CellGroup, seconds: number): number | null;
}

/** A point for each width from `from` to `to`, whether there is a group of it or not. */
export function pointsOf(groups: readonly CellGroup[], options: PointOptions): Point[] {
  const { from, to, stepMs, now, value } = options;
  const byTime = new Map(groups.map((group) => [Math.floor(group.at / stepMs), group]));
  const points: Point[] = [];
  const first = Math.floor(from / stepMs);
  for (let k = 0; k < pointsIn(from, to, stepMs); k++) {
    const begin = (first + k) * stepMs;
    const group = byTime.get(first + k);
    // The first and the last point may be cut off, and the present one is not over.
    const ms = Math.max(Math.min(begin + stepMs, to, now) - Math.max(begin, from), second);
    const shown = group === undefined ? null : value(group, ms / second);
    const kept = shown === null ? null : Number(shown.toPrecision(9));
    points.push({ at: new Date(begin).toISOString(), value: kept, n: group?.n ?? 0 });
  }
  return points;
}
