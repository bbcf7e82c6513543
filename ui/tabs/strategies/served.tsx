// What was measured of the strategies that really served, over time: when it was switched, and what came of it.

import type { JSX } from "preact";
import { ChartsPanel } from "../../components/charts_panel.tsx";
import { HistoryChart } from "../../components/history_chart.tsx";
import { focusedChain } from "../../models/focus.ts";

const empty = "No call of a client came in this time.";

export function Served(): JSX.Element {
  const where = { chain: focusedChain.value };
  return (
    <ChartsPanel
      title="As it was served"
      note={`Measured: clients' calls of ${focusedChain.value ?? "no chain"}, by the strategy that served`}
    >
      <HistoryChart
        title="Calls"
        metrics={[{ metric: "rps", label: "calls" }]}
        where={where}
        by="strategy"
        unit="rps"
        empty={empty}
      />
      <HistoryChart
        title="p95"
        metrics={[{ metric: "p95_ms", label: "p95" }]}
        where={where}
        by="strategy"
        unit="ms"
        empty={empty}
      />
      <HistoryChart
        title="Success"
        metrics={[{ metric: "success", label: "answered" }]}
        where={where}
        by="strategy"
        unit="share"
        empty={empty}
      />
    </ChartsPanel>
  );
}
