// The report as Markdown (GitHub's): verdict first, SLOs, the timeline as a block of fixed width, tables, configuration,
// and how to repeat. Names of others are escaped: none can start a link, a tag or a table cell.

import type { ScenarioResult, Verdict } from "../model/result.ts";
import { diffTable } from "./baseline_lines.ts";
import type { ReportDiff } from "./compare_reports.ts";
import { formatMs } from "./format.ts";
import { objections, tallyLine, verdictWords } from "./labels.ts";
import { printable, printableJson } from "./plain_text.ts";
import { safeResult } from "./safe_result.ts";
import {
  checkTable,
  comparisonTable,
  faultTable,
  loadTable,
  methodTable,
  processTable,
  sloTable,
  streamTable,
  type Table,
  withoutEmptyColumns,
  workloadTable,
  worstTable,
} from "./tables.ts";
import { timelineText } from "./timeline_text.ts";

export interface MarkdownOptions {
  readonly secrets?: Iterable<string>;
  /** The comparison with an earlier report. */
  readonly baseline?: ReportDiff | null;
}

const signs: Readonly<Record<Verdict, string>> = {
  pass: "✅ pass",
  fail: "❌ fail",
  inconclusive: "❔ inconclusive",
};

export function markdownReport(unsafe: ScenarioResult, options: MarkdownOptions = {}): string {
  const result = safeResult(unsafe, options.secrets);
  const timeline = timelineText(result);
  const blocks = [
    `# ${verdictWords[result.verdict]}: ${escaped(result.scenario)}`,
    `${escaped(tallyLine(result))}. ${formatMs(result.durationMs)}, seed ${result.seed}, ` +
    `Lasso ${escaped(result.version)}, ${escaped(result.startedAt)}.`,
    list(objections(result)),
    ...section(sloTable(result)),
    ...section(checkTable(result)),
    ...(timeline.length === 0 ? [] : ["## Timeline", fenced(timeline.join("\n"), "text")]),
    ...section(faultTable(result)),
    ...(result.unexplained.length === 0 ? [] : ["## Outside any fault", list(result.unexplained)]),
    ...section(comparisonTable(result)),
    ...baselineSection(options.baseline ?? null),
    ...section(workloadTable(result)),
    ...section(methodTable(result)),
    ...section(loadTable(result)),
    ...section(streamTable(result)),
    ...section(worstTable(result)),
    ...section(processTable(result)),
    "## Repeat",
    fenced(printable(result.command), "sh"),
    `Plan \`${printable(result.planHash).replaceAll("`", "'")}\``,
    `<details><summary>Configuration of the router</summary>`,
    fenced(printableJson(result.config), "json"),
    "</details>",
  ];
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

function section(full: Table): string[] {
  return full.rows.length === 0 ? [] : [`## ${full.title}`, markdownTable(withoutEmptyColumns(full))];
}

function baselineSection(diff: ReportDiff | null): string[] {
  if (diff === null) return [];
  const { length } = diff.regressions;
  const what = length === 0 ? "No regression" : length === 1 ? "1 regression" : `${length} regressions`;
  const table = diffTable(diff);
  return [
    "## Against the baseline",
    `**${what}** since Lasso ${escaped(diff.before.version)} of ${escaped(diff.before.startedAt)}.`,
    list([
      ...diff.regressions,
      ...diff.caveats.map((text) => `mind: ${text}`),
      ...(diff.newFaults.length === 0 ? [] : [`new faults: ${diff.newFaults.join(", ")}`]),
      ...(diff.goneFaults.length === 0 ? [] : [`faults gone: ${diff.goneFaults.join(", ")}`]),
    ]),
    table.rows.length === 0
      ? ""
      : markdownTable({ ...table, rows: table.rows.map(({ cells }) => ({ cells })) }),
  ];
}

function markdownTable({ columns, rows }: Table): string {
  const judged = rows.some(({ verdict }) => verdict !== undefined);
  const titles = [...(judged ? ["verdict"] : []), ...columns.map(({ title }) => escaped(title))];
  const rules = [
    ...(judged ? ["---"] : []),
    ...columns.map(({ align }) => align === "right" ? "---:" : "---"),
  ];
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [
    line(titles),
    line(rules),
    ...rows.map(({ cells, verdict }) =>
      line([...(judged ? [verdict === undefined ? "" : signs[verdict]] : []), ...cells.map(escaped)])
    ),
  ].join("\n");
}

function list(sentences: readonly string[]): string {
  return sentences.map((sentence) => `- ${escapedStart(sentence)}`).join("\n");
}

/** Text that stands for itself wherever it is put within a line. */
function escaped(text: string): string {
  return printable(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replace(/[\\`*[\]|~$]/g, "\\$&")
    // Within a word it marks nothing, and `eth_call` stays readable.
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, "\\_")
    // `reads #12` and `@alchemy` are no references to issues or people.
    .replace(/#(?=\d)/g, "&#35;")
    .replace(/@(?=[\p{L}\p{N}])/gu, "&#64;");
}

/** The same where a line, or an item of a list, begins: it starts no list and no heading. */
function escapedStart(text: string): string {
  return escaped(text).trimStart().replace(/^[-+#=](?=$|[\s#=-])/, "\\$&").replace(/^(\d+)([.)])/, "$1\\$2");
}

/** A block of code whose fence is longer than any within. */
function fenced(text: string, language: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}
