// A row for each strategy as it would have served, and for each that served as it did.

import type { JSX } from "preact";
import { QuantileBar } from "../../components/quantile_bar.tsx";
import { ShareBar } from "../../components/share_bar.tsx";
import { type Column, Table } from "../../components/table.tsx";
import { count, dollars, millis, none, percent } from "../../format/number.ts";
import { focusedChain } from "../../models/focus.ts";
import { namesOf } from "../../models/names.ts";
import { littleKnown, type StrategyRow } from "../../models/strategy_rows.ts";

export function StrategyTable({ rows }: { readonly rows: readonly StrategyRow[] }): JSX.Element {
  const hasProviders = rows.some(({ providers }) => providers.length > 0);
  return (
    <Table
      name="strategies"
      caption="Strategies: measured and expected"
      natural="what was measured first, then by expected p50"
      columns={columnsFor(rows).filter(({ id }) => id !== "providers" || hasProviders)}
      rows={rows}
      keyOf={({ strategy, kind }) => `${kind} ${strategy}`}
      selected={({ kind }) => kind === "measured"}
      stacks
    />
  );
}

function columnsFor(rows: readonly StrategyRow[]): readonly Column<StrategyRow>[] {
  const max = Math.max(0, ...rows.map(({ p95, p99 }) => p99 ?? p95 ?? 0));
  const names = namesOf("provider", focusedChain.value);
  const time = (id: "p50" | "p95" | "p99"): Column<StrategyRow> => ({
    id,
    head: id,
    cell: (row) => millis(row[id]),
    by: (row) => row[id],
    figure: true,
  });
  return [
    { id: "strategy", head: "Strategy", cell: Name, by: ({ strategy }) => strategy, wide: true },
    {
      id: "known",
      head: "Known",
      title: "Share of the calls that the times and the success rest on",
      cell: ({ kind, known }) => kind === "measured" ? "all" : <Known share={known} />,
      by: ({ known }) => known ?? 1,
      figure: true,
    },
    time("p50"),
    time("p95"),
    time("p99"),
    {
      id: "bar",
      head: "p50, p95, p99",
      cell: ({ p50, p95, p99 }) => <QuantileBar p50={p50} p95={p95} p99={p99} max={max} />,
      minor: true,
    },
    {
      id: "success",
      head: "Success",
      title: "Measured: of calls, with failovers. Expected: by the first provider, without any failover.",
      cell: ({ success }) => percent(success),
      by: ({ success }) => success,
      figure: true,
    },
    {
      id: "cost",
      head: "Per 1,000",
      title: "US dollars, for a thousand calls that a provider was asked for",
      cell: ({ usdPerThousand, usd }) => (
        <span title={`${dollars(usd)} in all`}>{dollars(usdPerThousand)}</span>
      ),
      by: ({ usdPerThousand }) => usdPerThousand,
      figure: true,
    },
    { id: "calls", head: "n", cell: ({ calls }) => count(calls), by: ({ calls }) => calls, figure: true },
    {
      id: "providers",
      head: "Served by",
      cell: ({ providers }) => providers.length === 0 ? none : <ShareBar shares={providers} names={names} />,
      minor: true,
    },
  ];
}

function Name({ strategy, kind }: StrategyRow): JSX.Element {
  return (
    <>
      <span class={`kind ${kind}`}>
        <svg class="shape" viewBox="0 0 12 12" aria-hidden="true">
          <circle cx="6" cy="6" r="4.2" />
        </svg>
        {kind}
      </span>{" "}
      <b>{strategy}</b>
    </>
  );
}

function Known({ share }: { readonly share: number | null }): JSX.Element {
  const isLittle = share !== null && share < littleKnown;
  return (
    <span class={isLittle ? "result-moved" : undefined} title={isLittle ? "Little is known" : undefined}>
      {percent(share)}
    </span>
  );
}
