// When it was spent, by provider.

import type { JSX } from "preact";
import { HistoryChart } from "../../components/history_chart.tsx";
import { MarkLegend } from "../../components/mark_legend.tsx";
import { Panel } from "../../components/panel.tsx";
import { RangeSwitch } from "../../components/range.tsx";

export function OverTime({ chain }: { readonly chain: string | null }): JSX.Element {
  const empty = "No provider was asked in this time.";
  return (
    <Panel title="Over time" note={chain ?? "All chains"} wide actions={<RangeSwitch />}>
      <div class="charts">
        <HistoryChart
          title="Dollars by provider"
          metrics={[{ metric: "usd", label: "cost" }]}
          where={{ chain }}
          by="provider"
          unit="usd"
          empty={empty}
        />
        <HistoryChart
          title="Units by provider"
          metrics={[{ metric: "units", label: "units" }]}
          where={{ chain }}
          by="provider"
          unit="units"
          empty={empty}
        />
      </div>
      <MarkLegend />
    </Panel>
  );
}
