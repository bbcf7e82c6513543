// What changed its state: providers, breakers, streams, config, alerts; newest first, to be filtered by what is typed.

import type { JSX } from "preact";
import type { StateEvent } from "../../../core/server/feed_model.ts";
import { At } from "../../components/ago.tsx";
import { ViewLink } from "../../components/link.tsx";
import { Panel } from "../../components/panel.tsx";
import { Search } from "../../components/search.tsx";
import { toldOf } from "../../models/changes.ts";
import { eventText } from "../../models/event_text.ts";
import { events } from "../../models/store.ts";
import { chainInView, param } from "../../models/view.ts";

const shown = 10;

export function StateFeed(): JSX.Element {
  const words = param("changes").toLowerCase();
  const rows = toldOf(events.value, chainInView.value)
    .map((row) => ({ row, text: eventText(row) }))
    .filter(({ row, text }) =>
      words === "" || `${row.topic} ${row.event} ${text}`.toLowerCase().includes(words)
    )
    .slice(0, shown);
  return (
    <Panel
      title="Changes"
      api="/api/events?limit=100"
      actions={<Search name="changes" placeholder="provider, breaker, config" />}
    >
      {rows.length === 0
        ? (
          <p class="quiet-line">
            {words === ""
              ? "Nothing has changed its state lately."
              : `None of the newest changes fits “${words}”.`}
          </p>
        )
        : (
          <table class="rows feed">
            <caption class="hidden">Changes of state, newest first</caption>
            <thead>
              <tr>
                <th scope="col" class="at">Time</th>
                <th scope="col" class="about">About</th>
                <th scope="col">What</th>
              </tr>
            </thead>
            <tbody>
              {rows.map(({ row, text }) => (
                <tr key={row.row}>
                  <td>
                    <At at={row.at} />
                  </td>
                  <td class="note about">{row.topic}</td>
                  <td class="cut" title={text}>
                    <What event={row} text={text} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
    </Panel>
  );
}

/** Leads to the provider that it is about, where it is told in full. */
function What({ event, text }: { readonly event: StateEvent; readonly text: string }): JSX.Element {
  const { chain, provider } = event;
  if (chain === undefined || typeof provider !== "string") return <>{text}</>;
  return <ViewLink to={{ tab: "providers", chain, params: { provider } }} class="plain">{text}</ViewLink>;
}
