// The tables of a report as plain cells, so that text, Markdown and HTML say the same in the same order. Cells are not
// escaped: the format that shows them does that.

import type { FaultResult, Quantiles, ScenarioResult, Verdict } from "../model/result.ts";
import {
  formatAt,
  formatChange,
  formatMs,
  formatNumber,
  formatRoughShare,
  formatShare,
  formatValue,
  nothing,
} from "./format.ts";
import { unitOf } from "./format.ts";
import {
  attemptsLabel,
  failoverLabel,
  faultLabel,
  faultWhen,
  outcomesLabel,
  scopeLabel,
  sharesLabel,
  sloWords,
} from "./labels.ts";

export interface Column {
  readonly title: string;
  readonly align: "left" | "right";
}

export interface Row {
  readonly cells: readonly string[];
  /** Where the row was judged. */
  readonly verdict?: Verdict;
}

export interface Table {
  readonly title: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

const left = (title: string): Column => ({ title, align: "left" });
const right = (title: string): Column => ({ title, align: "right" });

export function sloTable({ slos }: ScenarioResult): Table {
  return {
    title: "SLOs",
    columns: [left("SLO"), left("of"), right("value"), right("bound"), right("samples"), left("why open")],
    rows: slos.map((slo) => ({
      verdict: slo.verdict,
      cells: [
        slo.key,
        scopeLabel(slo.scope),
        ...sloWords(slo),
        formatNumber(slo.samples),
        slo.verdict === "inconclusive" ? slo.reason ?? "can't be told" : "",
      ],
    })),
  };
}

export function checkTable({ checks }: ScenarioResult): Table {
  return {
    title: "Checks",
    columns: [left("check"), left("found")],
    rows: checks.map(({ name, verdict, details }) => ({ verdict, cells: [name, details.join("; ")] })),
  };
}

/** `faults` where not all are to be shown. */
export function faultTable({ faults: all }: ScenarioResult, faults: readonly FaultResult[] = all): Table {
  return {
    title: "Faults",
    columns: [
      left("fault"),
      left("what"),
      right("when"),
      right("detected"),
      right("shifted"),
      right("failover p99 / max (n)"),
      right("recovered"),
      right("failed"),
      left("took over"),
    ],
    rows: faults.map((result) => ({
      cells: [
        result.fault.id,
        faultLabel(result.fault),
        faultWhen(result.fault),
        formatMs(result.detectionMs),
        formatMs(result.shiftMs),
        result.failover === null || result.failover.n === 0 ? nothing : failoverLabel(result.failover),
        formatMs(result.recoveryMs),
        formatShare(result.blast),
        sharesLabel(result.tookOver) || nothing,
      ],
    })),
  };
}

export function workloadTable({ workloads }: ScenarioResult): Table {
  return {
    title: "Workloads",
    columns: [
      left("workload"),
      right("planned"),
      right("answered"),
      right("rate"),
      ...quantileColumns,
      right("late p99"),
      left("not a result"),
    ],
    rows: workloads.map((workload) => ({
      cells: [
        workload.name,
        formatNumber(workload.planned),
        formatNumber(workload.answered),
        formatValue(workload.throughputRps, "per_second"),
        ...quantileCells(workload.latencyMs),
        workload.latenessMs.n === 0 ? nothing : formatMs(workload.latenessMs.p99),
        outcomesLabel(workload) || nothing,
      ],
    })),
  };
}

const quantileColumns = [right("p50"), right("p95"), right("p99"), right("p99.9"), right("max")];

function quantileCells({ n, p50, p95, p99, p999, max }: Quantiles): string[] {
  return [p50, p95, p99, p999, max].map((value) => n === 0 ? nothing : formatMs(value));
}

export function methodTable({ workloads }: ScenarioResult): Table {
  return {
    title: "Methods",
    columns: [left("workload"), left("method"), right("requests"), right("errors"), ...quantileColumns],
    rows: workloads.flatMap((workload) =>
      Object.entries(workload.byMethod).sort(([, a], [, b]) => b.latencyMs.n - a.latencyMs.n).map((
        [method, { latencyMs, errors }],
      ) => ({
        cells: [
          workload.name,
          method,
          formatNumber(latencyMs.n),
          formatNumber(errors),
          ...quantileCells(latencyMs),
        ],
      }))
    ),
  };
}

export function worstTable({ worst }: ScenarioResult): Table {
  return {
    title: "Worst requests",
    columns: [
      left("request"),
      left("method"),
      right("at"),
      right("latency"),
      left("outcome"),
      left("attempts"),
    ],
    rows: worst.slice(0, 10).map((request) => ({
      cells: [
        `${request.workload} #${request.index}`,
        request.method,
        formatAt(request.atMs),
        formatMs(request.latencyMs),
        request.outcome,
        attemptsLabel(request.attempts) || nothing,
      ],
    })),
  };
}

export function comparisonTable({ comparison }: ScenarioResult): Table {
  return {
    title: "Comparison",
    columns: [
      left("metric"),
      right("ours"),
      right("baseline"),
      right("change"),
      right("95 % interval"),
      left("in words"),
    ],
    rows: comparison === null ? [] : [{
      verdict: comparison.verdict,
      cells: [
        comparison.metric,
        formatValue(comparison.ours, unitOf(comparison.metric)),
        formatValue(comparison.baseline, unitOf(comparison.metric)),
        formatChange(comparison.change),
        comparison.interval === null ? nothing : comparison.interval.map(formatChange).join(" … "),
        comparison.text,
      ],
    }],
  };
}

export function streamTable({ streams }: ScenarioResult): Table {
  return {
    title: "Streams, against the ledger",
    columns: [right("gaps"), right("duplicates"), right("out of order"), right("wrong branch")],
    rows: streams === null ? [] : [{
      cells: [streams.gaps, streams.duplicates, streams.outOfOrder, streams.wrongBranch].map((count) =>
        formatNumber(count)
      ),
    }],
  };
}

export function processTable({ processes, clockErrorUs }: ScenarioResult): Table {
  return {
    title: "Processes",
    columns: [
      left("process"),
      right("memory, highest"),
      right("CPU, mean"),
      right("CPU, highest"),
      right("event loop busy"),
      right("clock known to"),
    ],
    rows: Object.entries(processes).map(([name, use]) => ({
      cells: [
        name,
        formatValue(use.maxResidentMb, "mb"),
        formatShare(use.meanCpu),
        formatShare(use.maxCpu),
        formatMs(use.maxLoopLagMs),
        Object.hasOwn(clockErrorUs, name) ? `± ${formatNumber(clockErrorUs[name] ?? null)} µs` : nothing,
      ],
    })),
  };
}

export function loadTable({ load }: ScenarioResult): Table {
  return {
    title: "Load and cost of providers",
    columns: [
      left("provider"),
      left("chain"),
      right("attempts"),
      right("served"),
      right("even share"),
      right("asked, all in all"),
      right("units"),
      right("USD"),
    ],
    rows: load.flatMap(({ chain, providers }) => {
      const all = providers.reduce((sum, { served }) => sum + served, 0);
      const share = (count: number): string =>
        `${formatNumber(Math.round(count))} (${all === 0 ? nothing : formatRoughShare(count / all)})`;
      return providers.map(({ provider, attempts, served, fairServed, asked, units, usd }) => ({
        cells: [
          provider,
          chain,
          formatNumber(attempts),
          share(served),
          share(fairServed),
          asked === null ? nothing : formatNumber(asked),
          formatNumber(Math.round(units)),
          usd === null ? nothing : usd.toPrecision(3),
        ],
      }));
    }),
  };
}

/** The table without the columns of these titles. */
export function withoutColumns(table: Table, titles: readonly string[]): Table {
  return pick(table, table.columns.map(({ title }) => !titles.includes(title)));
}

/** The table without columns in which nothing stands in any row; the first stays. */
export function withoutEmptyColumns(table: Table): Table {
  const used = table.columns.map((_, at) =>
    at < 1 || table.rows.some(({ cells }) => cells[at] !== "" && cells[at] !== nothing)
  );
  return pick(table, used);
}

function pick(table: Table, used: readonly boolean[]): Table {
  return {
    ...table,
    columns: table.columns.filter((_, at) => used[at]),
    rows: table.rows.map((row) => ({ ...row, cells: row.cells.filter((_, at) => used[at]) })),
  };
}
