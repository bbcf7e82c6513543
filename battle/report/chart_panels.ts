// The panels of numbers in the timeline chart: latency, requests, failures and failovers, and who was picked first.

import type { ScenarioResult } from "../model/result.ts";
import { type Frame, gridLine, keyOf, type Panel, panel, tenths, valueLine } from "./chart_frame.ts";
import { formatMs, formatNumber } from "./format.ts";
import { providerColors } from "./html_style.ts";
import { element, join, type Markup } from "./markup.ts";
import { cutText } from "./plain_text.ts";
import { type Cell, providersByPicks } from "./timeline_buckets.ts";

/** On a logarithmic scale from a round number to a round number. */
export function latencyPanel(frame: Frame): Panel {
  const height = 150;
  const { cells } = frame.row;
  const values = cells.flatMap(({ p50Ms, p99Ms }) => [p50Ms, p99Ms]).filter((value) =>
    value !== null && value > 0
  );
  const known = values as number[];
  const low = 10 ** Math.floor(Math.log10(Math.min(...known, 100)));
  const high = Math.max(low * 10, 10 ** Math.ceil(Math.log10(Math.max(...known, low))));
  const y = (ms: number): number =>
    tenths(height * (1 - Math.log(Math.max(ms, low) / low) / Math.log(high / low)));
  const grid: Markup[] = [];
  for (let ms = low; ms <= high * 1.001; ms *= 10) grid.push(valueLine(frame, y(ms), formatMs(ms)));
  return panel(
    "Latency per second, logarithmic",
    height,
    frame,
    [
      ...grid,
      polyline(frame, cells.map(({ p50Ms }) => p50Ms), "line p50", y),
      polyline(frame, cells.map(({ p99Ms }) => p99Ms), "line p99", y),
    ],
    keyOf(frame, [{ css: "key-p50", name: "p50" }, { css: "key-p99", name: "p99" }]),
  );
}

/** A line through the middles of cells; where nothing was measured it has a gap. */
function polyline(
  frame: Frame,
  values: readonly (number | null)[],
  css: string,
  y: (value: number) => number,
): Markup {
  let path = "";
  let draws = false;
  for (const [at, value] of values.entries()) {
    if (value === null) {
      draws = false;
      continue;
    }
    const x = tenths(frame.x((at + 0.5) * frame.row.cellMs));
    path += `${draws ? "L" : "M"}${x} ${y(value)}`;
    // A point alone would not show: it is drawn as a dot.
    if (!draws && (values[at + 1] ?? null) === null) path += "h0.1";
    draws = true;
  }
  return element("path", { class: css, d: path === "" ? null : path });
}

export function countPanels(frame: Frame): Panel[] {
  const { cellMs } = frame.row;
  const per = cellMs === 1_000 ? "per second" : `per ${formatMs(cellMs)}`;
  return [
    barPanel(frame, `Requests ${per}`, 56, "requests", ({ requests }) => requests),
    barPanel(frame, `Failures ${per}`, 36, "failures", ({ failures }) => failures),
    barPanel(frame, `Failovers ${per}`, 36, "failovers", ({ failovers }) => failovers),
  ];
}

function barPanel(
  frame: Frame,
  title: string,
  height: number,
  css: string,
  of: (cell: Cell) => number,
): Panel {
  const { cells } = frame.row;
  const most = Math.max(0, ...cells.map(of));
  if (most === 0) return panel(`${title}: none`, 2, frame, [gridLine(frame, 0)]);
  const content = cells.map((cell) => {
    if (of(cell) === 0) return null;
    // One failure among thousands must still be seen.
    const tall = Math.max(2.5, tenths(height * of(cell) / most));
    return element("rect", {
      class: css,
      x: frame.x(cell.atMs),
      y: tenths(height - tall),
      width: barWidth(frame),
      height: tall,
    });
  });
  return panel(title, height, frame, [
    valueLine(frame, 0, formatNumber(most)),
    valueLine(frame, height, "0"),
    join(content),
  ]);
}

/** Bars stand apart where there is room for it. */
function barWidth({ cellWidth }: Frame): number {
  return Math.max(0.8, tenths(cellWidth - (cellWidth > 5 ? 1 : 0)));
}

/** Stacked shares; providers beyond the colours are added up. */
export function pickPanel(result: ScenarioResult, frame: Frame): Panel {
  const height = 90;
  const providers = providersByPicks(result);
  const own = providers.slice(0, providerColors);
  const others = providers.slice(providerColors);
  const groups = [
    ...own.map((name, at) => ({ css: `c${at}`, name: cutText(name, 18), members: [name] })),
    ...(others.length === 0
      ? []
      : [{ css: `c${providerColors}`, name: `${others.length} others`, members: others }]),
  ];
  const bars = frame.row.cells.flatMap((cell) => {
    const total = Object.values(cell.picks).reduce((sum, count) => sum + count, 0);
    let below = 0;
    return groups.map(({ css, members }) => {
      const count = members.reduce(
        (sum, name) => sum + (Object.hasOwn(cell.picks, name) ? cell.picks[name] ?? 0 : 0),
        0,
      );
      if (count === 0) return null;
      const from = below / total;
      below += count;
      return element("rect", {
        class: css,
        x: frame.x(cell.atMs),
        y: tenths(height * (1 - below / total)),
        width: barWidth(frame),
        height: tenths(height * (below / total - from)),
      });
    });
  });
  return panel(
    "First picks by provider",
    height,
    frame,
    [valueLine(frame, 0, "100 %"), valueLine(frame, height, "0 %"), join(bars)],
    keyOf(frame, groups),
  );
}
