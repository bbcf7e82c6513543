// What happened to a provider lately: its breakers' changes, and everything else that was told of it.

import type { JSX } from "preact";
import { EventTable } from "../../components/event_table.tsx";
import { Answered, CopyCurl } from "../../components/panel.tsx";
import { useAsked } from "../../models/asked.ts";
import { ofHistory, type PastEvent } from "../../models/past_events.ts";
import { toldOf } from "../../models/changes.ts";
import { events } from "../../models/store.ts";
import { BreakerRows } from "./breaker_history.tsx";

const shown = 8;

export function DetailEvents({ chain, provider }: {
  readonly chain: string;
  readonly provider: string;
}): JSX.Element {
  const query = new URLSearchParams({ chain, provider });
  const newest = events.value.find((one) => one.chain === chain && one["provider"] === provider)?.row;
  const path = `/api/events?${query}&topics=provider,stream,alert,chaos&since=-24h&limit=60`;
  const asked = useAsked<readonly PastEvent[]>(path, 15_000, newest);
  return (
    <>
      <section aria-label={`Breaker history of ${provider}`}>
        <div class="section-head">
          <h3>
            Breaker history <span class="note">24 h</span>
          </h3>
          <CopyCurl path={`/api/breakers?${query}`} about="Breaker history" />
        </div>
        <BreakerRows query={query} renew={newest} shown={shown} isPlain />
      </section>
      <section aria-label={`Events of ${provider}`}>
        <div class="section-head">
          <h3>
            Events <span class="note">24 h</span>
          </h3>
          <CopyCurl path={path} about="Events" />
        </div>
        <Answered asked={asked.value} empty="Nothing was told of it in the last day.">
          {(rows) => (
            <EventTable
              caption={`Events of ${provider}`}
              events={toldOf(rows.map(ofHistory), null).slice(0, shown)}
              isPlain
            />
          )}
        </Answered>
      </section>
    </>
  );
}
