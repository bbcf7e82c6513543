// Events as lines: when, what about, what; newest first, as they are given.

import type { JSX } from "preact";
import type { StateEvent } from "../../core/server/feed_model.ts";
import { shortTime } from "../format/time.ts";
import { eventText } from "../models/event_text.ts";
import { now } from "../models/store.ts";
import { At } from "./ago.tsx";
import { ViewLink } from "./link.tsx";

const dayMs = 86_400_000;

export function EventTable({ caption, events, isPlain = false }: {
  readonly caption: string;
  readonly events: readonly StateEvent[];
  /** They are of one provider alone, and its page is this one. */
  readonly isPlain?: boolean;
}): JSX.Element {
  return (
    <table class="rows feed">
      <caption class="hidden">{caption}</caption>
      <thead>
        <tr>
          <th scope="col" class="at">Time</th>
          <th scope="col" class="about">About</th>
          <th scope="col">What</th>
        </tr>
      </thead>
      <tbody>
        {events.map((event, i) => (
          <tr key={String(event["row"] ?? `${event.at} ${i}`)}>
            <td>
              {now.value - event.at > dayMs / 2 ? shortTime(event.at, now.value) : <At at={event.at} />}
            </td>
            <td class="note about">{event.topic}</td>
            <td>{isPlain ? eventText(event, true) : <What event={event} />}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Leads to the provider that it is about, where it is told in full. */
function What({ event }: { readonly event: StateEvent }): JSX.Element {
  const { chain, provider } = event;
  const text = eventText(event);
  if (chain === undefined || typeof provider !== "string") return <>{text}</>;
  return <ViewLink to={{ tab: "providers", chain, params: { provider } }} class="plain">{text}</ViewLink>;
}
