// How the chain in view fared over time: how much was asked, how much of it was answered, how fast.

import type { JSX } from "preact";
import { ChartsPanel } from "../../components/charts_panel.tsx";
import { HistoryChart } from "../../components/history_chart.tsx";
import { chainInView } from "../../models/view.ts";

export function Trends(): JSX.Element {
  const where = { chain: chainInView.value };
  const of = chainInView.value ?? "all chains";
  return (
    <ChartsPanel note={`Clients' calls of ${of}`}>
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
    </ChartsPanel>
  );
}
