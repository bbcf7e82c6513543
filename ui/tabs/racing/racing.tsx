// Racing: who brings a stream's events first, in sum and race by race.

import type { JSX } from "preact";
import { ChartsPanel } from "../../components/charts_panel.tsx";
import { HistoryChart } from "../../components/history_chart.tsx";
import { focusedChain } from "../../models/focus.ts";
import { Leaderboard } from "./leaderboard.tsx";
import { RaceList } from "./race_list.tsx";

export function Racing(): JSX.Element {
  const where = { chain: focusedChain.value };
  return (
    <>
      <Leaderboard />
      <ChartsPanel note={focusedChain.value ?? ""}>
        <HistoryChart
          title="Behind the winner, median"
          metrics={[{ metric: "race_margin_ms", label: "margin" }]}
          where={where}
          by="provider"
          unit="ms"
          empty="Nobody lost a race in this time: fewer than two upstreams ran."
        />
        <HistoryChart
          title="Blocks behind the head, at most"
          metrics={[{ metric: "lag_blocks", label: "lag" }]}
          where={where}
          by="provider"
          unit="blocks"
          empty="No provider's head was seen in this time."
        />
      </ChartsPanel>
      <RaceList />
    </>
  );
}
