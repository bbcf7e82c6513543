// A chart's look and behaviour for uPlot: axes, lines, the cursor that all charts of the page share.

import type uPlot from "uplot";
import { shortTime, time } from "../format/time.ts";
import { axisRange, byteSteps, type ShownUnit, ticked } from "../models/chart_units.ts";
import type { Timeline } from "../models/timeline.ts";
import { type ChartColours, strokes } from "./chart_colours.ts";
import { markRoom } from "./chart_marks.ts";

export interface ChartLook {
  readonly unit: ShownUnit;
  readonly width: number;
  readonly height: number;
  /** Colour and stroke of each line. */
  readonly lines: readonly number[];
  colours(): ChartColours;
  span(): Timeline;
  /** The cursor is at this place of the data; null: nowhere. `left` in CSS px. */
  pointed(at: number | null, left: number): void;
  drawn(plot: uPlot): void;
}

/** Charts of the page share their cursor by it. */
export const cursorKey = "page";

const font = "12px system-ui, 'Segoe UI', Roboto, 'Liberation Sans', sans-serif";

export function chartOptions(look: ChartLook): uPlot.Options {
  const { unit } = look;
  const axis = {
    stroke: () => look.colours().text,
    font,
    grid: { stroke: () => look.colours().grid, width: 1 },
    ticks: { show: false },
  };
  return {
    width: look.width,
    height: look.height,
    ms: 1,
    padding: [markRoom, 12, 0, 0],
    legend: { show: false },
    scales: {
      x: {
        range: () => {
          const { from, to } = look.span();
          return [from, to];
        },
      },
      y: { range: (_, min, max) => axisRange(unit, min, max) },
    },
    axes: [
      { ...axis, size: 26, gap: 6, space: 70, grid: { show: false }, values: timeTicks },
      {
        ...axis,
        size: 66,
        gap: 6,
        space: 32,
        values: (_, ticks) => ticks.map((tick) => ticked(unit, tick)),
        ...(unit === "bytes" ? { incrs: byteSteps } : {}),
      },
    ],
    series: [
      {},
      ...look.lines.map((colour): uPlot.Series => ({
        stroke: () => look.colours().lines[colour] ?? "gray",
        width: 1.5,
        dash: [...strokes[colour] ?? []],
        points: { size: 4 },
      })),
    ],
    cursor: {
      y: false,
      drag: { x: false, y: false, setScale: false },
      points: { size: 7 },
      sync: { key: cursorKey, setSeries: false, scales: ["x", null] },
    },
    hooks: {
      setCursor: [({ cursor: { left = -1, idx } }) => look.pointed(left < 0 ? null : idx ?? null, left)],
      draw: [(plot) => look.drawn(plot)],
    },
  };
}

const minuteMs = 60_000;

/** Seconds only where ticks are nearer than a minute; the day only where another one begins. */
function timeTicks(_: uPlot, ticks: number[]): string[] {
  const [first = 0, second = minuteMs] = ticks;
  return ticks.map((tick) => second - first < minuteMs ? time(tick) : shortTime(tick, ticks.at(-1) ?? tick));
}
