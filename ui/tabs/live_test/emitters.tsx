// Events that only look like a provider's, to see how the page and what listens to the feed take them.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ActionButton, Said } from "../../components/action.tsx";
import { Panel } from "../../components/panel.tsx";
import { useRunner, whyNotDemo } from "../../models/actions.ts";
import { placeOf, ProviderField } from "./fields.tsx";

const types = [
  { type: "cooldown_start", word: "Cooldown starts" },
  { type: "healthy", word: "Healthy" },
] as const;

export function Emitters(): JSX.Element {
  const runner = useRunner();
  const [where, setWhere] = useState("");
  const off = whyNotDemo();
  const place = placeOf(where);
  return (
    <Panel
      title="Test events"
      api="/api/events?topics=provider"
      note="they steer nothing"
    >
      <fieldset class="form" disabled={off !== null}>
        <legend class="hidden">An event</legend>
        <ProviderField value={place === null ? "" : `${place.chain}/${place.provider}`} set={setWhere} />
        <div class="buttons row">
          {types.map(({ type, word }) => (
            <ActionButton
              key={type}
              runner={runner}
              off={off ?? (place === null ? "No provider is configured." : null)}
              action={{
                path: "/api/admin/events",
                body: { type, ...place },
                done: "It is on the feed, marked test.",
              }}
            >
              {word}
            </ActionButton>
          ))}
          <Said runner={runner} />
        </div>
        {off !== null && <p class="note row">{off}</p>}
      </fieldset>
    </Panel>
  );
}
