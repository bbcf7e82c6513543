// What changed between two reports, in lines for a terminal: used by `battle diff` and, below the SLOs, by a report that
// was given a baseline.

import type { Verdict } from "../model/result.ts";
import type { ReportDiff, SloChange } from "./compare_reports.ts";
import { formatChange, formatPair, formatValue, nothing, unitOf } from "./format.ts";
import type { Paint } from "./paint.ts";
import { printable, wrapText } from "./plain_text.ts";
import type { Table } from "./tables.ts";
import { textTable } from "./text_table.ts";

/** Every SLO and check of both, before and after. */
export function diffTable(diff: ReportDiff): Table {
  return {
    title: "Before and after",
    columns: [
      { title: "SLO or check", align: "left" },
      { title: "of", align: "left" },
      { title: "before", align: "right" },
      { title: "after", align: "right" },
      { title: "change", align: "right" },
      { title: "verdict", align: "left" },
    ],
    rows: [
      ...diff.slos.map((slo) => ({
        ...mark(slo),
        cells: [slo.key, slo.scope, ...valueCells(slo), formatChange(slo.change), turn(slo)],
      })),
      ...diff.checks.map((check) => ({
        ...mark({ ...check, worse: false, better: false }),
        cells: [check.name, "", nothing, nothing, nothing, turn(check)],
      })),
    ],
  };
}

function valueCells({ key, before, after }: SloChange): readonly [string, string] {
  if (before !== null && after !== null) return formatPair(before, after, unitOf(key));
  return [formatValue(before, unitOf(key)), formatValue(after, unitOf(key))];
}

type Turn = Pick<SloChange, "verdictBefore" | "verdictAfter">;

function turn({ verdictBefore, verdictAfter }: Turn): string {
  if (verdictBefore === null) return `new, ${verdictAfter ?? ""}`;
  if (verdictAfter === null) return `gone, was ${verdictBefore}`;
  return verdictBefore === verdictAfter ? verdictAfter : `${verdictBefore} → ${verdictAfter}`;
}

const rank: Readonly<Record<Verdict, number>> = { pass: 0, inconclusive: 1, fail: 2 };

/** The mark says which way it went, not how it stands: worse, better, or neither. */
function mark(
  { verdictBefore: a, verdictAfter: b, worse, better }: Turn & Pick<SloChange, "worse" | "better">,
): { readonly verdict?: Verdict } {
  const turned = a === null || b === null ? 0 : rank[b] - rank[a];
  if (turned > 0 || (worse && turned === 0)) return { verdict: "fail" };
  return turned < 0 || better ? { verdict: "pass" } : {};
}

const arrows: Readonly<Record<Verdict, string>> = { pass: "+", fail: "!", inconclusive: " " };

/** Lines without line ends: regressions first, then what to mind, the table, and faults that come or go. */
export function baselineLines(diff: ReportDiff, columns: number, paint: Paint): string[] {
  const item = (text: string): string[] =>
    wrapText(printable(text), columns - 4).map((line, at) => `${at === 0 ? "  - " : "    "}${line}`);
  const table = diffTable(diff);
  const { length } = diff.regressions;
  return [
    length === 0
      ? `  ${paint.verdict("pass", "no regression")} since Lasso ${printable(diff.before.version)} of ${
        printable(diff.before.startedAt)
      }`
      : `  ${paint.verdict("fail", length === 1 ? "1 regression" : `${length} regressions`)} since Lasso ${
        printable(diff.before.version)
      } of ${printable(diff.before.startedAt)}`,
    ...diff.regressions.flatMap(item),
    ...diff.caveats.flatMap((text) => item(`mind: ${text}`)),
    ...(table.rows.length === 0 ? [] : textTable(table, {
      columns,
      wrap: ["of", "SLO or check"],
      beforeWidth: 4,
      before: ({ verdict }) =>
        verdict === undefined ? "    " : `  ${paint.verdict(verdict, arrows[verdict])} `,
      dim: paint.dim,
    })),
    ...(diff.newFaults.length === 0 ? [] : item(`new faults: ${diff.newFaults.join(", ")}`)),
    ...(diff.goneFaults.length === 0 ? [] : item(`faults gone: ${diff.goneFaults.join(", ")}`)),
  ];
}
