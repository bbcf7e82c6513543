// The newest blocks and who showed them first.

import type { JSX } from "preact";
import { Ago } from "../../components/ago.tsx";
import { Panel } from "../../components/panel.tsx";
import { type Column, Table } from "../../components/table.tsx";
import { exact, none } from "../../format/number.ts";
import { shownChains, snapshot } from "../../models/store.ts";

const shown = 8;

interface Row {
  readonly chain: string;
  readonly number: number;
  readonly hash: string | null;
  readonly at: number;
  readonly provider: string | null;
}

const columns: readonly Column<Row>[] = [
  { id: "chain", head: "Chain", cell: ({ chain }) => chain },
  { id: "number", head: "Block", figure: true, cell: ({ number }) => exact(number) },
  {
    id: "hash",
    head: "Hash",
    minor: true,
    cell: ({ hash }) => hash === null ? none : <code title={hash}>{`${hash.slice(0, 10)}…`}</code>,
  },
  { id: "provider", head: "First from", cell: ({ provider }) => provider ?? none },
  { id: "at", head: "Age", figure: true, cell: ({ at }) => <Ago at={at} /> },
];

export function Blocks(): JSX.Element {
  const rows = shownChains.value
    .flatMap(({ name }) => (snapshot.value?.blocks[name] ?? []).map((block) => ({ chain: name, ...block })))
    .sort((a, b) => b.at - a.at)
    .slice(0, shown);
  return (
    <Panel title="Latest blocks" api="/api/blocks">
      {rows.length === 0
        ? <p class="quiet-line">No block was seen yet: heads are asked for once a chain is awake.</p>
        : (
          <Table
            name="blocks"
            caption="Latest blocks, newest first"
            columns={columns}
            rows={rows}
            keyOf={({ chain, number, hash }) => `${chain} ${number} ${hash}`}
          />
        )}
    </Panel>
  );
}
