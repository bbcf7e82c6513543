// How the config came to be: the start and each reload, with why one was not taken.

import type { JSX } from "preact";
import { At } from "../../components/ago.tsx";
import { Panel } from "../../components/panel.tsx";
import { Shape } from "../../components/state.tsx";
import { snapshot } from "../../models/store.ts";

export function Reloads(): JSX.Element | null {
  const data = snapshot.value;
  if (data === null) return null;
  const rows = [...data.reloads].reverse();
  return (
    <Panel title="Reloads" note={`version ${data.config_version} is in force`} api="/api/config">
      <ol class="lines">
        {rows.map(({ at, result, message }) => (
          <li key={`${at} ${message}`}>
            <At at={at} />
            <span class={`outcome ${result === "ok" ? "good" : "bad"}`}>
              <Shape state={result === "ok" ? "up" : "open"} />
              {result === "ok" ? "taken" : "not taken"}
            </span>
            <span class="as-written">{message}</span>
          </li>
        ))}
        <li>
          <At at={data.started_at} />
          <span>started, with version 1</span>
        </li>
      </ol>
      {rows.length === 0 && (
        <p class="note">
          {data.demo ? "The demo has no config file to reload." : "Nothing was reloaded since the start."}
        </p>
      )}
    </Panel>
  );
}
