// A mark on the charts, a deploy for instance, so that what follows can be laid to it. Works everywhere.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ActionButton, Said } from "../../components/action.tsx";
import { At } from "../../components/ago.tsx";
import { Panel } from "../../components/panel.tsx";
import { useRunner, whyNot } from "../../models/actions.ts";
import { events } from "../../models/store.ts";

const maxChars = 120;
const shown = 5;

export function Marks(): JSX.Element {
  const runner = useRunner();
  const [label, setLabel] = useState("");
  const off = whyNot();
  const text = label.trim();
  const marks = events.value.filter(({ event }) => event === "mark").slice(0, shown);
  const action = {
    path: "/api/admin/marks",
    body: { label: text },
    done: `“${text}” stands on every chart from now on.`,
  };
  const why = off ?? (text === "" ? "Say what it marks." : null);
  return (
    <Panel title="Marks" api="/api/events?topics=system&limit=20" note="on every chart, at this moment">
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (why === null) void runner.run(action);
        }}
      >
        <label class="field grow">
          <span>Label</span>
          <input
            type="text"
            maxLength={maxChars}
            placeholder="deploy 2026-01-31"
            disabled={off !== null}
            value={label}
            onInput={({ currentTarget }) => setLabel(currentTarget.value)}
          />
        </label>
        <div class="buttons row">
          <ActionButton runner={runner} off={why} action={action}>Set the mark</ActionButton>
          <Said runner={runner} />
        </div>
        {off !== null && <p class="note row">{off}</p>}
      </form>
      {marks.length > 0 && (
        <ol class="ticker changes" aria-label="The newest marks">
          {marks.map((row) => (
            <li key={row.row}>
              <At at={row.at} />
              <span>{String(row["label"])}</span>
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}
