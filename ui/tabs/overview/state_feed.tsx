// What changed its state: providers, breakers, streams, config, alerts; newest first.

import type { JSX } from "preact";
import { At } from "../../components/ago.tsx";
import { Panel } from "../../components/panel.tsx";
import { eventText } from "../../models/event_text.ts";
import { events } from "../../models/store.ts";
import { chainInView } from "../../models/view.ts";

const shown = 40;

export function StateFeed(): JSX.Element {
  const chain = chainInView.value;
  const rows = events.value
    .filter(({ topic, chain: its }) =>
      topic !== "head" && topic !== "client" && topic !== "race" &&
      (chain === null || its === undefined || its === chain)
    )
    .slice(0, shown);
  return (
    <Panel title="Changes" api="/api/events?limit=100">
      {rows.length === 0
        ? <p class="quiet-line">Nothing changed its state since this page was opened.</p>
        : (
          <ol class="lines">
            {rows.map((row) => (
              <li key={row.row}>
                <At at={row.at} />
                <span>{eventText(row)}</span>
              </li>
            ))}
          </ol>
        )}
    </Panel>
  );
}
