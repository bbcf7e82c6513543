// Marks drawn on a chart's canvas: a line down through it and a shape on top, another one for each kind.

import type uPlot from "uplot";
import { groupedMarks, type Mark, type MarkGroup, type MarkKind, markKinds } from "../models/marks.ts";
import type { ChartColours } from "./chart_colours.ts";

/** Room above the lines, in CSS px. */
export const markRoom = 14;
const apart = 9;
const size = 4;

/** Those in view, with their place in CSS px from the left of the plot. */
export function markGroups(plot: uPlot, marks: readonly Mark[]): readonly MarkGroup[] {
  const { min, max } = plot.scales["x"] ?? {};
  if (min === undefined || max === undefined) return [];
  const shown = marks.filter(({ at }) => at >= min && at <= max);
  return groupedMarks(shown, (at) => plot.valToPos(at, "x"), apart);
}

export function drawMarks(plot: uPlot, marks: readonly Mark[], colours: ChartColours): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  const groups = markGroups(plot, marks);
  const places: number[] = [];
  ctx.save();
  ctx.lineWidth = ratio;
  ctx.setLineDash([3 * ratio, 3 * ratio]);
  // What causes goes first: of shapes that would lie on each other, it is the one that is drawn.
  for (const kind of markKinds) {
    ctx.strokeStyle = ctx.fillStyle = colours.marks[kind];
    for (const { x, marks: [first] } of groups) {
      if (first.kind !== kind) continue;
      const left = Math.round(bbox.left + x * ratio) + 0.5;
      ctx.globalAlpha = 0.55;
      ctx.beginPath();
      ctx.moveTo(left, bbox.top);
      ctx.lineTo(left, bbox.top + bbox.height);
      ctx.stroke();
      ctx.globalAlpha = 1;
      if (places.some((place) => Math.abs(place - x) < apart)) continue;
      places.push(x);
      ctx.fill(shapes[kind](left, bbox.top - (size + 2) * ratio, size * ratio));
    }
  }
  ctx.restore();
}

/** By middle and half width. */
const shapes: Readonly<Record<MarkKind, (x: number, y: number, r: number) => Path2D>> = {
  fault: (x, y, r) => path([[x, y - r], [x + r, y + r], [x - r, y + r]]),
  breaker: (x, y, r) => {
    const s = r / 2;
    return path([
      ...[[x - r, y - s], [x - s, y - r], [x, y - s], [x + s, y - r], [x + r, y - s], [x + s, y]] as const,
      ...[[x + r, y + s], [x + s, y + r], [x, y + s], [x - s, y + r], [x - r, y + s], [x - s, y]] as const,
    ]);
  },
  config: (x, y, r) => path([[x - r, y - r], [x + r, y - r], [x + r, y + r], [x - r, y + r]]),
  deploy: (x, y, r) => path([[x, y - r], [x + 2 * r, y], [x, y + r]]),
  alert: (x, y, r) => path([[x, y - r], [x + r, y], [x, y + r], [x - r, y]]),
};

function path(points: readonly (readonly [number, number])[]): Path2D {
  const drawn = new Path2D();
  points.forEach(([x, y], i) => i === 0 ? drawn.moveTo(x, y) : drawn.lineTo(x, y));
  drawn.closePath();
  return drawn;
}
