// Who is fastest, per chain and method: by median over success, as `/api/leaderboard` ranks.

import type { JSX } from "preact";
import { ViewLink } from "../../components/link.tsx";
import { Answered, Panel } from "../../components/panel.tsx";
import { type Column, Table } from "../../components/table.tsx";
import { count, millis, percent } from "../../format/number.ts";
import { useAsked } from "../../models/asked.ts";
import type { Matrix } from "../../models/heat.ts";
import { go, param } from "../../models/view.ts";
import { ChainChoice } from "./chain_choice.tsx";
import { windowInView } from "./window_choice.tsx";

interface Rank {
  readonly rank: number;
  readonly provider: string;
  readonly transport: string;
  readonly n: number | null;
  readonly success: number | null;
  readonly p50_ms: number | null;
  readonly p99_ms: number | null;
  readonly note: string | null;
}

const most = 12;

export function Ranking({ chain }: { readonly chain: string }): JSX.Element {
  const { id: window, label } = windowInView();
  const method = param("method");
  const query = new URLSearchParams({ by: "latency", window, ...(method === "" ? {} : { method }) });
  const path = `/api/leaderboard/${encodeURIComponent(chain)}?${query}`;
  const asked = useAsked<readonly Rank[]>(path, 10_000);
  const { n } = asked.value;
  return (
    <Panel
      title="Ranking by latency"
      note={`${chain}, ${label}${n === null ? "" : `; n = ${count(n)}`}`}
      api={path}
      actions={
        <>
          <ChainChoice chain={chain} />
          <MethodChoice chain={chain} />
        </>
      }
    >
      <Answered asked={asked.value} empty={emptyText(method)}>
        {(rows) => (
          <Table
            name="ranking"
            caption="Providers by latency"
            natural="best first"
            columns={columnsOf(chain)}
            rows={rows.slice(0, most)}
            keyOf={({ provider, transport }) => `${provider} ${transport}`}
          />
        )}
      </Answered>
    </Panel>
  );
}

function MethodChoice({ chain }: { readonly chain: string }): JSX.Element {
  const asked = useAsked<Matrix>(`/api/matrix?chain=${encodeURIComponent(chain)}&window=24h`);
  const chosen = param("method");
  const known = asked.value.data?.methods ?? [];
  const methods = chosen === "" || known.includes(chosen) ? known : [chosen, ...known];
  return (
    <label>
      <span class="hidden">Method</span>
      <select
        value={chosen}
        onChange={({ currentTarget }) => go({ params: { method: currentTarget.value }, replace: true })}
      >
        <option value="">all methods</option>
        {methods.map((method) => <option key={method} value={method}>{method}</option>)}
      </select>
    </label>
  );
}

function emptyText(method: string): string {
  return `Nobody was asked${method === "" ? "" : ` for ${method}`} in this time.`;
}

function columnsOf(chain: string): readonly Column<Rank>[] {
  return [
    {
      id: "rank",
      head: "#",
      title: "Rank: by p50 over success",
      by: ({ rank }) => -rank,
      cell: ({ rank }) => rank,
    },
    {
      id: "provider",
      head: "Provider",
      by: ({ provider }) => provider,
      cell: ({ provider, transport }) => (
        <>
          <ViewLink to={{ params: { provider, on: chain } }}>{provider}</ViewLink> {transport}
        </>
      ),
    },
    {
      id: "p50",
      head: "p50",
      figure: true,
      by: ({ p50_ms }) => p50_ms,
      cell: ({ p50_ms }) => millis(p50_ms),
    },
    {
      id: "p99",
      head: "p99",
      figure: true,
      by: ({ p99_ms }) => p99_ms,
      cell: ({ p99_ms }) => millis(p99_ms),
    },
    {
      id: "success",
      head: "Success",
      figure: true,
      minor: true,
      by: ({ success }) => success,
      cell: ({ success }) => percent(success),
    },
    {
      id: "n",
      head: "n",
      figure: true,
      by: ({ n }) => n,
      cell: ({ n, note }) => (
        <span title={note ?? undefined}>
          {note === null ? "" : <span class="note">few,</span>} {count(n)}
        </span>
      ),
    },
  ];
}
