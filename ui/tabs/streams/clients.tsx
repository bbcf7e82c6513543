// The clients that are connected, those with most waiting first: who is too slow for what it subscribed to.

import type { JSX } from "preact";
import { Ago } from "../../components/ago.tsx";
import { Answered, Panel } from "../../components/panel.tsx";
import { type Column, Table } from "../../components/table.tsx";
import { bytes, count } from "../../format/number.ts";
import { useAsked } from "../../models/asked.ts";
import { chainInView } from "../../models/view.ts";

interface Client {
  readonly transport: string;
  readonly from: string;
  readonly secure: boolean;
  readonly chain: string | null;
  readonly since: string;
  readonly calls: number;
  readonly in_flight: number;
  readonly subscriptions: number;
  readonly queued_bytes: number;
}

const path = "/api/clients?transport=ws&sort=queued_bytes&limit=50";

const columns: readonly Column<Client>[] = [
  {
    id: "from",
    head: "From",
    title: "Its address, cut to its network",
    wide: true,
    cell: ({ from, secure }) => `${from}${secure ? ", TLS" : ""}`,
  },
  { id: "chain", head: "Chain", cell: ({ chain }) => chain ?? "any" },
  { id: "since", head: "Connected", figure: true, cell: ({ since }) => <Ago at={Date.parse(since)} /> },
  {
    id: "calls",
    head: "Messages",
    figure: true,
    minor: true,
    by: ({ calls }) => calls,
    cell: ({ calls }) => count(calls),
  },
  {
    id: "subscriptions",
    head: "Subscriptions",
    figure: true,
    by: ({ subscriptions }) => subscriptions,
    cell: ({ subscriptions }) => count(subscriptions),
  },
  {
    id: "queued",
    head: "Waiting",
    title: "Bytes that the client has not taken yet",
    figure: true,
    by: ({ queued_bytes }) => queued_bytes,
    cell: ({ queued_bytes }) => bytes(queued_bytes),
  },
];

export function Clients(): JSX.Element {
  const asked = useAsked<readonly Client[]>(path, 3_000).value;
  const chain = chainInView.value;
  const rows = (asked.data ?? []).filter((one) =>
    chain === null || one.chain === null || one.chain === chain
  );
  const note = asked.n === null ? undefined : `${asked.n} by WebSocket, the slowest first`;
  return (
    <Panel title="Clients" note={note} api={path}>
      <Answered asked={asked} isEmpty={() => rows.length === 0} empty="No client is connected by WebSocket.">
        {() => (
          <Table
            name="clients"
            stacks
            caption="Clients by WebSocket"
            natural="the slowest first"
            columns={columns}
            rows={rows}
            keyOf={(row) => `${row.from} ${row.since} ${row.chain} ${rows.indexOf(row)}`}
          />
        )}
      </Answered>
    </Panel>
  );
}
