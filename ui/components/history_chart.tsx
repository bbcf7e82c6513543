// A chart of figures from history over the page's time (components/range.tsx), with marks of what happened. Stands
// within a panel; several of them line up.

import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import { type ChartData, isEmpty, isSum, type MetricLabel, newestAt } from "../models/chart_data.ts";
import { type ShownUnit, shownUnit, type Unit, written } from "../models/chart_units.ts";
import { historyPath, type SplitBy, useHistory, type Where } from "../models/history.ts";
import { lineColours } from "../models/line_colours.ts";
import { marksFor } from "../models/marks.ts";
import { namesOf } from "../models/names.ts";
import { marks, range } from "../models/timeline.ts";
import { Chart } from "./chart.tsx";
import { ChartLegend, PointNote } from "./chart_legend.tsx";
import { ChartTable } from "./chart_table.tsx";
import { CopyCurl } from "./panel.tsx";

export function HistoryChart(
  { title, metrics, where = {}, by, unit, height = 170, empty = "Nothing was measured in this time." }: {
    readonly title: string;
    /** Names as /api/history has them, in one unit. */
    readonly metrics: readonly MetricLabel[];
    readonly where?: Where;
    /** A line for each value of it. */
    readonly by?: SplitBy;
    readonly unit: Unit;
    /** CSS px. */
    readonly height?: number;
    /** Said when there is no figure, with why. */
    readonly empty?: string;
  },
): JSX.Element {
  const { data, time, problem } = useHistory(metrics, where, by).value;
  const [pointed, setPointed] = useState<number | null>(null);
  const shown = shownUnit(unit, metrics.every(({ metric }) => isSum(metric)));
  const colours = lineColours(data?.lines.map(({ label }) => label) ?? [], namesOf(by, where.chain));
  const at = data === null ? null : pointed ?? newestAt(data);
  const happened = useMemo(() => marksFor(marks.value, where), [marks.value, where.chain, where.provider]);
  const table = useMemo(
    () => data === null ? null : <ChartTable title={title} data={data} unit={shown} />,
    [data, title, shown],
  );
  const room = { minHeight: `${height}px` };
  const curl = historyPath(`{${metrics.map(({ metric }) => metric).join(",")}}`, where, by);
  const one = metrics.length === 1 ? historyPath(metrics[0]?.metric ?? "", where, by) : curl;
  return (
    <figure class="history-chart" aria-label={title}>
      <figcaption>
        <h3>{title}</h3>
        {data !== null && !isEmpty(data) && <PointNote data={data} at={at} pointed={pointed !== null} />}
        <CopyCurl path={`${one}&from=-${range.value.id}`} about={title} />
      </figcaption>
      {data === null || time === null
        ? (
          <p class={problem === null ? "quiet-line" : "failed"} role="status" style={room}>
            {problem === null ? "Loading …" : `${problem.message} ${problem.hint ?? ""}`}
          </p>
        )
        : isEmpty(data)
        ? <p class="quiet-line" style={room}>{empty}</p>
        : (
          <div class={problem === null ? undefined : "stale"}>
            {problem !== null && <p class="failed" role="status">Not renewed: {problem.message}</p>}
            <ChartLegend data={data} unit={shown} colours={colours} at={at} />
            <Chart
              data={data}
              time={time}
              unit={shown}
              colours={colours}
              height={height}
              label={`${title}: ${saidOf(data, shown)}. A table of it follows.`}
              marks={happened}
              onPoint={setPointed}
            />
            {table}
          </div>
        )}
    </figure>
  );
}

function saidOf(data: ChartData, unit: ShownUnit): string {
  const at = newestAt(data);
  return data.lines.map(({ label, values }) =>
    `${label} ${written(unit, at === null ? null : values[at] ?? null)}`
  ).join(", ");
}
