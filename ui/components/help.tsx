// The keys, and what the states mean.

import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { ProviderState } from "../../core/server/feed_model.ts";
import { helpOpen } from "../models/keys.ts";
import { State } from "./state.tsx";

const keys: readonly (readonly [string, string])[] = [
  ["/", "search"],
  ["j k", "next and previous row"],
  ["Enter", "open the row"],
  ["Esc", "close"],
  ["p", "pause the live lists"],
  ["?", "this help"],
];

const states: readonly (readonly [ProviderState, string])[] = [
  ["up", "serves"],
  ["lagging", "behind the head of the chain, or syncing: used when nothing better is left"],
  ["limited", "said that its rate is used up: set aside until it may be asked again"],
  ["probing", "its breaker is half open: one trial at a time"],
  ["open", "its breaker is open after failures: used when nothing better is left"],
  ["off", "drained, or quarantined because it serves another chain"],
  ["unknown", "not asked yet"],
];

export function Help(): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (helpOpen.value) dialog.current?.showModal();
    else dialog.current?.close();
  }, [helpOpen.value]);
  return (
    <dialog ref={dialog} aria-labelledby="help-title" onClose={() => void (helpOpen.value = false)}>
      <h2 id="help-title">Keys and states</h2>
      <dl class="pairs">
        {keys.map(([key, does]) => [
          <dt key={key}>
            <kbd>{key}</kbd>
          </dt>,
          <dd key={`${key} does`}>{does}</dd>,
        ])}
      </dl>
      <dl class="pairs">
        {states.map(([state, means]) => [
          <dt key={state}>
            <State state={state} />
          </dt>,
          <dd key={`${state} means`}>{means}</dd>,
        ])}
      </dl>
      <form method="dialog">
        <button type="submit">Close</button>
      </form>
    </dialog>
  );
}
