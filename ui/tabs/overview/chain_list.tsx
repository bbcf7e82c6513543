// Each chain in a row: rate, success, latency, head and how far each provider is behind it. Chains that sleep and are
// well are counted, not listed.

import type { JSX } from "preact";
import type { FeedChain } from "../../../core/server/feed_model.ts";
import { Ago } from "../../components/ago.tsx";
import { ViewLink } from "../../components/link.tsx";
import { Panel } from "../../components/panel.tsx";
import { Spark } from "../../components/spark.tsx";
import { Shape } from "../../components/state.tsx";
import { type Column, Table } from "../../components/table.tsx";
import { count, exact, millis, none, percent, rate } from "../../format/number.ts";
import { shownChains, trails } from "../../models/store.ts";
import { go } from "../../models/view.ts";

const columns: readonly Column<FeedChain>[] = [
  {
    id: "name",
    head: "Chain",
    by: ({ name }) => name,
    cell: ({ name }) => <ViewLink to={{ tab: "providers", chain: name }}>{name}</ViewLink>,
  },
  { id: "rps", head: "Requests", figure: true, by: ({ rps10 }) => rps10, cell: ({ rps10 }) => rate(rps10) },
  {
    id: "trail",
    head: "Last minute",
    minor: true,
    cell: ({ name, rps10 }) => (
      <Spark
        values={trails.value[name]?.rps ?? []}
        label={`Requests of ${name}, last minute, now ${rate(rps10)}`}
      />
    ),
  },
  {
    id: "success",
    head: "Success, 1 min",
    figure: true,
    by: ({ minute }) => minute.success,
    cell: ({ minute }) => percent(minute.success),
  },
  {
    id: "p50",
    head: "p50",
    figure: true,
    by: ({ minute }) => minute.p50,
    cell: ({ minute }) => millis(minute.p50),
  },
  {
    id: "p95",
    head: "p95",
    figure: true,
    by: ({ minute }) => minute.p95,
    cell: ({ minute }) => millis(minute.p95),
  },
  {
    id: "n",
    head: "n",
    title: "Calls behind the percentiles",
    figure: true,
    minor: true,
    by: ({ minute }) => minute.n,
    cell: ({ minute }) => count(minute.n),
  },
  { id: "head", head: "Head", figure: true, by: ({ head }) => head, cell: ({ head }) => exact(head) },
  {
    id: "age",
    head: "Age",
    figure: true,
    by: ({ head_at }) => head_at,
    cell: ({ head_at }) => head_at === null ? none : <Ago at={head_at} />,
  },
  { id: "lag", head: "Providers, blocks behind", cell: (chain) => <Lags chain={chain} /> },
];

function Lags({ chain }: { readonly chain: FeedChain }): JSX.Element {
  return (
    <ul class="lags">
      {chain.providers.map(({ id, state, reason, lag_blocks }) => (
        <li key={id} title={reason ?? `${id} is ${state}`}>
          <Shape state={state} />
          <span class="hidden">{state}</span>
          {id}
          {lag_blocks !== null && lag_blocks > 0 && <b class="figure">−{lag_blocks}</b>}
        </li>
      ))}
    </ul>
  );
}

export function ChainList(): JSX.Element {
  const awake = shownChains.value.filter((chain) => chain.awake || chain.state === "bad");
  const asleep = shownChains.value.length - awake.length;
  return (
    <Panel title="Chains" api="/v1/chains" wide>
      {awake.length === 0
        ? (
          <p class="quiet-line">
            No chain is awake: a chain wakes with its first call. Try{" "}
            <code>curl {location.origin}/rpc/{shownChains.value[0]?.name ?? "ethereum"} …</code>
          </p>
        )
        : (
          <Table
            name="chains"
            caption="Chains"
            columns={columns}
            rows={awake}
            keyOf={({ name }) => name}
            open={({ name }) => go({ tab: "providers", chain: name })}
          />
        )}
      {asleep > 0 && <p class="note">{asleep} more {asleep === 1 ? "sleeps" : "sleep"} until a call comes.
      </p>}
    </Panel>
  );
}
