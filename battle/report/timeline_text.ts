// The timeline as lines of fixed width, for Markdown: a row per fault, per breaker, for failures, failovers, p99 and each
// provider's share of first picks, one column the same moment in all of them.

import type { ScenarioResult } from "../model/result.ts";
import { formatMs, formatNumber, formatRoughShare } from "./format.ts";
import { faultLabel } from "./labels.ts";
import { cutText, padText, printable, textWidth } from "./plain_text.ts";
import { breakerStretches, type Cell, cellRow, providersByPicks } from "./timeline_buckets.ts";

/** Most columns of the picture itself. */
const mostCells = 90;
const mostLabel = 22;
const mostNote = 40;
const bars = "▁▂▃▄▅▆▇█";

/** Lines without line ends; empty where there is nothing to show. */
export function timelineText(result: ScenarioResult): string[] {
  if (result.timeline.length === 0 && result.faults.length === 0) return [];
  const { cellMs, cells } = cellRow(result, mostCells, 200);
  const rows: Line[] = [
    ...faultRows(result, cellMs, cells.length),
    ...breakerRows(result, cellMs, cells.length),
    ...countRows(cells),
    ...latencyRow(cells),
    ...pickRows(result, cells),
  ];
  const width = Math.min(mostLabel, Math.max(...rows.map(({ label }) => textWidth(printable(label)))));
  return [
    ...axis(cellMs, cells.length, width),
    ...rows.map(({ label, row, note }) =>
      `${padText(cutText(printable(label), width), width)} ${row} ${cutText(printable(note), mostNote)}`
        .trimEnd()
    ),
    `${" ".repeat(width)} one column is ${formatMs(cellMs)}`,
  ];
}

interface Line {
  readonly label: string;
  readonly row: string;
  readonly note: string;
}

/** A mark and its second wherever there is room for both. */
function axis(cellMs: number, cells: number, width: number): string[] {
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 21_600, 86_400];
  const step = steps.find((seconds) => seconds * 1_000 / cellMs >= 8 && (seconds * 1_000) % cellMs === 0);
  const every = step === undefined ? cells : step * 1_000 / cellMs;
  let labels = "";
  let ticks = "";
  for (let at = 0; at < cells; at++) {
    ticks += at % every === 0 ? "┬" : "─";
    if (at % every === 0) labels = labels.padEnd(at) + formatMs(at * cellMs).replace(/^0 ms$/, "0 s");
  }
  const indent = " ".repeat(width + 1);
  return [indent + labels, indent + ticks];
}

/** Stretches of one id share a row. A single act, and what is shorter than a column, still shows. */
function faultRows(result: ScenarioResult, cellMs: number, cells: number): Line[] {
  const rows = new Map<string, { readonly marks: string[]; readonly note: string }>();
  for (const { fault } of result.faults) {
    const { marks } = rows.get(fault.id) ?? { marks: Array<string>(cells).fill("·") };
    rows.set(fault.id, { marks, note: faultLabel(fault) });
    const single = fault.endUs <= fault.startUs;
    fill(marks, fault.startUs / 1_000, fault.endUs / 1_000, cellMs, single ? "▼" : "█");
  }
  return [...rows].map(([label, { marks, note }]) => ({ label, row: marks.join(""), note }));
}

function breakerRows(result: ScenarioResult, cellMs: number, cells: number): Line[] {
  return [...breakerStretches(result, cells * cellMs)].map(([channel, stretches]) => {
    const marks = Array<string>(cells).fill("·");
    for (const { state, startMs, endMs } of stretches) {
      fill(marks, startMs, endMs, cellMs, state === "open" ? "▓" : "░");
    }
    return { label: `breaker ${channel}`, row: marks.join(""), note: "▓ open ░ half open" };
  });
}

function fill(marks: string[], startMs: number, endMs: number, cellMs: number, mark: string): void {
  if (endMs < 0) return;
  const first = Math.max(0, Math.floor(startMs / cellMs));
  const last = Math.max(first, Math.ceil(endMs / cellMs) - 1);
  for (let at = first; at <= last && at < marks.length; at++) marks[at] = mark;
}

function countRows(cells: readonly Cell[]): Line[] {
  const row = (label: string, of: (cell: Cell) => number): Line => {
    const values = cells.map(of);
    const most = Math.max(0, ...values);
    return {
      label,
      row: values.map((value) => value === 0 ? "·" : bar(value / most)).join(""),
      note: most === 0 ? "none" : `most ${formatNumber(most)} a column`,
    };
  };
  return [
    row("requests", ({ requests }) => requests),
    row("failures", ({ failures }) => failures),
    row("failovers", ({ failovers }) => failovers),
  ];
}

/** On a logarithmic scale, so that one bad second leaves the others to be seen. */
function latencyRow(cells: readonly Cell[]): Line[] {
  const known = cells.map(({ p99Ms }) => p99Ms).filter((value) => value !== null && value > 0);
  const values = known as number[];
  if (values.length === 0) return [];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  // At least one factor of ten, or noise would look like mountains.
  const floor = Math.min(low, high / 10);
  const row = cells.map(({ p99Ms }) =>
    p99Ms === null ? " " : bar(Math.log(Math.max(p99Ms, floor) / floor) / Math.log(high / floor))
  ).join("");
  return [{ label: "p99", row, note: `${formatMs(low)} to ${formatMs(high)}, log` }];
}

function pickRows(result: ScenarioResult, cells: readonly Cell[]): Line[] {
  const total = (cell: Cell): number => Object.values(cell.picks).reduce((sum, count) => sum + count, 0);
  const all = cells.reduce((sum, cell) => sum + total(cell), 0);
  const of = (cell: Cell, provider: string): number =>
    Object.hasOwn(cell.picks, provider) ? cell.picks[provider] ?? 0 : 0;
  return providersByPicks(result).map((provider) => {
    const own = cells.reduce((sum, cell) => sum + of(cell, provider), 0);
    return {
      label: `picks ${provider}`,
      row: cells.map((cell) => of(cell, provider) === 0 ? "·" : bar(of(cell, provider) / total(cell))).join(
        "",
      ),
      note: `${formatRoughShare(all === 0 ? 0 : own / all)} of all`,
    };
  });
}

/** `share` 0..1. */
function bar(share: number): string {
  return bars[Math.min(bars.length - 1, Math.max(0, Math.ceil(share * bars.length) - 1))] ?? " ";
}
