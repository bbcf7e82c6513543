// Which of the streams' events is raced for.

import type { JSX } from "preact";
import { Choice } from "../../components/choice.tsx";
import { param } from "../../models/view.ts";

const kinds = [
  { id: "newHeads", label: "heads" },
  { id: "logs", label: "logs" },
  { id: "newPendingTransactions", label: "pending" },
] as const;

export function eventInView(): string {
  return kinds.find(({ id }) => id === param("event"))?.id ?? kinds[0].id;
}

export function EventSwitch(): JSX.Element {
  return (
    <Choice
      name="event"
      label="What is raced for"
      options={kinds}
      chosen={eventInView()}
      usual={kinds[0].id}
    />
  );
}
