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
import { useAsked } from "../../models/asked.ts";
import { folded, isTroubled, isTroubledChain, restText } from "../../models/severity.ts";
import { shownChains, trails } from "../../models/store.ts";
import { type HistoryLine, seedOf, withSeed } from "../../models/trail_seed.ts";
import { go, param } from "../../models/view.ts";

const mostChains = 10;
const mostProviders = 8;
const seconds = 60;

const columnsOf = (lines: readonly HistoryLine[]): readonly Column<FeedChain>[] => [
  {
    id: "name",
    head: "Chain",
    by: ({ name }) => name,
    cell: ({ name }) => <ViewLink to={{ tab: "providers", chain: name }} class="whole">{name}</ViewLink>,
  },
  { id: "rps", head: "Requests", figure: true, by: ({ rps10 }) => rps10, cell: ({ rps10 }) => rate(rps10) },
  {
    id: "trail",
    head: "Last minute",
    minor: true,
    cell: ({ name, rps10 }) => (
      <Spark
        values={withSeed(seedOf(lines, name, seconds), trails.value[name]?.rps ?? [], seconds)}
        label={`Requests of ${name}, last minute, now ${rate(rps10)}`}
      />
    ),
  },
  {
    id: "success",
    head: "Success",
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
  { id: "lag", head: "Providers, blocks behind", wide: true, cell: (chain) => <Lags chain={chain} /> },
];

function Lags({ chain }: { readonly chain: FeedChain }): JSX.Element {
  const all = folded(chain.providers, isTroubled, mostProviders, mostProviders);
  return (
    <ul class="lags">
      {all.shown.map(({ id, state, reason, lag_blocks }) => (
        <li key={id} title={reason ?? `${id} is ${state}`}>
          <Shape state={state} />
          <span class="hidden">{state}</span>
          {id}
          {lag_blocks !== null && lag_blocks > 0 && <b class="figure">−{lag_blocks}</b>}
        </li>
      ))}
      {all.rest.length > 0 && <li class="note">{restText(all)}</li>}
    </ul>
  );
}

export function ChainList(): JSX.Element {
  const awake = shownChains.value.filter((chain) => chain.awake || chain.state === "bad");
  const asleep = shownChains.value.length - awake.length;
  const isAll = param("chains") === "all";
  const all = folded(awake, isTroubledChain, isAll ? Infinity : mostChains, mostChains);
  return (
    <Panel
      title="Chains"
      api="/v1/chains"
      note="rates of 10 s; success, p50, p95 and n of the last minute"
      wide
    >
      {awake.length === 0
        ? <p class="quiet-line">No chain is awake: a chain wakes with its first call.</p>
        : <ChainTable chains={all.shown} />}
      {all.rest.length > 0 && (
        <p class="note">
          {restText(all)}, with {rate(all.rest.reduce((sum, { rps10 }) => sum + rps10, 0))}.{" "}
          <ViewLink to={{ params: { chains: "all" } }}>Show all</ViewLink>
        </p>
      )}
      {isAll && awake.length > mostChains && (
        <p class="note">
          <ViewLink to={{ params: { chains: "" } }}>Fold what is well</ViewLink>
        </p>
      )}
      {asleep > 0 && (
        <p class="note">{asleep} {asleep === 1 ? "chain sleeps" : "chains sleep"} until a call comes.</p>
      )}
    </Panel>
  );
}

function ChainTable({ chains }: { readonly chains: readonly FeedChain[] }): JSX.Element {
  const before = useAsked<{ readonly series: readonly HistoryLine[] }>(
    "/api/history?metric=rps&by=chain&from=-70s",
  );
  const lines = before.value.data?.series ?? [];
  return (
    <Table
      name="chains"
      caption="Chains"
      columns={columnsOf(lines)}
      rows={chains}
      keyOf={({ name }) => name}
      open={({ name }) => go({ tab: "providers", chain: name })}
      stacks
    />
  );
}
