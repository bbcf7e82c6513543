// How a provider fared over the page's time, with marks of what happened.

import type { JSX } from "preact";
import { HistoryChart } from "../../components/history_chart.tsx";
import { RangeSwitch } from "../../components/range.tsx";

export function DetailCharts({ chain, provider }: {
  readonly chain: string;
  readonly provider: string;
}): JSX.Element {
  const where = { chain, provider };
  return (
    <section aria-label="Over time">
      <div class="section-head">
        <h3>Over time</h3>
        <RangeSwitch />
      </div>
      <div class="charts">
        <HistoryChart
          title="Attempts"
          metrics={[{ metric: "upstream_rps", label: "attempts" }]}
          where={where}
          by="transport"
          unit="rps"
          empty="It was not asked in this time."
        />
        <HistoryChart
          title="Errors"
          metrics={[{ metric: "upstream_error_ratio", label: "failed" }]}
          where={where}
          unit="share"
          empty="It was not asked in this time."
        />
        <HistoryChart
          title="Time to answer"
          metrics={[{ metric: "upstream_p50_ms", label: "p50" }, { metric: "upstream_p99_ms", label: "p99" }]}
          where={where}
          unit="ms"
          empty="It answered nothing in this time."
        />
        <HistoryChart
          title="Blocks behind"
          metrics={[{ metric: "lag_blocks", label: "behind" }]}
          where={where}
          unit="count"
          empty="Its head was not seen in this time."
        />
      </div>
    </section>
  );
}
