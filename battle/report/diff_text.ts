// `battle diff A B`: two reports as text, what got worse first.

import type { ScenarioResult } from "../model/result.ts";
import { baselineLines } from "./baseline_lines.ts";
import { compareReports } from "./compare_reports.ts";
import { verdictWords } from "./labels.ts";
import { painter } from "./paint.ts";
import { printable } from "./plain_text.ts";
import { safeResult } from "./safe_result.ts";
import { screenColumns } from "./text_report.ts";

export interface DiffOptions {
  readonly color: boolean;
  /** Taken between 80 and 110. Default 100. */
  readonly columns?: number;
  /** Share by which an SLO's value may be worse before it is a regression; default 0.1. */
  readonly tolerance?: number;
}

/** `before` and `after` as lines of text; ends with a line end. */
export function diffReports(before: ScenarioResult, after: ScenarioResult, options: DiffOptions): string {
  const diff = compareReports(
    safeResult(before),
    safeResult(after),
    options.tolerance === undefined ? {} : { tolerance: options.tolerance },
  );
  const paint = painter(options.color);
  const columns = screenColumns(options.columns);
  const [was, is] = [diff.before.verdict, diff.after.verdict];
  const lines = [
    `${paint.verdict(was, verdictWords[was])} → ${paint.verdict(is, verdictWords[is])}  ` +
    paint.bold(printable(diff.after.scenario)),
    `  before: Lasso ${printable(diff.before.version)}, ${printable(diff.before.startedAt)}`,
    `  after:  Lasso ${printable(diff.after.version)}, ${printable(diff.after.startedAt)}`,
    "",
    ...baselineLines(diff, columns, paint),
  ];
  return lines.map((line) => `${line}\n`).join("");
}
