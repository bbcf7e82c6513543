// The routing decisions as they happen, newest first, to be filtered by what is typed: method, provider, chain, result.

import type { JSX } from "preact";
import { At } from "../../components/ago.tsx";
import { ViewLink } from "../../components/link.tsx";
import { Panel } from "../../components/panel.tsx";
import { Pause } from "../../components/pause.tsx";
import { Search } from "../../components/search.tsx";
import { count, millis } from "../../format/number.ts";
import type { RoutingRow } from "../../models/reduce.ts";
import { answeredBy, hasFailed, marksOf, searchText } from "../../models/routing_text.ts";
import { dropped, routing } from "../../models/store.ts";
import { chainInView, param } from "../../models/view.ts";

const shown = 14;

export function RoutingFeed(): JSX.Element {
  const words = param("q").toLowerCase();
  const chain = chainInView.value;
  const rows = routing.value
    .filter((row) =>
      (chain === null || row.chain === chain) && (words === "" || searchText(row).includes(words))
    )
    .slice(0, shown);
  const note = dropped.value > 0 ? `${count(dropped.value)} successes left out` : undefined;
  return (
    <Panel
      title="Routing"
      {...(note === undefined ? {} : { note })}
      api="/api/requests?limit=100"
      actions={
        <>
          <Search placeholder="method, provider, result" />
          <Pause />
        </>
      }
    >
      {rows.length === 0
        ? (
          <p class="quiet-line">
            {words === ""
              ? "No call since this page was opened."
              : `No call of the newest 100 fits “${words}”.`}
          </p>
        )
        : (
          <table class="rows feed">
            <caption class="hidden">Routing decisions, newest first</caption>
            <thead>
              <tr>
                <th scope="col" class="at">Time</th>
                {chain === null && <th scope="col" class="minor chain">Chain</th>}
                <th scope="col">Method</th>
                <th scope="col" class="by">Answered by</th>
                <th scope="col" class="figure took">Took</th>
              </tr>
            </thead>
            <tbody>{rows.map((row) => <Line key={row.row} row={row} hasChain={chain === null} />)}</tbody>
          </table>
        )}
    </Panel>
  );
}

function Line({ row, hasChain }: { readonly row: RoutingRow; readonly hasChain: boolean }): JSX.Element {
  const failed = hasFailed(row);
  const name = failed ? "result-failed" : row.failover_count > 0 ? "result-moved" : undefined;
  const to = { tab: "requests", params: { id: row.request_id } } as const;
  return (
    <tr class={name}>
      <td>
        <At at={row.at} />
      </td>
      {hasChain && <td class="minor cut">{row.chain}</td>}
      <td class="cut mono" title={row.method}>
        {row.test === true ? row.method : <ViewLink to={to}>{row.method}</ViewLink>}
      </td>
      <td class="cut by">
        {failed && row.provider_id === null ? null : `${answeredBy(row)} `}
        {marksOf(row).map((mark) => <b key={mark} class="mark">{mark}</b>)}
      </td>
      <td class="figure">{millis(row.duration_ms)}</td>
    </tr>
  );
}
