// The routing decisions as they happen, newest first, to be filtered by what is typed: method, provider, chain, result.

import type { JSX } from "preact";
import { At } from "../../components/ago.tsx";
import { ViewLink } from "../../components/link.tsx";
import { Panel } from "../../components/panel.tsx";
import { Pause } from "../../components/pause.tsx";
import { Search } from "../../components/search.tsx";
import { millis } from "../../format/number.ts";
import type { RoutingRow } from "../../models/reduce.ts";
import { dropped, routing } from "../../models/store.ts";
import { chainInView, param } from "../../models/view.ts";

const shown = 40;

export function RoutingFeed(): JSX.Element {
  const words = param("q").toLowerCase();
  const chain = chainInView.value;
  const rows = routing.value
    .filter((row) => (chain === null || row.chain === chain) && (words === "" || textOf(row).includes(words)))
    .slice(0, shown);
  const note = dropped.value > 0 ? `${dropped.value} successes left out` : undefined;
  return (
    <Panel
      title="Routing"
      note={note}
      api="/api/requests?limit=100"
      actions={
        <>
          <Search placeholder="method, provider, result" />
          <Pause />
        </>
      }
    >
      {rows.length === 0
        ? <p class="quiet-line">{words === "" ? "No call since this page was opened." : "No call fits."}</p>
        : <ol class="lines">{rows.map((row) => <Line key={row.row} row={row} />)}</ol>}
    </Panel>
  );
}

function textOf({ method, provider_id, chain, result, strategy }: RoutingRow): string {
  return `${method} ${provider_id ?? ""} ${chain ?? ""} ${result} ${strategy}`.toLowerCase();
}

function Line({ row }: { readonly row: RoutingRow }): JSX.Element {
  const { at, method, provider_id, transport, result, duration_ms, failover_count, request_id, test } = row;
  const failed = result !== "ok" && result !== "error";
  const name = failed ? "result-failed" : failover_count > 0 ? "result-moved" : undefined;
  return (
    <li class={name}>
      <At at={at} />
      <ViewLink to={{ tab: "requests", params: { id: request_id } }} class="mono">{method}</ViewLink>
      <span>{provider_id === null ? "nobody" : `${provider_id} ${transport}`}</span>
      <span class="figure">{millis(duration_ms)}</span>
      {failed && <b>{result}</b>}
      {failover_count > 0 && <b>{failover_count === 1 ? "1 failover" : `${failover_count} failovers`}</b>}
      {test && <span class="note">test</span>}
    </li>
  );
}
