// Each provider with what it does now, its share of the newest calls, and what one may do to it with one click.

import type { JSX } from "preact";
import { Panel } from "../../components/panel.tsx";
import type { FaultRow } from "../../models/demo.ts";
import { sharesOf, useShareTrails } from "../../models/live_share.ts";
import { now, routing, shownChains, snapshot } from "../../models/store.ts";
import { count } from "../../format/number.ts";
import { StageRow } from "./stage_row.tsx";

/** Beyond it only those that are not simply up stand here, until a chain is chosen. */
const maxRows = 12;
const windowMs = 10_000;

export function Stage({ faults }: { readonly faults: readonly FaultRow[] }): JSX.Element {
  const chains = shownChains.value;
  const all = chains.flatMap((chain) => chain.providers.map((provider) => ({ chain, provider })));
  const shown = all.length <= maxRows || chains.length === 1
    ? all
    : all.filter(({ provider: { state, override } }) =>
      (state !== "up" && state !== "unknown") || override !== null
    );
  const keys = shown.map(({ chain, provider }) => `${chain.name}/${provider.id}`);
  const trails = useShareTrails(keys).value;
  const { of, n } = sharesOf(routing.value, now.value - windowMs);
  const calls = [...n.values()].reduce((sum, each) => sum + each, 0);
  return (
    <Panel
      title="Providers"
      api="/api/providers"
      note={`share of the newest calls, at most 10 s; n = ${count(calls)}`}
      wide
    >
      {shown.length === 0
        ? (
          <p class="quiet-line">
            {all.length === 0 ? "No provider is configured." : "Every provider is up."}
          </p>
        )
        : (
          <ul class="stage" aria-label="Providers and what may be done to them">
            {shown.map(({ chain, provider }) => {
              const key = `${chain.name}/${provider.id}`;
              return (
                <StageRow
                  key={key}
                  chain={chain}
                  provider={provider}
                  share={n.has(chain.name) ? of.get(key)?.share ?? 0 : null}
                  trail={trails.get(key) ?? []}
                  faults={faults.filter((one) => one.chain === chain.name && one.provider === provider.id)}
                  demo={snapshot.value?.demo === true}
                />
              );
            })}
          </ul>
        )}
      {shown.length < all.length && (
        <p class="note">
          {all.length - shown.length} more are up: choose a chain above to act on one of them.
        </p>
      )}
    </Panel>
  );
}
