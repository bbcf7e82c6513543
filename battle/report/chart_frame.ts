// What the panels of the timeline chart share: the scale of time, a panel's title, the axis and its grid. Lengths are
// those of the SVG's view box.

import { formatMs } from "./format.ts";
import { element, join, type Markup } from "./markup.ts";
import { textWidth } from "./plain_text.ts";
import type { CellRow } from "./timeline_buckets.ts";

export interface Frame {
  readonly width: number;
  /** Where time 0 is. */
  readonly left: number;
  readonly right: number;
  /** Where the first panel begins. */
  readonly top: number;
  /** Between panels; a panel's title stands in it. */
  readonly gap: number;
  readonly totalMs: number;
  readonly row: CellRow;
  readonly cellWidth: number;
  /** Of a moment, whole tenths; outside the run it is the nearest end. */
  x(ms: number): number;
}

export interface Panel {
  readonly height: number;
  readonly content: readonly Markup[];
}

export function timeScale(totalMs: number, row: CellRow): Frame {
  const [width, left, right] = [1_120, 160, 1_100];
  const perMs = (right - left) / totalMs;
  return {
    width,
    left,
    right,
    top: 52,
    gap: 30,
    totalMs,
    row,
    cellWidth: tenths(row.cellMs * perMs),
    x: (ms) => tenths(left + Math.min(totalMs, Math.max(0, ms)) * perMs),
  };
}

export function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}

/** A panel with its title above it; `key` stands at the right of the title. */
export function panel(
  title: string,
  height: number,
  frame: Frame,
  content: readonly Markup[],
  key: readonly Markup[] = [],
): Panel {
  return {
    height,
    content: [element("text", { class: "name", x: frame.left, y: -8 }, title), ...key, ...content],
  };
}

export function gridLine(frame: Frame, y: number): Markup {
  return element("line", { class: "grid", x1: frame.left, x2: frame.right, y1: y, y2: y });
}

/** A line of the grid with its value at the left. */
export function valueLine(frame: Frame, y: number, value: string): Markup {
  return join([
    gridLine(frame, y),
    element("text", { class: "soft", x: frame.left - 8, y: tenths(y + 4), "text-anchor": "end" }, value),
  ]);
}

/** Squares of colour with their names, from the right edge on. */
export function keyOf(
  frame: Frame,
  entries: readonly { readonly css: string; readonly name: string }[],
): Markup[] {
  // Text can't be measured here: so much is taken for a character, of the widest fonts.
  const perChar = 7.6;
  let x = frame.right;
  return [...entries].reverse().flatMap(({ css, name }) => {
    const text = element("text", { class: "soft", x: tenths(x), y: -8, "text-anchor": "end" }, name);
    x -= textWidth(name) * perChar + 13;
    const square = element("rect", { class: css, x: tenths(x), y: -17, width: 10, height: 10, rx: 2 });
    x -= 14;
    return [square, text];
  });
}

/** Seconds between two marks: about ten of them. */
const steps = [
  0.1,
  0.2,
  0.5,
  1,
  2,
  5,
  10,
  15,
  30,
  60,
  120,
  300,
  600,
  1_200,
  1_800,
  3_600,
  7_200,
  21_600,
  86_400,
];

export function chartAxis(frame: Frame, bottom: number): Markup {
  const stepMs = (steps.find((step) => frame.totalMs / (step * 1_000) <= 12) ?? 86_400) * 1_000;
  const marks: Markup[] = [];
  for (let at = 0; at <= frame.totalMs; at += stepMs) {
    const x = frame.x(at);
    marks.push(
      element("line", { class: "grid", x1: x, x2: x, y1: 22, y2: bottom }),
      element("text", { class: "soft", x, y: 16, "text-anchor": "middle" }, at === 0 ? "0 s" : formatMs(at)),
    );
  }
  return join(marks);
}
