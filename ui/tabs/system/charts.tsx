// The process over time, from history: the charts share their time axis with all others of the page.

import type { JSX } from "preact";
import { HistoryChart } from "../../components/history_chart.tsx";
import { Panel } from "../../components/panel.tsx";
import { RangeSwitch } from "../../components/range.tsx";

export function ProcessCharts(): JSX.Element {
  return (
    <Panel title="Over time" actions={<RangeSwitch />} wide>
      <div class="system-charts">
        <HistoryChart title="CPUs in use, mean" metrics={[{ metric: "cpu", label: "CPU" }]} unit="cpus" />
        <HistoryChart
          title="Memory, greatest"
          metrics={[{ metric: "memory_rss", label: "process" }, {
            metric: "heap_used",
            label: "heap in use",
          }]}
          unit="bytes"
        />
        <HistoryChart
          title="Event loop late, worst"
          metrics={[{ metric: "loop_lag_ms", label: "late" }]}
          unit="ms"
        />
        <HistoryChart
          title="Sockets and calls in flight"
          metrics={[{ metric: "connections", label: "client sockets" }, {
            metric: "in_flight",
            label: "calls in flight",
          }]}
          unit="count"
        />
      </div>
    </Panel>
  );
}
