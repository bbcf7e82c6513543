// The config in force with its defaults, without secrets: as a tree that opens, or the lines that a search finds.

import type { JSX } from "preact";
import { Answered, Panel } from "../../components/panel.tsx";
import { Search } from "../../components/search.tsx";
import { useAsked } from "../../models/asked.ts";
import { type ConfigValue, foundLines } from "../../models/config_tree.ts";
import type { ConfigAnswer } from "../../models/system.ts";
import { snapshot } from "../../models/store.ts";
import { param } from "../../models/view.ts";
import { ConfigTree } from "./config_tree.tsx";

const most = 200;

export function ConfigPanel(): JSX.Element {
  // A reload makes a new version: what is shown is asked for anew.
  return <InForce key={snapshot.value?.config_version ?? 0} />;
}

function InForce(): JSX.Element {
  const asked = useAsked<ConfigAnswer>("/api/config").value;
  const words = param("q").trim();
  return (
    <Panel
      title="Config in force"
      note="with defaults, without secrets"
      api="/api/config"
      actions={<Search placeholder="breaker window" />}
      wide
    >
      <Answered asked={asked} isEmpty={() => false} empty="">
        {({ config }) => (
          <div class="config">
            {words === "" ? <ConfigTree value={config} /> : <Found config={config} words={words} />}
          </div>
        )}
      </Answered>
    </Panel>
  );
}

function Found({ config, words }: { readonly config: ConfigValue; readonly words: string }): JSX.Element {
  const lines = foundLines(config, words, most);
  if (lines.length === 0) return <p class="quiet-line">No line of the config has “{words}”.</p>;
  return (
    <>
      {lines.map(({ path, text }) => (
        <p key={path} class="config-line">
          <span class="config-name">{path}:</span> {text}
        </p>
      ))}
      {lines.length === most && <p class="note">Only the first {most} lines are shown.</p>}
    </>
  );
}
