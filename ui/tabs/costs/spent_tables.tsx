// What was spent, by provider, by method and by day.

import type { JSX } from "preact";
import { type Column, Table } from "../../components/table.tsx";
import { count, dollars, percent } from "../../format/number.ts";
import { type Costs, dayRows, methodRows, providerRows, type SpentRow } from "../../models/cost_rows.ts";

const usd: Column<SpentRow> = {
  id: "usd",
  head: "Dollars",
  cell: (row) => dollars(row.usd),
  by: (row) => row.usd,
  figure: true,
};
const figures: readonly Column<SpentRow>[] = [
  usd,
  { id: "units", head: "Units", cell: ({ units }) => count(units), by: ({ units }) => units, figure: true },
  { id: "n", head: "Attempts", cell: ({ n }) => count(n), by: ({ n }) => n, figure: true },
];

function share(of: "spent" | "dearest day"): Column<SpentRow> {
  return {
    id: "share",
    head: of === "spent" ? "Share" : "",
    title: of === "spent"
      ? "Of the dollars; of the units where nothing cost dollars"
      : "Against the dearest day",
    cell: (row) => (
      <>
        {of === "spent" && percent(row.share)}
        <span class="bar thin" aria-hidden="true">
          <span style={{ width: `${row.share * 100}%` }} />
        </span>
      </>
    ),
    figure: true,
  };
}

function name(head: string, ofAll: boolean): Column<SpentRow> {
  return {
    id: "name",
    head,
    cell: (row) => (
      <>
        {row.chain === null ? <code>{row.name}</code> : <b>{row.name}</b>}{" "}
        {ofAll && row.chain !== null && <span class="muted">{row.chain}</span>}
      </>
    ),
    by: (row) => `${row.name} ${row.chain}`,
    wide: true,
  };
}

const day: Column<SpentRow> = {
  id: "day",
  head: "Day (UTC)",
  cell: (row) => <time dateTime={row.name}>{row.name.slice(0, 10)}</time>,
  by: (row) => row.name,
  wide: true,
};

export function SpentTables({ costs, ofAll }: {
  readonly costs: Costs;
  /** Of all chains: each row says which is its. */
  readonly ofAll: boolean;
}): JSX.Element {
  const keyOf = (row: SpentRow): string => `${row.chain} ${row.name}`;
  return (
    <div class="two">
      <section aria-label="By provider">
        <Table
          name="by-provider"
          caption="By provider"
          natural="dearest first"
          columns={[name("Provider", ofAll), ...figures, share("spent")]}
          rows={providerRows(costs)}
          keyOf={keyOf}
          stacks
        />
      </section>
      <section aria-label="By method">
        <Table
          name="by-method"
          caption="By method"
          natural="dearest first"
          columns={[name("Method", ofAll), ...figures, share("spent")]}
          rows={methodRows(costs)}
          keyOf={keyOf}
          stacks
        />
      </section>
      <section aria-label="By day">
        <Table
          name="by-day"
          caption="By day"
          natural="newest first"
          columns={[day, ...figures, share("dearest day")]}
          rows={dayRows(costs)}
          keyOf={keyOf}
          stacks
        />
      </section>
    </div>
  );
}
