// Races one by one, newest first, the moment that they are over.

import type { JSX } from "preact";
import { Ago } from "../../components/ago.tsx";
import { Answered, Panel } from "../../components/panel.tsx";
import { Pause } from "../../components/pause.tsx";
import { type Column, Table } from "../../components/table.tsx";
import { exact, millis, none } from "../../format/number.ts";
import { useRaces } from "../../models/live_races.ts";
import { type Margin, marginLength, type Race } from "../../models/races.ts";
import { chainInView } from "../../models/view.ts";
import { eventInView } from "./event_switch.tsx";

export function RaceList(): JSX.Element {
  const chain = chainInView.value;
  const event = eventInView();
  const path = `/api/races?event=${event}&limit=25${
    chain === null ? "" : `&chain=${encodeURIComponent(chain)}`
  }`;
  const { asked, races } = useRaces(path, chain, event);
  return (
    <Panel title="Races" note={`${chain ?? "All chains"}, newest first`} api={path} wide actions={<Pause />}>
      <Answered
        asked={asked}
        isEmpty={() =>
          races.length === 0}
        empty={`No race for ${event} was run in the last day.`}
      >
        {() => (
          <div class="race-list">
            <Table
              name="races"
              caption="Races, newest first"
              columns={chain === null ? columns : columns.filter(({ id }) => id !== "chain")}
              rows={races}
              keyOf={({ chain: its, key }) =>
                `${its} ${key}`}
              stacks
            />
          </div>
        )}
      </Answered>
    </Panel>
  );
}

const columns: readonly Column<Race>[] = [
  { id: "at", head: "Ago", cell: ({ at }) => <Ago at={at} /> },
  { id: "chain", head: "Chain", cell: ({ chain }) => chain },
  {
    id: "block",
    head: "Block",
    cell: ({ block, key }) => <span title={key}>{block === null ? none : exact(block)}</span>,
    figure: true,
  },
  {
    id: "winner",
    head: "Winner",
    cell: ({ winner, open }) => (
      <>
        <b>{winner}</b> {open && <span class="note">still running</span>}
      </>
    ),
  },
  {
    id: "margins",
    head: "Behind the winner",
    wide: true,
    cell: ({ margins, open }) => (
      <ol class="margins">
        {margins.slice(1).map((one) => (
          <Behind key={`${one.provider} ${one.transport}`} margin={one} open={open} />
        ))}
      </ol>
    ),
  },
];

function Behind({ margin: { provider, ms }, open }: {
  readonly margin: Margin;
  readonly open: boolean;
}): JSX.Element {
  if (ms === null) {
    return (
      <li class={open ? undefined : "missed"}>
        {provider} <span class="figure">{open ? "not yet" : "missed"}</span>
      </li>
    );
  }
  return (
    <li>
      {provider} <span class="figure">+{millis(ms)}</span>
      <span class="bar" aria-hidden="true">
        <span style={{ width: `${marginLength(ms) * 100}%` }} />
      </span>
    </li>
  );
}
