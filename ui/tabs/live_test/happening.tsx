// What routing does about it: the newest calls, those that failed or moved standing out, and the newest changes.

import type { JSX } from "preact";
import { At } from "../../components/ago.tsx";
import { ViewLink } from "../../components/link.tsx";
import { Panel } from "../../components/panel.tsx";
import { Pause } from "../../components/pause.tsx";
import { millis } from "../../format/number.ts";
import { eventText } from "../../models/event_text.ts";
import { toldOf } from "../../models/changes.ts";
import type { RoutingRow } from "../../models/reduce.ts";
import { answeredBy, hasFailed, marksOf } from "../../models/routing_text.ts";
import { events, routing } from "../../models/store.ts";
import { chainInView } from "../../models/view.ts";

const maxCalls = 14;
const maxChanges = 12;

export function Happening(): JSX.Element {
  const chain = chainInView.value;
  const isHere = (its: string | undefined): boolean => chain === null || its === undefined || its === chain;
  const calls = routing.value.filter((row) => isHere(row.chain)).slice(0, maxCalls);
  const changes = toldOf(events.value, chain).filter(({ event }) => event !== "mark").slice(0, maxChanges);
  return (
    <>
      <Panel title="Calls now" api="/api/requests?limit=50" actions={<Pause />}>
        {calls.length === 0
          ? <p class="quiet-line">No call yet: start a workload below, or call the router.</p>
          : (
            <ol class="ticker">
              {calls.map((row) => <Call key={row.row} row={row} />)}
            </ol>
          )}
      </Panel>
      <Panel title="What Lasso does" api="/api/events?limit=50" actions={<Pause />}>
        {changes.length === 0
          ? <p class="quiet-line">Nothing has changed yet. Kill a provider above.</p>
          : (
            <ol class="ticker changes">
              {changes.map((row) => (
                <li key={row.row}>
                  <At at={row.at} />
                  <span>{eventText(row)}</span>
                </li>
              ))}
            </ol>
          )}
      </Panel>
    </>
  );
}

function Call({ row }: { readonly row: RoutingRow }): JSX.Element {
  const { at, chain, method, duration_ms, failover_count, request_id, test } = row;
  const name = hasFailed(row) ? "result-failed" : failover_count > 0 ? "result-moved" : undefined;
  const marks = marksOf(row);
  return (
    <li class={name}>
      <At at={at} />
      <span class="to">{answeredBy(row)}</span>
      <span class="muted">{chain}</span>
      {test === true
        ? <span class="mono">{method}</span>
        : <ViewLink to={{ tab: "requests", params: { id: request_id } }} class="mono">{method}</ViewLink>}
      <span class="figure">{marks.length === 0 ? millis(duration_ms) : <b>{marks.join(", ")}</b>}</span>
    </li>
  );
}
