// What changed its state: providers, breakers, streams, config, alerts; newest first, to be filtered by what is typed.

import type { JSX } from "preact";
import { EventTable } from "../../components/event_table.tsx";
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
    .filter((row) =>
      words === "" || `${row.topic} ${row.event} ${eventText(row)}`.toLowerCase().includes(words)
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
        : <EventTable caption="Changes of state, newest first" events={rows} />}
    </Panel>
  );
}
