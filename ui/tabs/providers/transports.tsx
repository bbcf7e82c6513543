// How each transport of a provider stands: state, breaker with its next trial, last error; with its breaker's buttons.

import type { JSX } from "preact";
import type { FeedChain, FeedProvider } from "../../../core/server/feed_model.ts";
import { ActionButton, Said } from "../../components/action.tsx";
import { Ago } from "../../components/ago.tsx";
import { State } from "../../components/state.tsx";
import { count, none, span } from "../../format/number.ts";
import { type Action, useRunner } from "../../models/actions.ts";
import { useAsked } from "../../models/asked.ts";
import { now } from "../../models/store.ts";
import type { BreakerAnswer } from "./breaker_history.tsx";

export function Transports(
  { chain, provider }: { readonly chain: FeedChain; readonly provider: FeedProvider },
): JSX.Element {
  const query = new URLSearchParams({ chain: chain.name, provider: provider.id, limit: "1" });
  const breakers = provider.transports.map(({ breaker }) => breaker).join(" ");
  const asked = useAsked<BreakerAnswer>(`/api/breakers?${query}`, 5_000, breakers);
  const runner = useRunner();
  return (
    <div class="table-frame">
      <table class="rows stacks">
        <caption class="hidden">Transports of {provider.id}</caption>
        <thead>
          <tr>
            <th scope="col">By</th>
            <th scope="col">State</th>
            <th scope="col">Breaker</th>
            <th scope="col" class="figure">Connections</th>
            <th scope="col" class="figure">In flight</th>
            <th scope="col">Last error</th>
            <th scope="col">Breaker by hand</th>
          </tr>
        </thead>
        <tbody>
          {provider.transports.map((one) => {
            const own = asked.value.data?.now.find(({ transport }) => transport === one.transport);
            return (
              <tr key={one.transport}>
                <th scope="row">{one.transport === "ws" ? "WebSocket" : "HTTP"}</th>
                <td data-label="State">
                  <State state={one.state} reason={one.reason} />{" "}
                  <span class="note">
                    for <Ago at={one.since} />
                  </span>
                </td>
                <td data-label="Breaker">
                  <span class={one.breaker === "closed" ? undefined : "warned"}>
                    {one.breaker.replace("_", " ")}
                  </span>
                  {one.breaker === "open" && own !== undefined && (
                    <span class="note">{trialText(own.trial_at, own.reopenings)}</span>
                  )}
                </td>
                <td data-label="Connections" class="figure">{count(one.connections)}</td>
                <td data-label="In flight" class="figure">{count(one.in_flight)}</td>
                <td data-label="Last error" class="own-line">
                  {one.last_failure ?? <span class="muted" title="None since the start">{none}</span>}
                </td>
                <td data-label="Breaker by hand" class="own-line">
                  <span class="buttons small">
                    {(["reset", "open", "close"] as const).map((action) => (
                      <ActionButton
                        key={action}
                        runner={runner}
                        danger={action === "open"}
                        label={`${words[action]} the ${one.transport} breaker of ${provider.id}`}
                        action={breakerAction(chain.name, provider.id, one.transport, action)}
                      >
                        {words[action]}
                      </ActionButton>
                    ))}
                  </span>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <Said runner={runner} />
    </div>
  );
}

const words = { reset: "Reset", open: "Hold open", close: "Hold closed" } as const;

function breakerAction(
  chain: string,
  id: string,
  transport: string,
  action: "reset" | "open" | "close",
): Action {
  const path = `/api/admin/breakers/${encodeURIComponent(chain)}/${encodeURIComponent(id)}/${transport}`;
  const done = {
    reset: `The ${transport} breaker is closed, as at the start.`,
    open: `The ${transport} breaker is held open until it is reset.`,
    close: `The ${transport} breaker is held closed until it is reset.`,
  }[action];
  const danger = {
    reset: undefined,
    open: {
      title: `Hold the ${transport} breaker of ${id} open?`,
      text: `No call and no probe of ${chain} goes to ${id} over ${transport} until the breaker is reset.`,
      verb: "Hold open",
    },
    close: {
      title: `Hold the ${transport} breaker of ${id} closed?`,
      text: `${id} stays in service over ${transport} whatever fails, until the breaker is reset.`,
      verb: "Hold closed",
    },
  }[action];
  return { path, body: { action }, done, danger };
}

function trialText(trialAt: string | null, reopenings: number | null): string {
  const when = trialAt === null
    ? " held open by an operator"
    : ` next trial ${waitText(Date.parse(trialAt) - now.value)}`;
  return reopenings === null || reopenings === 0 ? when : `${when}, opened ${count(reopenings + 1)} times`;
}

function waitText(ms: number): string {
  return ms < 500 ? "now" : `in ${span(ms)}`;
}
