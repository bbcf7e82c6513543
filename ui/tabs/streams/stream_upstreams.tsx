// Who feeds one stream: each upstream, since when, and when it was heard last.

import type { JSX } from "preact";
import { Ago } from "../../components/ago.tsx";
import { ViewLink } from "../../components/link.tsx";
import { Shape } from "../../components/state.tsx";
import { type Column, Table } from "../../components/table.tsx";
import type { StreamRow, StreamUpstream } from "../../models/streams.ts";

const shapes = { open: "up", opening: "probing", over: "off" } as const;

function columns(chain: string): readonly Column<StreamUpstream>[] {
  return [
    {
      id: "provider",
      head: "Upstream",
      cell: ({ provider, transport }) => (
        <>
          <ViewLink to={{ tab: "providers", chain, params: { provider } }}>{provider}</ViewLink>{" "}
          <span class="muted">{transport}</span>
        </>
      ),
    },
    {
      id: "state",
      head: "State",
      cell: ({ state }) => (
        <span class={`state ${shapes[state]}`}>
          <Shape state={shapes[state]} />
          {state}
        </span>
      ),
    },
    { id: "since", head: "Since", figure: true, cell: ({ since }) => <Ago at={Date.parse(since)} /> },
    {
      id: "heard",
      head: "Heard",
      figure: true,
      cell: ({ heard_at }) => <Ago at={Date.parse(heard_at)} />,
    },
  ];
}

export function StreamUpstreams({ row }: { readonly row: StreamRow }): JSX.Element {
  return (
    <section class="stream-one" aria-label="The chosen stream">
      <header>
        <h3>{row.type} on {row.chain}</h3>
        <ViewLink to={{ params: { stream: "" } }}>Close</ViewLink>
      </header>
      <p class="mono">{row.key}</p>
      {row.upstreams.length === 0
        ? <p class="failed">No upstream feeds it: its clients hear nothing until one does.</p>
        : (
          <Table
            name="upstreams"
            caption="Upstreams of the chosen stream"
            columns={columns(row.chain)}
            rows={row.upstreams}
            keyOf={({ provider, transport, since }) => `${provider} ${transport} ${since}`}
          />
        )}
    </section>
  );
}
