// The table that a person reads. Pure; main prints it.

import type { Figure, Series, Verdict } from "./figure.ts";
import type { MachineFacts } from "./machine.ts";

/** All figures as text: what was measured, then what it means for the bars. */
export function reportText(machine: MachineFacts, figures: readonly Figure[]): string {
  const { cores, cpu, system, loadBefore, versions } = machine;
  const lines = [
    `${cores} cores, ${cpu}, ${system}, load before ${loadBefore.toFixed(2)}`,
    Object.entries(versions).map(([name, version]) => `${name}: ${version}`).join("; "),
  ];
  for (const figure of figures) lines.push("", ...figureLines(figure));
  return `${lines.join("\n")}\n`;
}

function figureLines(figure: Figure): string[] {
  const lines = [`${figure.id}  ${figure.title}`];
  if (figure.failure !== null) return [...lines, `  FAILED: ${figure.failure}`];
  const rows = [
    ...figure.series.map((one) => [one.name, ...cells(one), ""]),
    ...figure.verdicts.map((one) => [one.what, ...cells(one.series), barText(one)]),
  ];
  return [
    ...lines,
    ...table(["", "median", "min – max", "spread", ""], rows),
    ...figure.notes.map((n) => `  ${n}`),
  ];
}

function cells({ unit, summary: { median, min, max, spread } }: Series): string[] {
  const named = unit === "ratio" ? "" : ` ${unit}`;
  const share = min > 0 ? `${Math.round(spread * 100)} %` : "–"; // Around zero a share says nothing.
  return [`${digits(median)}${named}`, `${digits(min)} – ${digits(max)}`, share];
}

function barText({ bar: { at, value }, met }: Verdict): string {
  return `${met ? "met" : "MISSED"}: bar ${at === "least" ? "≥" : "≤"} ${value}`;
}

/** Three digits that mean something, thousands apart. */
export function digits(value: number): string {
  const size = Math.abs(value);
  if (size >= 1_000) return Math.round(value).toLocaleString("en-US");
  return size >= 100
    ? value.toFixed(0)
    : size >= 10
    ? value.toFixed(1)
    : size >= 1
    ? value.toFixed(2)
    : value.toFixed(3);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? "").length))
  );
  return [head, ...rows].map((row) => {
    const line = row.map((cell, column) =>
      column === 0 || column === row.length - 1
        ? cell.padEnd(widths[column]!)
        : cell.padStart(widths[column]!)
    );
    return `  ${line.join("  ")}`.trimEnd();
  });
}
