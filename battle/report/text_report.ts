// The report for a terminal, one screen: verdict and what speaks against it first, then SLOs, checks, faults, workloads,
// the worst ten requests with their attempts, and how to repeat. `battle` prints it; colour only where it is told to.

import type { FaultResult, ScenarioResult, Verdict } from "../model/result.ts";
import { baselineLines } from "./baseline_lines.ts";
import type { ReportDiff } from "./compare_reports.ts";
import { formatMs } from "./format.ts";
import { objections, tallyLine, verdictWords } from "./labels.ts";
import { printable, textWidth, wrapText } from "./plain_text.ts";
import { safeResult } from "./safe_result.ts";
import {
  checkTable,
  comparisonTable,
  faultTable,
  methodTable,
  sloTable,
  streamTable,
  type Table,
  withoutEmptyColumns,
  workloadTable,
  worstTable,
} from "./tables.ts";
import { textTable } from "./text_table.ts";
import { type Paint, painter } from "./paint.ts";

export interface TextOptions {
  /** Colours are welcome. */
  readonly color: boolean;
  /** Columns of the screen; taken between 80 and 110. Default 100. */
  readonly columns?: number;
  readonly secrets?: Iterable<string>;
  /** The comparison with an earlier report. */
  readonly baseline?: ReportDiff | null;
}

/** Rows of a table beyond which the rest is only counted: the screen is one. */
const mostRows = 12;
const marks: Readonly<Record<Verdict, string>> = { pass: "✓", fail: "✗", inconclusive: "?" };

/** Ends with a line end. */
export function textReport(unsafe: ScenarioResult, options: TextOptions): string {
  const result = safeResult(unsafe, options.secrets);
  const paint = painter(options.color);
  const columns = Math.min(110, Math.max(80, Math.floor(options.columns ?? 100)));
  const show = (table: Table, wrap: readonly string[] = []): string[] => section(table, columns, wrap, paint);
  const lines = [
    ...head(result, columns, paint),
    ...show(sloTable(result), ["of", "why open"]),
    ...show(checkTable(result), ["found"]),
    ...show(comparisonTable(result), ["in words"]),
    ...baselineSection(options.baseline ?? null, columns, paint),
    ...show(shownFaults(result), ["fault", "what", "took over"]),
    ...moreFaults(result.faults, paint),
    ...unexplained(result, columns, paint),
    ...show(workloadTable(result), ["workload", "not a result"]),
    ...(result.worst.length === 0 && result.workloads.length === 1 ? show(methodTable(result)) : []),
    ...show(streamTable(result)),
    ...show(worstTable(result), ["request", "attempts"]),
    "",
    paint.bold("Repeat"),
    `  ${printable(result.command)}`,
    paint.dim(`  Lasso ${printable(result.version)}, plan ${printable(result.planHash).slice(0, 16)}`),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function head(result: ScenarioResult, columns: number, paint: Paint): string[] {
  const word = verdictWords[result.verdict];
  const indent = " ".repeat(word.length + 2);
  const facts = `${formatMs(result.durationMs)}, seed ${result.seed}`;
  const wrapped = (text: string, hang: string): string[] =>
    wrapText(printable(text), columns - hang.length).map((line, at) =>
      (at === 0 ? hang : " ".repeat(hang.length)) + line
    );
  const name = wrapped(result.scenario, indent).map((line) => line.slice(indent.length));
  const room = columns - indent.length - textWidth(name[0] ?? "") - textWidth(facts);
  const first = room >= 2 && name.length === 1 ? `${" ".repeat(room)}${paint.dim(facts)}` : "";
  const lines = [
    `${paint.verdict(result.verdict, word)}  ${paint.bold(name[0] ?? "")}${first}`,
    ...name.slice(1).map((line) => indent + paint.bold(line)),
    ...(first === "" ? [indent + paint.dim(facts)] : []),
    indent + tallyLine(result),
  ];
  const against = objections(result);
  for (const sentence of against.slice(0, mostRows)) lines.push(...wrapped(sentence, `${indent}- `));
  if (against.length > mostRows) lines.push(`${indent}- and ${against.length - mostRows} more`);
  return lines;
}

function section(full: Table, columns: number, wrap: readonly string[], paint: Paint): string[] {
  if (full.rows.length === 0) return [];
  const table = withoutEmptyColumns(full);
  const judged = table.rows.some(({ verdict }) => verdict !== undefined);
  return [
    "",
    paint.bold(table.title),
    ...textTable(table, {
      columns,
      wrap,
      beforeWidth: judged ? 4 : 2,
      before: ({ verdict }) =>
        verdict === undefined ? " ".repeat(judged ? 4 : 2) : `  ${paint.verdict(verdict, marks[verdict])} `,
      title: paint.dim,
    }),
  ];
}

/** The faults that did most harm, in order of time. */
function shownFaults(result: ScenarioResult): Table {
  const { faults } = result;
  if (faults.length <= mostRows) return faultTable(result);
  const harm = ({ blast, failover, detectionMs }: FaultResult): number =>
    blast * 1e12 + (failover?.maxMs ?? 0) * 1e3 + (detectionMs ?? 0) / 1e3;
  const worst = new Set([...faults].sort((a, b) => harm(b) - harm(a)).slice(0, mostRows));
  return faultTable(result, faults.filter((fault) => worst.has(fault)));
}

function moreFaults(faults: readonly FaultResult[], paint: Paint): string[] {
  const more = faults.length - mostRows;
  if (more <= 0) return [];
  return [paint.dim(`  and ${more} ${more === 1 ? "fault" : "faults"} that did less harm`)];
}

function unexplained({ unexplained }: ScenarioResult, columns: number, paint: Paint): string[] {
  if (unexplained.length === 0) return [];
  const shown = unexplained.slice(0, 5);
  return [
    "",
    paint.bold("Outside any fault"),
    ...shown.flatMap((text) =>
      wrapText(printable(text), columns - 4).map((line, at) => `${at === 0 ? "  - " : "    "}${line}`)
    ),
    ...(unexplained.length > shown.length
      ? [paint.dim(`  and ${unexplained.length - shown.length} more`)]
      : []),
  ];
}

function baselineSection(diff: ReportDiff | null, columns: number, paint: Paint): string[] {
  if (diff === null) return [];
  return ["", paint.bold("Against the baseline"), ...baselineLines(diff, columns, paint)];
}
