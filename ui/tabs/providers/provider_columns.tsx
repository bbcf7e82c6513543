// The columns of the providers' table.

import { Ago } from "../../components/ago.tsx";
import { ViewLink } from "../../components/link.tsx";
import { State } from "../../components/state.tsx";
import type { Column } from "../../components/table.tsx";
import { count, millis, none, rate } from "../../format/number.ts";
import { failShare, type ProviderRow } from "../../models/provider_rows.ts";
import { severity } from "../../models/severity.ts";
import { Errors, Share, Time } from "./provider_cells.tsx";

export function columnsOf(hasChain: boolean, hasLimit: boolean): readonly Column<ProviderRow>[] {
  const chain: Column<ProviderRow> = {
    id: "chain",
    head: "Chain",
    by: ({ chain }) => chain.name,
    cell: ({ chain }) => <span class="whole">{chain.name}</span>,
  };
  return [name, over, ...(hasChain ? [chain] : []), ...rest, { ...limit, minor: !hasLimit }];
}

const name: Column<ProviderRow> = {
  id: "provider",
  head: "Provider",
  by: ({ provider }) => provider.id,
  cell: ({ chain, provider: { id, override, group } }) => (
    <>
      <ViewLink to={{ params: { provider: id, on: chain.name } }}>{id}</ViewLink>
      {group === "fallback" && <span class="tag">fallback</span>}
      {override !== null && <span class="tag by-hand">{override}</span>}
    </>
  ),
};

const over: Column<ProviderRow> = {
  id: "transport",
  head: "By",
  title: "Transport",
  by: ({ transport }) => transport.transport,
  cell: ({ transport }) => <span class="whole">{transport.transport}</span>,
};

const rest: readonly Column<ProviderRow>[] = [
  {
    id: "state",
    head: "State",
    by: ({ transport }) => severity(transport.state),
    cell: ({ transport: { state, reason } }) => <State state={state} reason={reason} />,
  },
  {
    id: "since",
    head: "Since",
    figure: true,
    by: ({ transport }) => transport.since,
    cell: ({ transport }) => <Ago at={transport.since} />,
  },
  {
    id: "share",
    head: "Share",
    title: "Of the chain's attempts of the last minute",
    figure: true,
    by: ({ transport }) => transport.share,
    cell: ({ transport: { share } }) => <Share share={share} />,
  },
  {
    id: "rps",
    head: "Requests",
    title: "Attempts a second, last 10 s",
    figure: true,
    by: ({ transport }) => transport.rps10,
    cell: ({ transport }) => rate(transport.rps10),
  },
  {
    id: "errors",
    head: "Errors, 5 min",
    title: "By kind",
    by: ({ transport }) => failShare(transport),
    cell: ({ transport }) => <Errors row={transport} />,
  },
  {
    id: "p50",
    head: "p50",
    figure: true,
    by: ({ transport }) => transport.fiveMinutes.p50,
    cell: ({ transport: { fiveMinutes } }) => <Time ms={fiveMinutes.p50} n={fiveMinutes.n} />,
  },
  {
    id: "p99",
    head: "p99",
    figure: true,
    by: ({ transport }) => transport.fiveMinutes.p99,
    cell: ({ transport: { fiveMinutes } }) => <Time ms={fiveMinutes.p99} n={fiveMinutes.n} />,
  },
  {
    id: "n",
    head: "n",
    title: "Attempts of 5 minutes, behind the errors and the percentiles",
    figure: true,
    by: ({ transport }) => transport.fiveMinutes.n,
    cell: ({ transport }) => count(transport.fiveMinutes.n),
  },
  {
    id: "breaker",
    head: "Breaker",
    by: ({ transport }) => ["open", "half_open", "closed"].indexOf(transport.breaker),
    cell: ({ transport: { breaker } }) => (
      <span class={breaker === "closed" ? "muted" : "warned"}>{breaker.replace("_", " ")}</span>
    ),
  },
];

const limit: Column<ProviderRow> = {
  id: "limit",
  head: "Limit used",
  title: "Of the configured rate budget",
  figure: true,
  by: ({ provider: { rate_limit } }) => rate_limit === null ? null : rate_limit.used / rate_limit.max,
  cell: ({ provider: { rate_limit } }) =>
    rate_limit === null
      ? <span title="No rate budget is configured">{none}</span>
      : (
        <span title={`in ${millis(rate_limit.per_ms)}`}>
          {count(rate_limit.used)} of {count(rate_limit.max)}
        </span>
      ),
};
