// Each subscription key in a row; the chosen one with its upstreams below.

import type { ComponentChildren, JSX } from "preact";
import { Ago } from "../../components/ago.tsx";
import { ViewLink } from "../../components/link.tsx";
import { Answered, Panel } from "../../components/panel.tsx";
import { Shape } from "../../components/state.tsx";
import { type Column, Table } from "../../components/table.tsx";
import { bytes, count, exact, none } from "../../format/number.ts";
import { useAsked } from "../../models/asked.ts";
import { byTrouble, feeding, keyText, streamId, type StreamRow } from "../../models/streams.ts";
import { chainInView, go, param } from "../../models/view.ts";
import { StreamUpstreams } from "./stream_upstreams.tsx";

const everyMs = 2_000;

const columns: readonly Column<StreamRow>[] = [
  {
    id: "type",
    head: "Subscription",
    wide: true,
    by: ({ type }) => type,
    cell: (row) => (
      <>
        <ViewLink to={{ params: { stream: streamId(row) } }} class="mono">{row.type}</ViewLink>{" "}
        <span class="muted" title={row.key}>{keyText(row.key)}</span>
      </>
    ),
  },
  { id: "chain", head: "Chain", by: ({ chain }) => chain, cell: ({ chain }) => chain },
  {
    id: "clients",
    head: "Clients",
    figure: true,
    by: ({ clients }) => clients,
    cell: ({ clients }) => count(clients),
  },
  { id: "upstream", head: "Fed by", cell: (row) => <FedBy row={row} /> },
  {
    id: "heard",
    head: "Heard",
    title: "The newest word of an upstream",
    figure: true,
    minor: true,
    by: heardAt,
    cell: (row) => {
      const at = heardAt(row);
      return at === null ? none : <Ago at={at} />;
    },
  },
  {
    id: "position",
    head: "Position",
    title: "Newest block that was told",
    figure: true,
    by: ({ position }) => position,
    cell: ({ position }) => exact(position),
  },
  {
    id: "filled",
    head: "Filled",
    title: "Blocks that no upstream told and that were fetched",
    figure: true,
    minor: true,
    by: ({ filled }) => filled,
    cell: ({ filled }) => count(filled),
  },
  {
    id: "gaps",
    head: "Gaps",
    title: "Could not be made up for",
    figure: true,
    by: ({ gaps }) => gaps,
    cell: ({ gaps }) => gaps > 0 ? <b class="result-failed">{count(gaps)}</b> : count(gaps),
  },
  {
    id: "failovers",
    head: "Failovers",
    figure: true,
    minor: true,
    by: ({ failovers }) => failovers,
    cell: ({ failovers }) => count(failovers),
  },
  {
    id: "buffered",
    head: "Held back",
    title: "Blocks or logs that wait for those before them",
    figure: true,
    minor: true,
    by: ({ buffered }) => buffered,
    cell: ({ buffered }) => count(buffered),
  },
  {
    id: "slowest",
    head: "Slowest client",
    title: "What waits for the client that keeps up worst",
    figure: true,
    minor: true,
    by: ({ slowest_client_bytes }) => slowest_client_bytes,
    cell: ({ slowest_client_bytes }) => bytes(slowest_client_bytes),
  },
];

export function StreamList(): JSX.Element {
  const chain = chainInView.value;
  const path = `/api/streams${chain === null ? "" : `?chain=${encodeURIComponent(chain)}`}`;
  const asked = useAsked<readonly StreamRow[]>(path, everyMs).value;
  const chosen = asked.data?.find((row) => streamId(row) === param("stream"));
  return (
    <Panel
      title="Streams"
      note="one upstream subscription serves all clients of equal params"
      api={path}
      wide
    >
      <Answered asked={asked} empty={<Nobody chain={chain} />}>
        {(rows) => (
          <Table
            name="streams"
            stacks
            caption="Streams"
            natural="those in trouble first"
            columns={columns}
            rows={byTrouble(rows)}
            keyOf={streamId}
            open={(row) => go({ params: { stream: streamId(row) === param("stream") ? "" : streamId(row) } })}
            selected={(row) => row === chosen}
          />
        )}
      </Answered>
      {chosen !== undefined && <StreamUpstreams row={chosen} />}
      {chosen === undefined && param("stream") !== "" && asked.data !== null && (
        <p class="quiet-line">
          The stream that this address names is over: its last client left.{" "}
          <ViewLink to={{ params: { stream: "" } }}>Show all</ViewLink>
        </p>
      )}
    </Panel>
  );
}

function Nobody({ chain }: { readonly chain: string | null }): ComponentChildren {
  return (
    <>
      Nobody listens{chain === null ? "" : ` to ${chain}`}: a stream begins with the first{" "}
      <code>eth_subscribe</code> at{" "}
      <code>{`ws://${location.host}/rpc/${chain ?? "ethereum"}`}</code>, or a filter.
    </>
  );
}

function FedBy({ row }: { readonly row: StreamRow }): JSX.Element {
  const word = feeding(row);
  if (word === "cut") {
    return (
      <span class="outcome bad">
        <Shape state="open" />nobody
      </span>
    );
  }
  const names = row.upstreams.filter(({ state }) => state !== "over").map(({ provider }) => provider);
  return (
    <span class={`outcome ${word === "fed" ? "good" : "moved"}`}>
      <Shape state={word === "fed" ? "up" : "probing"} />
      <span>{[...new Set(names)].join(", ")}{word === "waiting" && " (opening)"}</span>
    </span>
  );
}

function heardAt({ upstreams }: StreamRow): number | null {
  return upstreams.length === 0 ? null : Math.max(...upstreams.map(({ heard_at }) => Date.parse(heard_at)));
}
