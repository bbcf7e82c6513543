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
  const spent = share("spent");
  return (
    <div class="two">
      <Spent
        by="provider"
        natural="dearest first"
        columns={[name("Provider", ofAll), ...figures, spent]}
        rows={providerRows(costs)}
      />
      <Spent
        by="method"
        natural="dearest first"
        columns={[name("Method", ofAll), ...figures, spent]}
        rows={methodRows(costs)}
      />
      <Spent
        by="day"
        natural="newest first"
        columns={[day, ...figures, share("dearest day")]}
        rows={dayRows(costs)}
      />
    </div>
  );
}

function Spent({ by, natural, columns, rows }: {
  readonly by: string;
  readonly natural: string;
  readonly columns: readonly Column<SpentRow>[];
  readonly rows: readonly SpentRow[];
}): JSX.Element {
  return (
    <section aria-label={`By ${by}`}>
      <Table
        name={`by-${by}`}
        caption={`By ${by}`}
        natural={natural}
        columns={columns}
        rows={rows}
        keyOf={(row) => `${row.chain} ${row.name}`}
        stacks
      />
    </section>
  );
}
