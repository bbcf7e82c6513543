// Tables for a terminal: columns as wide as their widest cell, two spaces between, no lines. Where that is wider than
// the screen, columns that may are wrapped, the widest first, so that nothing is lost.

import { padText, printable, textWidth, wrapText } from "./plain_text.ts";
import { type Table, withoutColumns } from "./tables.ts";

export interface TextTableOptions {
  /** Columns of the screen. */
  readonly columns: number;
  /** Titles of columns that may be wrapped. */
  readonly wrap: readonly string[];
  /** Titles of columns that are left out, one after another, where wrapping is not enough. */
  readonly drop?: readonly string[];
  /** Put below a row, indented, as wide as the screen; empty: nothing. */
  readonly below?: readonly string[];
  /** Put before the first line of each row, and spaces of the same width before its others; such as a mark. */
  readonly before: (row: Table["rows"][number]) => string;
  /** Width of what `before` gives, without colour. */
  readonly beforeWidth: number;
  /** Applied to finished lines of titles, and of what stands below rows. */
  readonly dim: (line: string) => string;
}

const gap = 2;
const narrowest = 14;

/** Lines without line ends. */
export function textTable(table: Table, options: TextTableOptions): string[] {
  const rows = table.rows.map((row) => row.cells.map(printable));
  const titles = table.columns.map(({ title }) => title);
  const widths = fit(
    titles.map((title, at) =>
      Math.max(...title.split(" ").map(textWidth), ...rows.map((cells) => textWidth(cells[at] ?? "")))
    ),
    titles.map((title) => options.wrap.includes(title)),
    options.columns - options.beforeWidth,
  );
  const [dropped, ...drop] = options.drop ?? [];
  if (dropped !== undefined && totalWidth(widths) > options.columns - options.beforeWidth) {
    return textTable(withoutColumns(table, [dropped]), { ...options, drop });
  }
  const indent = " ".repeat(options.beforeWidth);
  const lines = block(table, widths, titles, "bottom").map((line) => options.dim(indent + line));
  for (const [at, cells] of rows.entries()) {
    const row = table.rows[at];
    const shown = block(table, widths, cells, "top");
    lines.push(
      ...shown.map((line, y) => (y === 0 && row !== undefined ? options.before(row) : indent) + line),
    );
    const below = printable(options.below?.[at] ?? "");
    if (below === "") continue;
    const room = options.columns - options.beforeWidth - 2;
    lines.push(...wrapText(below, room).map((line) => options.dim(`${indent}  ${line}`)));
  }
  return lines;
}

/** One row's cells, wrapped to their widths, as lines; shorter cells stand at the top or at the bottom. */
function block(
  table: Table,
  widths: readonly number[],
  cells: readonly string[],
  stand: "top" | "bottom",
): string[] {
  const wrapped = cells.map((cell, at) => wrapText(cell, widths[at] ?? 1));
  const height = Math.max(1, ...wrapped.map((pieces) => pieces.length));
  return Array.from({ length: height }, (_, y) =>
    line(
      table,
      widths,
      wrapped.map((pieces) => pieces[stand === "top" ? y : y - height + pieces.length] ?? ""),
    ));
}

function line(table: Table, widths: readonly number[], cells: readonly string[]): string {
  return cells.map((cell, at) => padText(cell, widths[at] ?? 0, table.columns[at]?.align)).join(
    " ".repeat(gap),
  )
    .trimEnd();
}

function totalWidth(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, 0) + gap * (widths.length - 1);
}

/** Takes columns from the widest of those that may be wrapped until all fits, or all are as narrow as they may be. */
function fit(wanted: readonly number[], mayWrap: readonly boolean[], columns: number): number[] {
  const widths = [...wanted];
  while (totalWidth(widths) > columns) {
    let widest = -1;
    for (const [at, width] of widths.entries()) {
      if (mayWrap[at] && width > narrowest && width > (widths[widest] ?? 0)) widest = at;
    }
    if (widest < 0) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}
