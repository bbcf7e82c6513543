// The report as one HTML file: inline style and SVG, no script, nothing fetched, both colour schemes. All text goes
// through `element`, which escapes it.

import type { ScenarioResult, Verdict } from "../model/result.ts";
import { diffTable } from "./baseline_lines.ts";
import type { ReportDiff } from "./compare_reports.ts";
import { formatMs, formatNumber } from "./format.ts";
import { timelineChart } from "./html_chart.ts";
import { htmlStyle } from "./html_style.ts";
import { objections, tallyLine, verdictWords } from "./labels.ts";
import { type Child, element, join, lines, Markup } from "./markup.ts";
import { gluedUnits, printableJson } from "./plain_text.ts";
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
import { cellRow } from "./timeline_buckets.ts";

export interface HtmlOptions {
  readonly secrets?: Iterable<string>;
  /** The comparison with an earlier report. */
  readonly baseline?: ReportDiff | null;
}

export function htmlReport(unsafe: ScenarioResult, options: HtmlOptions = {}): string {
  const result = safeResult(unsafe, options.secrets);
  const html = element(
    "html",
    { lang: "en" },
    element(
      "head",
      {},
      element("meta", { charset: "utf-8" }),
      element("meta", { name: "viewport", content: "width=device-width, initial-scale=1" }),
      // Nothing is loaded and nothing runs, whatever a name may hold.
      element("meta", {
        "http-equiv": "Content-Security-Policy",
        content: "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
      }),
      element("title", {}, `${verdictWords[result.verdict]}: ${result.scenario}`),
      element("style", {}, new Markup(htmlStyle)),
    ),
    element("body", {}, element("main", {}, ...content(result, options.baseline ?? null))),
  );
  return `<!doctype html>\n${html.text}\n`;
}

function content(result: ScenarioResult, baseline: ReportDiff | null): Child[] {
  const chart = timelineChart(result);
  return [
    ...head(result),
    section(sloTable(result)),
    section(checkTable(result)),
    chart === null ? null : join([
      element("h2", {}, "Timeline"),
      scrolling("Timeline of the run", chart),
      secondsTable(result),
    ]),
    section(faultTable(result)),
    listSection("Outside any fault", result.unexplained),
    section(comparisonTable(result)),
    baselineSection(baseline),
    section(workloadTable(result)),
    section(worstTable(result)),
    section(methodTable(result)),
    section(loadTable(result)),
    section(streamTable(result)),
    section(processTable(result)),
    element("h2", {}, "Repeat"),
    element("pre", {}, result.command),
    element("p", { class: "soft" }, `Lasso ${result.version}, seed ${result.seed}, plan ${result.planHash}`),
    folded(
      "Configuration of the router",
      element("pre", {}, lines(printableJson(result.config).split("\n"))),
    ),
  ];
}

function head(result: ScenarioResult): Child[] {
  const { verdict, scenario, durationMs, seed, version, startedAt } = result;
  const against = objections(result);
  return [
    element("span", { class: `badge ${verdict}` }, verdictWords[verdict]),
    element("h1", {}, scenario),
    element("p", {}, `${tallyLine(result)}.`),
    against.length === 0 ? null : list(against),
    element("p", { class: "soft" }, `${formatMs(durationMs)}, seed ${seed}, Lasso ${version}, ${startedAt}`),
  ];
}

function list(sentences: readonly string[]): Markup {
  return element("ul", {}, ...sentences.map((sentence) => element("li", {}, sentence)));
}

function listSection(title: string, sentences: readonly string[]): Markup | null {
  return sentences.length === 0 ? null : join([element("h2", {}, title), list(sentences)]);
}

function section(full: Table): Markup | null {
  if (full.rows.length === 0) return null;
  return join([element("h2", {}, full.title), scrolling(full.title, htmlTable(withoutEmptyColumns(full)))]);
}

function baselineSection(diff: ReportDiff | null): Markup | null {
  if (diff === null) return null;
  const { length } = diff.regressions;
  const since = `since Lasso ${diff.before.version} of ${diff.before.startedAt}`;
  const sentences = [
    ...diff.regressions,
    ...diff.caveats.map((text) => `mind: ${text}`),
    ...(diff.newFaults.length === 0 ? [] : [`new faults: ${diff.newFaults.join(", ")}`]),
    ...(diff.goneFaults.length === 0 ? [] : [`faults gone: ${diff.goneFaults.join(", ")}`]),
  ];
  const table = diffTable(diff);
  const plain = { ...table, rows: table.rows.map(({ cells }) => ({ cells })) };
  return join([
    element("h2", {}, "Against the baseline"),
    element(
      "p",
      { class: length === 0 ? "pass" : "fail" },
      length === 0
        ? `No regression ${since}`
        : `${length === 1 ? "1 regression" : `${length} regressions`} ${since}`,
    ),
    sentences.length === 0 ? null : list(sentences),
    plain.rows.length === 0 ? null : scrolling(table.title, htmlTable(plain)),
  ]);
}

/** A part that is wider than a small screen: it scrolls by itself, also with the keyboard. */
function scrolling(name: string, inner: Markup): Markup {
  return element("div", { class: "scroll", role: "region", "aria-label": name, tabindex: 0 }, inner);
}

function folded(title: string, inner: Markup): Markup {
  return element("details", {}, element("summary", {}, title), inner);
}

const words: Readonly<Record<Verdict, string>> = {
  pass: "✓ pass",
  fail: "✗ fail",
  inconclusive: "? inconclusive",
};

/** Columns of sentences, which may be wrapped. */
const wide: ReadonlySet<string> = new Set(["found", "why open", "in words", "attempts", "what", "took over"]);

function htmlTable({ columns, rows }: Table): Markup {
  const judged = rows.some(({ verdict }) => verdict !== undefined);
  const css = (at: number): string | null => {
    const column = columns[at];
    if (column === undefined) return null;
    return column.align === "right" ? "right" : wide.has(column.title) ? "wide" : null;
  };
  const titles = [
    ...(judged ? [element("th", { scope: "col" }, "verdict")] : []),
    ...columns.map(({ title }, at) => element("th", { scope: "col", class: css(at) }, title)),
  ];
  const body = rows.map(({ cells, verdict }) =>
    element(
      "tr",
      {},
      ...(judged
        ? [element("td", { class: `verdict ${verdict ?? ""}` }, verdict === undefined ? "" : words[verdict])]
        : []),
      ...cells.map((cell, at) =>
        at === 0 && columns[0]?.align === "left"
          ? element("th", { scope: "row", class: cell.length <= 28 ? "short" : "wide" }, gluedUnits(cell))
          : element("td", { class: css(at) }, gluedUnits(cell))
      ),
    )
  );
  return element(
    "table",
    {},
    element("thead", {}, element("tr", {}, ...titles)),
    element("tbody", {}, ...body),
  );
}

/** The chart's numbers for those who can't see it; of long runs in longer steps. */
function secondsTable(result: ScenarioResult): Markup | null {
  if (result.timeline.length === 0) return null;
  const { cells, cellMs } = cellRow(result, 120);
  return folded(
    `The timeline as a table, in steps of ${formatMs(cellMs)}`,
    scrolling(
      "The timeline as a table",
      htmlTable({
        title: "",
        columns: [
          { title: "at", align: "left" },
          ...["requests", "failures", "failovers", "p50", "p99"].map((
            title,
          ) => ({ title, align: "right" } as const)),
        ],
        rows: cells.map((cell) => ({
          cells: [
            `${formatNumber(cell.atMs / 1_000)} s`,
            formatNumber(cell.requests),
            formatNumber(cell.failures),
            formatNumber(cell.failovers),
            formatMs(cell.p50Ms),
            formatMs(cell.p99Ms),
          ],
        })),
      }),
    ),
  );
}
