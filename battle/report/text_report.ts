// The report for a terminal, one screen: verdict and what speaks against it first, then SLOs, checks, faults, workloads,
// the worst ten requests with their attempts, and how to repeat. `battle` prints it; colour only where it is told to.

import type {
  ChainLoad,
  CheckResult,
  FaultResult,
  ScenarioResult,
  Verdict,
  WorkloadResult,
} from "../model/result.ts";
import { baselineLines } from "./baseline_lines.ts";
import type { ReportDiff } from "./compare_reports.ts";
import { formatMs, formatNumber } from "./format.ts";
import {
  faultLabel,
  loadLabel,
  objections,
  outcomesLabel,
  sharesLabel,
  streamsLabel,
  tallyLine,
  verdictWords,
} from "./labels.ts";
import { type Paint, painter } from "./paint.ts";
import { cutText, printable, textWidth, wrapText } from "./plain_text.ts";
import { safeResult } from "./safe_result.ts";
import {
  comparisonTable,
  faultTable,
  sloTable,
  type Table,
  withoutColumns,
  withoutEmptyColumns,
  workloadTable,
  worstTable,
} from "./tables.ts";
import { textTable } from "./text_table.ts";

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
/** Sent so much after its time a request is late: what a timer may be off is not told. */
const lateMs = 2;
const marks: Readonly<Record<Verdict, string>> = { pass: "✓", fail: "✗", inconclusive: "?" };

/** Ends with a line end. */
export function textReport(unsafe: ScenarioResult, options: TextOptions): string {
  const result = safeResult(unsafe, options.secrets);
  const paint = painter(options.color);
  const columns = screenColumns(options.columns);
  const screen: Screen = { columns, paint };
  const faults = shownFaults(result.faults);
  const { comparison } = result;
  const lines = [
    ...head(result, screen),
    ...section(withoutColumns(sloTable(result), ["why open"]), screen, { wrap: ["of"], drop: ["samples"] }),
    ...checkLines(result.checks, screen),
    ...section(withoutColumns(comparisonTable(result), ["in words"]), screen, {
      below: comparison === null ? [] : [comparison.text],
    }),
    ...baselineSection(options.baseline ?? null, screen),
    ...section(withoutColumns(faultTable(result, faults), ["what", "took over"]), screen, {
      wrap: ["fault"],
      drop: ["shifted", "recovered"],
      below: faults.map(faultLine),
    }),
    ...moreFaults(result.faults.length - faults.length, paint),
    ...unexplainedLines(result.unexplained, screen),
    ...section(
      withoutColumns(workloadTable(result), ["answered", "late p99", "not a result"]),
      screen,
      { wrap: ["workload"], drop: ["p95", "p99.9", "planned"], below: result.workloads.map(workloadLine) },
    ),
    ...(result.streams === null ? [] : ["", `${paint.bold("Streams")}  ${streamsLabel(result.streams)}`]),
    ...loadLines(result.load, screen),
    ...section(worstTable(result), screen, {
      wrap: ["request", "method", "outcome", "attempts"],
      drop: ["outcome"],
    }),
    "",
    paint.bold("Repeat"),
    `  ${printable(result.command)}`,
    paint.dim(
      cutText(
        `  Lasso ${printable(result.version)}, plan ${printable(result.planHash).slice(0, 16)}`,
        columns,
      ),
    ),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

/** What a screen of so many columns is taken for. */
export function screenColumns(columns = 100): number {
  return Math.min(110, Math.max(80, Math.floor(columns)));
}

interface Screen {
  readonly columns: number;
  readonly paint: Paint;
}

function head(result: ScenarioResult, { columns, paint }: Screen): string[] {
  const word = verdictWords[result.verdict];
  const indent = " ".repeat(word.length + 2);
  const room = columns - indent.length;
  const facts = `${formatMs(result.durationMs)}, seed ${result.seed}`;
  const [name = "", ...moreName] = wrapText(printable(result.scenario), room);
  const fill = room - textWidth(name) - textWidth(facts);
  const beside = moreName.length === 0 && fill >= 2;
  const against = objections(result);
  return [
    `${paint.verdict(result.verdict, word)}  ${paint.bold(name)}` +
    (beside ? " ".repeat(fill) + paint.dim(facts) : ""),
    ...moreName.map((line) => indent + paint.bold(line)),
    ...(beside ? [] : [indent + paint.dim(facts)]),
    ...wrapText(tallyLine(result), room).map((line) => indent + line),
    ...against.slice(0, mostRows).flatMap((sentence) => item(sentence, columns, indent)),
    ...(against.length > mostRows ? [`${indent}- and ${against.length - mostRows} more`] : []),
  ];
}

/** A point of a list, with its further lines below its text. */
function item(text: string, columns: number, indent: string): string[] {
  return wrapText(printable(text), columns - indent.length - 2)
    .map((line, at) => `${indent}${at === 0 ? "- " : "  "}${line}`);
}

interface SectionOptions {
  readonly wrap?: readonly string[];
  readonly drop?: readonly string[];
  readonly below?: readonly string[];
}

function section(
  full: Table,
  { columns, paint }: Screen,
  { wrap = [], drop = [], below = [] }: SectionOptions,
): string[] {
  if (full.rows.length === 0) return [];
  const table = withoutEmptyColumns(full);
  const judged = table.rows.some(({ verdict }) => verdict !== undefined);
  const indent = " ".repeat(judged ? 4 : 2);
  return [
    "",
    paint.bold(table.title),
    ...textTable(table, {
      columns,
      wrap,
      drop,
      below,
      beforeWidth: indent.length,
      before: ({ verdict }) =>
        verdict === undefined ? indent : `  ${paint.verdict(verdict, marks[verdict])} `,
      dim: paint.dim,
    }),
  ];
}

/** Their names: what speaks against them stands above. What is to be known of those that passed follows. */
function checkLines(checks: readonly CheckResult[], { columns, paint }: Screen): string[] {
  if (checks.length === 0) return [];
  const lines: string[] = [];
  let width = columns;
  for (const { name, verdict } of checks) {
    const size = name.length + 4;
    if (width + size > columns) {
      lines.push(" ");
      width = 2;
    }
    lines[lines.length - 1] += ` ${paint.verdict(verdict, marks[verdict])} ${name} `;
    width += size;
  }
  const told = checks.filter(({ verdict }) => verdict === "pass").flatMap(({ name, details }) =>
    details.flatMap((detail) => wrapText(`${name}: ${detail}`, columns - 4).map((line) => `    ${line}`))
  );
  return ["", paint.bold("Checks"), ...lines.map((line) => line.trimEnd()), ...told];
}

/** The faults that did most harm, in order of time. */
function shownFaults(faults: readonly FaultResult[]): readonly FaultResult[] {
  if (faults.length <= mostRows) return faults;
  const slowest = ({ failover }: FaultResult): number => failover?.maxMs ?? 0;
  const byHarm = [...faults].sort((a, b) =>
    b.blast - a.blast || slowest(b) - slowest(a) || (b.detectionMs ?? 0) - (a.detectionMs ?? 0)
  );
  const worst = new Set(byHarm.slice(0, mostRows));
  return faults.filter((fault) => worst.has(fault));
}

function faultLine({ fault, tookOver }: FaultResult): string {
  const shares = sharesLabel(tookOver);
  return faultLabel(fault) + (shares === "" ? "" : `; answered by ${shares}`);
}

function loadLines(load: readonly ChainLoad[], { columns, paint }: Screen): string[] {
  if (load.length === 0) return [];
  const title = "Load";
  const indent = " ".repeat(title.length + 2);
  const lines = load.flatMap((chain) => {
    const text = load.length === 1 ? loadLabel(chain) : `${chain.chain}: ${loadLabel(chain)}`;
    return wrapText(printable(text), columns - indent.length);
  });
  return ["", ...lines.map((line, at) => at === 0 ? `${paint.bold(title)}  ${line}` : indent + line)];
}

/** Only what is not as it should be. */
function workloadLine(workload: WorkloadResult): string {
  const { planned, answered, latenessMs } = workload;
  return [
    answered === planned ? "" : `${formatNumber(answered)} answered`,
    outcomesLabel(workload),
    latenessMs.n === 0 || latenessMs.p99 < lateMs ? "" : `sent late by ${formatMs(latenessMs.p99)} at p99`,
  ].filter((part) => part !== "").join("; ");
}

function moreFaults(more: number, paint: Paint): string[] {
  return more === 0 ? [] : [paint.dim(`  and ${more} ${more === 1 ? "fault" : "faults"} that did less harm`)];
}

function unexplainedLines(unexplained: readonly string[], { columns, paint }: Screen): string[] {
  if (unexplained.length === 0) return [];
  const shown = unexplained.slice(0, 5);
  const more = unexplained.length - shown.length;
  return [
    "",
    paint.bold("Outside any fault"),
    ...shown.flatMap((text) => item(text, columns, "  ")),
    ...(more > 0 ? [paint.dim(`  and ${more} more`)] : []),
  ];
}

function baselineSection(diff: ReportDiff | null, { columns, paint }: Screen): string[] {
  return diff === null
    ? []
    : ["", paint.bold("Against the baseline"), ...baselineLines(diff, columns, paint)];
}
