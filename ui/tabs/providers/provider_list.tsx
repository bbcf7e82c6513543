// A row per provider and transport, the worst first. Its figures come with the feed, so a change is seen at once.

import type { JSX } from "preact";
import { ViewLink } from "../../components/link.tsx";
import { Panel } from "../../components/panel.tsx";
import { Search } from "../../components/search.tsx";
import { Table } from "../../components/table.tsx";
import { isTroubledRow, keyOf, type Picked, type ProviderRow, rowsOf } from "../../models/provider_rows.ts";
import { folded, restText } from "../../models/severity.ts";
import { shownChains } from "../../models/store.ts";
import { chainInView, go, param } from "../../models/view.ts";
import { columnsOf } from "./provider_columns.tsx";

const most = 16;

export function ProviderList({ picked }: { readonly picked: Picked | null }): JSX.Element {
  const chain = chainInView.value;
  const words = param("q").toLowerCase();
  const isAll = param("all") === "1" || words !== "";
  const rows = rowsOf(shownChains.value).filter((row) => words === "" || textOf(row).includes(words));
  const isPicked = (row: ProviderRow): boolean =>
    picked !== null && row.provider.id === picked.provider.id && row.chain.name === picked.chain.name;
  const all = folded(rows, (row) => isTroubledRow(row) || isPicked(row), isAll ? Infinity : most);
  return (
    <Panel
      title="Providers"
      api={`/api/providers${chain === null ? "" : `?chain=${encodeURIComponent(chain)}`}`}
      note="worst first; requests of 10 s, share of the last minute, errors and percentiles of 5 minutes"
      wide
      actions={<Search placeholder="provider, state, error" />}
    >
      {rows.length === 0
        ? (
          <p class="quiet-line">
            {words === "" ? "No provider is configured." : `No provider fits “${words}”.`}
          </p>
        )
        : (
          <Table
            name="providers"
            caption="Providers by transport"
            natural="worst first"
            columns={columnsOf(chain === null, rows.some(({ provider }) => provider.rate_limit !== null))}
            rows={all.shown}
            keyOf={keyOf}
            selected={isPicked}
            open={({ provider, chain: on }) =>
              go({ params: { provider: provider.id, on: chain === null ? on.name : "" } })}
            stacks
          />
        )}
      {all.rest.length > 0 && (
        <p class="note">
          {restText(all)}. <ViewLink to={{ params: { all: "1" } }}>Show all</ViewLink>
        </p>
      )}
      {param("all") === "1" && rows.length > most && (
        <p class="note">
          <ViewLink to={{ params: { all: "" } }}>Fold what is well</ViewLink>
        </p>
      )}
    </Panel>
  );
}

function textOf({ chain, provider, transport }: ProviderRow): string {
  const { state, reason, last_failure, errors, transport: over } = transport;
  return [provider.id, chain.name, over, state, reason, last_failure, provider.type, ...Object.keys(errors)]
    .join(" ").toLowerCase();
}
