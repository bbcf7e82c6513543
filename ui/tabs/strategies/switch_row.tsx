// One chain's strategy, or that of all of them, with its switch.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ActionButton, Said } from "../../components/action.tsx";
import { useRunner, whyNot } from "../../models/actions.ts";

export function SwitchRow({ chain, strategy, overridden, known }: {
  /** null: all of them. */
  readonly chain: string | null;
  /** null: chains differ. */
  readonly strategy: string | null;
  /** By hand, over the config's. */
  readonly overridden: boolean;
  readonly known: readonly string[];
}): JSX.Element {
  const runner = useRunner();
  const [chosen, choose] = useState<string | null>(null);
  const place = chain ?? "every chain";
  const wanted = chosen ?? strategy ?? known[0] ?? "";
  const body = chain === null ? {} : { chain };
  const isSame = wanted === strategy && (chain === null || overridden);
  return (
    <li>
      <p>
        <b>{place}</b>
      </p>
      <p>
        {strategy ?? "differs by chain"} {overridden
          ? <span class="tag by-hand">{chain === null ? "some set by hand" : "set by hand"}</span>
          : <span class="note">by the config</span>}
      </p>
      <p class="buttons">
        <label>
          <span class="hidden">Strategy of {place}</span>
          <select value={wanted} onChange={({ currentTarget }) => choose(currentTarget.value)}>
            {known.map((id) => <option key={id} value={id}>{id}</option>)}
          </select>
        </label>
        <ActionButton
          runner={runner}
          off={whyNot() ?? (isSame ? `${wanted} is in force.` : null)}
          label={`Set ${wanted} on ${place}`}
          action={{
            method: "PUT",
            path: "/api/admin/strategy",
            body: { ...body, strategy: wanted },
            danger: {
              title: `Serve ${place} by ${wanted}?`,
              text:
                `From the next call on ${wanted} orders the providers of ${place}, over what the config says, ` +
                "until it is cleared or Lasso restarts.",
              verb: "Switch",
            },
            done: `${wanted} serves ${place} now.`,
            unchanged: `${wanted} was set already.`,
          }}
        >
          Set
        </ActionButton>
        <ActionButton
          runner={runner}
          off={whyNot() ?? (overridden ? null : "Nothing is set by hand.")}
          label={`Clear what was set by hand on ${place}`}
          action={{
            method: "PUT",
            path: "/api/admin/strategy",
            body: { ...body, strategy: null },
            done: `The config's strategy serves ${place} again.`,
          }}
        >
          Clear
        </ActionButton>
      </p>
      <Said runner={runner} />
    </li>
  );
}
