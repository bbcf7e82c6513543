// Which rows answer a question: the width of its points, and the times that are read from each level so that every
// second is counted once. Pure.

import { type Extent, floorTo } from "./cell_table.ts";
import { type Level, levels } from "./levels.ts";

/** Most points of an answer. */
export const maxPoints = 300;
/** Epoch ms of the last time that there is (ECMA-262, 21.4.1.1). */
const lastTime = 8_640_000_000_000_000;

/** A time that is read from one level; `from` and `to` are the bounds of its rows' times. */
export interface Segment {
  readonly level: Level;
  readonly from: number;
  readonly to: number;
}

const second = 1_000;
const minute = 60_000;
const hour = 3_600_000;
const day = 24 * hour;
/** Widths of points that read well, and that coarse levels can serve. */
const widths: readonly number[] = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * second),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * minute),
  ...[1, 2, 3, 6, 12].map((n) => n * hour),
  ...[1, 2, 7, 14, 28].map((n) => n * day),
];

/** What of a range can hold figures, whoever asks: no time before 1970, none that is no time. */
export function boundedRange(from: number, to: number): { readonly from: number; readonly to: number } {
  return { from: Math.max(from, 0), to: Math.min(to, lastTime) };
}

/** The width of the points, in ms: what was asked for, raised to what was kept and to at most 300 points. */
export function stepFor(from: number, to: number, asked: number, kept: Extent["kept"]): number {
  const base = levels.find((level) => kept[level] <= from) ?? levels[levels.length - 1]!;
  // A range that does not begin with a point touches one more.
  const least = (to - from) / (maxPoints - 1);
  if (asked >= least) return Math.max(base, Math.ceil(asked / base) * base);
  return widths.find((width) => width >= least && width % base === 0) ?? Math.ceil(least / day) * day;
}

/** `step` null: one point. Oldest first, without overlaps. */
export function segmentsFor(from: number, to: number, step: number | null, extent: Extent): Segment[] {
  const usable = levels.filter((level) => step === null || step % level === 0);
  const segments: Segment[] = [];
  cover(from, to, usable.length - 1, extent, segments);
  return segments;
}

/** As much of the time as possible from the level at `index`, the edges from finer ones. */
function cover(from: number, to: number, index: number, extent: Extent, segments: Segment[]): void {
  if (from >= to) return;
  const level = levels[index]!;
  const finer = levels[index - 1];
  if (finer === undefined) {
    segments.push({ level, from, to });
    return;
  }
  // Where the finer rows are gone, the row that the edge lies in counts whole.
  const keptFrom = extent.kept[finer];
  const start = from < keptFrom ? floorTo(from, level) : -floorTo(-from, level);
  const end = Math.min(
    to < keptFrom ? -floorTo(-to, level) : floorTo(to, level),
    extent.rolled[level],
  );
  if (start >= end) return cover(from, to, index - 1, extent, segments);
  cover(from, start, index - 1, extent, segments);
  segments.push({ level, from: start, to: end });
  cover(Math.max(from, end), to, index - 1, extent, segments);
}
