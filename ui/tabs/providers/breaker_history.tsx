// What breakers did: opened, let a trial through, closed, or were held by an operator.

import type { JSX } from "preact";
import { EventTable } from "../../components/event_table.tsx";
import { Answered, Panel } from "../../components/panel.tsx";
import { useAsked } from "../../models/asked.ts";
import { ofHistory, type PastEvent } from "../../models/past_events.ts";
import { events } from "../../models/store.ts";
import { chainInView } from "../../models/view.ts";

/** Of /api/breakers. */
export interface BreakerAnswer {
  readonly now: readonly {
    readonly chain: string;
    readonly provider: string;
    readonly transport: "http" | "ws";
    readonly state: "closed" | "open" | "half_open";
    readonly trial_at: string | null;
    readonly reopenings: number | null;
    readonly last_error: string | null;
  }[];
  readonly history: readonly PastEvent[];
}

const shown = 12;

export function BreakerHistory(): JSX.Element {
  const chain = chainInView.value;
  const query = new URLSearchParams(chain === null ? {} : { chain });
  const newest = events.value.find(({ topic }) => topic === "breaker")?.row;
  return (
    <Panel title="Breaker history" note="24 h" api={`/api/breakers?${query}`}>
      <BreakerRows query={query} renew={newest} shown={shown} />
    </Panel>
  );
}

export function BreakerRows({ query, renew, shown, isPlain = false }: {
  readonly query: URLSearchParams;
  /** When it changes, history is asked again. */
  readonly renew: unknown;
  readonly shown: number;
  /** They are of one provider alone. */
  readonly isPlain?: boolean;
}): JSX.Element {
  const asked = useAsked<BreakerAnswer>(`/api/breakers?${query}&from=-24h&limit=${shown}`, 30_000, renew);
  return (
    <Answered
      asked={asked.value}
      empty="No breaker opened or closed in the last day."
      isEmpty={({ history }) => history.length === 0}
    >
      {({ history }) => (
        <EventTable
          caption="Changes of breakers, newest first"
          events={history.map(ofHistory)}
          isPlain={isPlain}
        />
      )}
    </Answered>
  );
}
