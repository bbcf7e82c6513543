// The live switch: which strategy is in force on each chain, whether by the config or set by hand over it, and the way
// to set and to clear that.

import type { JSX } from "preact";
import { Panel } from "../../components/panel.tsx";
import { shownChains, snapshot } from "../../models/store.ts";
import { chainInView } from "../../models/view.ts";
import { SwitchRow } from "./switch_row.tsx";

export function Switch(): JSX.Element | null {
  const data = snapshot.value;
  if (data === null) return null;
  const shown = shownChains.value;
  const awake = shown.filter(({ awake: isAwake, strategy_overridden }) => isAwake || strategy_overridden);
  const rows = awake.length === 0 ? shown : awake;
  const asleep = shown.length - rows.length;
  const names = [...new Set(data.chains.map(({ strategy }) => strategy))];
  return (
    <Panel
      title="In force"
      api="/v1/chains"
      note="A strategy set by hand lasts until it is cleared or Lasso restarts; a reload of the config keeps it."
      wide
    >
      <ul class="switches">
        {chainInView.value === null && data.chains.length > 1 && (
          <SwitchRow
            chain={null}
            strategy={names.length === 1 ? names[0] ?? null : null}
            overridden={data.chains.some(({ strategy_overridden }) => strategy_overridden)}
            known={data.strategies}
          />
        )}
        {rows.map(({ name, strategy, strategy_overridden }) => (
          <SwitchRow
            key={name}
            chain={name}
            strategy={strategy}
            overridden={strategy_overridden}
            known={data.strategies}
          />
        ))}
      </ul>
      {asleep > 0 && (
        <p class="note">
          {asleep} more{" "}
          {asleep === 1 ? "chain sleeps" : "chains sleep"}; choose one in the header to set its own.
        </p>
      )}
    </Panel>
  );
}
