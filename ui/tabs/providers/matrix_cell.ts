// What a cell of the matrix says, in the table and in the list alike. Pure.

import { millis, percent } from "../../format/number.ts";
import { type HeatBy, heatOf, type MatrixCell, valueOf } from "../../models/heat.ts";
import { errorWords } from "../../models/provider_rows.ts";

export function figureOf(cell: MatrixCell, by: HeatBy): string {
  return by === "errors" ? percent(cell.error_ratio) : millis(valueOf(cell, by));
}

export function heatClass(cell: MatrixCell, by: HeatBy, median: number | null): string {
  const heat = heatOf(cell, by, median);
  return heat === null ? "heat-none" : `heat-${heat}`;
}

export function tipOf(cell: MatrixCell): string {
  const { provider, method, n, p50_ms, p99_ms, failed, errors } = cell;
  const words = errorWords(errors);
  return `${provider}, ${method}: p50 ${millis(p50_ms)}, p99 ${millis(p99_ms)}, ${failed} of ${n} failed${
    words === null ? "" : ` (${words})`
  }`;
}
