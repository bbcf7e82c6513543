// The timeline as inline SVG: faults, breakers, latency, requests, failures and failovers, and first picks, one above the
// other on one axis of time, with each fault as a band through all of them. No script: what a second holds is a title.

import type { FaultRecord } from "../model/record.ts";
import type { ScenarioResult } from "../model/result.ts";
import { chartAxis, type Frame, gridLine, type Panel, panel, timeScale } from "./chart_frame.ts";
import { countPanels, latencyPanel, pickPanel } from "./chart_panels.ts";
import { formatMs, formatNumber } from "./format.ts";
import { faultLabel, faultWhen } from "./labels.ts";
import { element, join, type Markup } from "./markup.ts";
import { cutText } from "./plain_text.ts";
import { breakerStretches, type Cell, cellRow, shownMs } from "./timeline_buckets.ts";

/** Most columns of bars; more would be thinner than a line. */
const mostCells = 240;
const laneHeight = 20;

/** null: there is nothing to show. */
export function timelineChart(result: ScenarioResult): Markup | null {
  if (result.timeline.length === 0 && result.faults.length === 0) return null;
  const row = cellRow(result, mostCells);
  const frame: Frame = timeScale(shownMs(result), row);
  const lanes = [faultLanes(result, frame), breakerLanes(result, frame)].filter((one) => one !== null);
  const numbers = result.timeline.length === 0
    ? []
    : [latencyPanel(frame), ...countPanels(frame), pickPanel(result, frame)];
  const placed: Markup[] = [];
  let y = frame.top;
  let numbersTop = y;
  for (const [at, one] of [...lanes, ...numbers].entries()) {
    if (at === lanes.length) numbersTop = y;
    placed.push(element("g", { transform: `translate(0 ${y})` }, ...one.content));
    y += one.height + frame.gap;
  }
  const bottom = y - frame.gap;
  return element(
    "svg",
    {
      viewBox: `0 0 ${frame.width} ${bottom + 8}`,
      role: "img",
      "aria-labelledby": "chart-title chart-desc",
    },
    element("title", { id: "chart-title" }, "Timeline of the run"),
    element("desc", { id: "chart-desc" }, description(result)),
    chartAxis(frame, bottom),
    bands(result, frame, bottom),
    ...placed,
    // Not over the lanes, which have titles of their own.
    numbers.length === 0 ? null : hovers(frame, numbersTop, bottom),
  );
}

function description({ faults, timeline }: ScenarioResult): string {
  const requests = timeline.reduce((sum, point) => sum + point.requests, 0);
  const failures = timeline.reduce((sum, point) => sum + point.failures, 0);
  const failovers = timeline.reduce((sum, point) => sum + point.failovers, 0);
  const told = faults.slice(0, 12).map(({ fault }) => `${faultLabel(fault)} (${faultWhen(fault)})`);
  const more = faults.length > told.length ? ` and ${faults.length - told.length} more` : "";
  return `Latency, requests, failures, failovers and first picks per second, below the faults. ` +
    `${formatNumber(requests)} requests, ${formatNumber(failures)} failures, ${
      formatNumber(failovers)
    } failovers. ` +
    (told.length === 0
      ? "No faults."
      : `Faults: ${told.join(", ")}${more}. The tables below hold the numbers.`);
}

/** Each fault through all panels: a band, or for a single act a line. */
function bands({ faults }: ScenarioResult, frame: Frame, bottom: number): Markup {
  return join(faults.map(({ fault }) => {
    const [x, end] = ends(fault, frame);
    if (fault.endUs <= fault.startUs) {
      return element("line", { class: "act", x1: x, x2: x, y1: frame.top, y2: bottom });
    }
    return element("rect", {
      class: "band",
      x,
      y: frame.top,
      width: Math.max(1, end - x),
      height: bottom - frame.top,
    });
  }));
}

function ends({ startUs, endUs }: FaultRecord, frame: Frame): readonly [number, number] {
  return [frame.x(startUs / 1_000), frame.x(endUs / 1_000)];
}

function faultLanes({ faults }: ScenarioResult, frame: Frame): Panel | null {
  const ids = [...new Set(faults.map(({ fault }) => fault.id))];
  if (ids.length === 0) return null;
  const content = faults.map(({ fault }) => {
    const [x, end] = ends(fault, frame);
    const y = ids.indexOf(fault.id) * laneHeight;
    const title = element("title", {}, `${fault.id}: ${faultLabel(fault)}, ${faultWhen(fault)}`);
    if (fault.endUs > fault.startUs) {
      const width = Math.max(3, end - x);
      return element("rect", { class: "fault", x, y: y + 4, width, height: 12, rx: 2 }, title);
    }
    return element("path", { class: "fault", d: `M${x - 5} ${y + 4}h10l-5 12z` }, title);
  });
  return panel("Faults", ids.length * laneHeight, frame, [...laneNames(ids, frame), ...content]);
}

function breakerLanes(result: ScenarioResult, frame: Frame): Panel | null {
  const channels = [...breakerStretches(result, frame.totalMs)];
  if (channels.length === 0) return null;
  const content = channels.flatMap(([channel, stretches], lane) =>
    stretches.map(({ state, startMs, endMs }) => {
      const [x, end] = [frame.x(startMs), frame.x(endMs)];
      return element(
        "rect",
        {
          class: state === "open" ? "open" : "half",
          x,
          y: lane * laneHeight + 6,
          width: Math.max(2, end - x),
          height: 8,
        },
        element("title", {}, `${channel}: ${state.replaceAll("_", " ")} for ${formatMs(endMs - startMs)}`),
      );
    })
  );
  const names = channels.map(([channel]) => channel);
  return panel("Breakers (open, half open)", names.length * laneHeight, frame, [
    ...laneNames(names, frame),
    ...content,
  ]);
}

function laneNames(names: readonly string[], frame: Frame): Markup[] {
  return names.flatMap((name, lane) => [
    gridLine(frame, lane * laneHeight + 10),
    element(
      "text",
      { class: "soft", x: frame.left - 8, y: lane * laneHeight + 14, "text-anchor": "end" },
      cutText(name, 22),
    ),
  ]);
}

/** What each cell holds, for who points at it. */
function hovers(frame: Frame, top: number, bottom: number): Markup {
  return join(frame.row.cells.map((cell) =>
    element(
      "rect",
      {
        class: "hover",
        x: frame.x(cell.atMs),
        y: top,
        width: frame.cellWidth,
        height: bottom - top,
      },
      element("title", {}, cellTitle(cell)),
    )
  ));
}

function cellTitle({ atMs, requests, failures, failovers, p50Ms, p99Ms }: Cell): string {
  return `at ${formatNumber(atMs / 1_000)} s: ${formatNumber(requests)} requests, ${
    formatNumber(failures)
  } failures, ` +
    `${formatNumber(failovers)} failovers, p50 ${formatMs(p50Ms)}, p99 ${formatMs(p99Ms)}`;
}
