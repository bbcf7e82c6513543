// Events of history as lines: when, what about, what.

import type { JSX } from "preact";
import { At } from "../../components/ago.tsx";
import { shortTime } from "../../format/time.ts";
import { eventText } from "../../models/event_text.ts";
import { ofHistory, type PastEvent } from "../../models/past_events.ts";
import { now } from "../../models/store.ts";

const dayMs = 86_400_000;

export function EventRows({ caption, rows, isPlain = false }: {
  readonly caption: string;
  readonly rows: readonly PastEvent[];
  /** They are of one provider alone. */
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
        {rows.map((row, i) => {
          const event = ofHistory(row);
          const isOld = now.value - event.at > dayMs / 2;
          return (
            <tr key={`${row.at} ${i}`}>
              <td>{isOld ? shortTime(event.at, now.value) : <At at={event.at} />}</td>
              <td class="note about">{row.topic}</td>
              <td>{eventText(event, isPlain)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
