// What the same calls would have cost under each other strategy, and at each provider alone.

import type { JSX } from "preact";
import { Answered, Panel } from "../../components/panel.tsx";
import { type Column, Table } from "../../components/table.tsx";
import { count, dollars, span } from "../../format/number.ts";
import type { Asked } from "../../models/asked.ts";
import {
  type Costs,
  moreText,
  savedText,
  type Saving,
  type SavingRow,
  savingRows,
} from "../../models/cost_rows.ts";

export function Savings(
  { asked, path }: { readonly asked: Asked<Costs>; readonly path: string },
): JSX.Element {
  return (
    <Panel title="Savings" note="The same calls served in another way, at today's prices" api={path} wide>
      <Answered
        asked={asked}
        isEmpty={({ savings }) =>
          savings !== null && savings.length === 0}
        empty="There were no calls to compare."
      >
        {({ savings, savings_note }) =>
          savings === null
            ? <p class="quiet-line">Not computed: {savings_note}.</p>
            : <div class="two">{savings.map((one) => <OfChain key={one.chain} saving={one} />)}</div>}
      </Answered>
    </Panel>
  );
}

function OfChain({ saving }: { readonly saving: Saving }): JSX.Element {
  const { chain, from, to, calls, usd } = saving;
  return (
    <section aria-label={chain}>
      <p>
        <b>{chain}</b> cost <strong>{dollars(usd)}</strong>
        {savedText(saving)}.
      </p>
      <p class="note">
        n {count(calls)} calls that strategies steer, in {span(Date.parse(to) - Date.parse(from))}
      </p>
      <Table
        name={`savings-${chain}`}
        caption={`What ${chain} would have cost`}
        natural="cheapest first"
        columns={columns}
        rows={savingRows(saving)}
        keyOf={({ name, note }) => `${note} ${name}`}
        selected={({ more }) => more === null}
        stacks
      />
    </section>
  );
}

const columns: readonly Column<SavingRow>[] = [
  {
    id: "name",
    head: "Served by",
    cell: ({ name, note }) => (
      <>
        <b>{name}</b> <span class="muted">{note}</span>
      </>
    ),
    by: ({ name }) => name,
    wide: true,
  },
  {
    id: "usd",
    head: "Cost",
    cell: ({ usd, share }) => (
      <>
        {dollars(usd)}
        <span class="bar thin" aria-hidden="true">
          <span style={{ width: `${share * 100}%` }} />
        </span>
      </>
    ),
    by: ({ usd }) => usd,
    figure: true,
  },
  {
    id: "more",
    head: "Difference",
    title: "Against what it cost as it was served",
    cell: ({ more }) => <span class="whole">{moreText(more)}</span>,
    by: ({ more }) => more ?? 0,
    figure: true,
  },
];
