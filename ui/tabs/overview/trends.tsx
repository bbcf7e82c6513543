// How the chain in view fared over time: how much was asked, how much of it was answered, how fast.

import type { JSX } from "preact";
import { HistoryChart } from "../../components/history_chart.tsx";
import { MarkLegend } from "../../components/mark_legend.tsx";
import { Panel } from "../../components/panel.tsx";
import { RangeSwitch } from "../../components/range.tsx";
import { chainInView } from "../../models/view.ts";

export function Trends(): JSX.Element {
  const where = { chain: chainInView.value };
  const of = chainInView.value ?? "all chains";
  return (
    <Panel title="Over time" note={`Clients' calls of ${of}`} wide actions={<RangeSwitch />}>
      <div class="charts">
        <HistoryChart
          title="Calls"
          metrics={[{ metric: "rps", label: "calls" }]}
          where={where}
          unit="rps"
          empty="No call came in this time."
        />
        <HistoryChart
          title="Success"
          metrics={[{ metric: "success", label: "answered" }]}
          where={where}
          unit="share"
          empty="No call came in this time."
        />
        <HistoryChart
          title="Time to answer"
          metrics={[{ metric: "p50_ms", label: "p50" }, { metric: "p95_ms", label: "p95" }]}
          where={where}
          unit="ms"
          empty="No call was answered in this time."
        />
      </div>
      <MarkLegend />
    </Panel>
  );
}
