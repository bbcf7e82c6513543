// What happened to streams: backfills, failovers, reorgs, gaps; of history, with the live feed ahead of it.

import type { JSX } from "preact";
import { At } from "../../components/ago.tsx";
import { Answered, Panel } from "../../components/panel.tsx";
import { useAsked } from "../../models/asked.ts";
import { eventText } from "../../models/event_text.ts";
import { ofHistory, withLive } from "../../models/past_events.ts";
import type { PastEvent } from "../../models/past_events.ts";
import { events } from "../../models/store.ts";
import { chainInView } from "../../models/view.ts";

const most = 40;

export function StreamEvents(): JSX.Element {
  const chain = chainInView.value;
  const query = chain === null ? "" : `&chain=${encodeURIComponent(chain)}`;
  const path = `/api/events?topics=stream&since=-24h&limit=${most}${query}`;
  const asked = useAsked<readonly PastEvent[]>(path).value;
  const live = events.value.filter(({ topic, chain: its }) =>
    topic === "stream" && (chain === null || its === chain)
  );
  const rows = withLive((asked.data ?? []).map(ofHistory), live).slice(0, most);
  return (
    <Panel title="Stream events" note="last 24 h" api={path}>
      <Answered
        asked={asked}
        isEmpty={() => rows.length === 0}
        empty="No backfill, failover, reorg or gap in the last 24 h."
      >
        {() => (
          <ol class="lines dated">
            {rows.map((row, index) => (
              <li key={`${row.at} ${index}`} class={row.event === "stream.gap" ? "result-failed" : undefined}>
                <At at={row.at} />
                <span>{eventText(row)}</span>
              </li>
            ))}
          </ol>
        )}
      </Answered>
    </Panel>
  );
}
