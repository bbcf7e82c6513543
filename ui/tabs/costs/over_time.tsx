// When it was spent, by provider.

import type { JSX } from "preact";
import { ChartsPanel } from "../../components/charts_panel.tsx";
import { HistoryChart } from "../../components/history_chart.tsx";

export function OverTime({ chain }: { readonly chain: string | null }): JSX.Element {
  const empty = "No provider was asked in this time.";
  return (
    <ChartsPanel note={chain ?? "All chains"}>
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
    </ChartsPanel>
  );
}
