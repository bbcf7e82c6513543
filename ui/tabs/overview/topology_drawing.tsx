// The drawing of the network. Where things stand is planned by models/network.ts; here they are drawn.

import type { JSX } from "preact";
import type { FeedChain, FeedSnapshot } from "../../../core/server/feed_model.ts";
import { ViewLink } from "../../components/link.tsx";
import { Shape } from "../../components/state.tsx";
import { count, millis, none, percent, rate } from "../../format/number.ts";
import { restText } from "../../models/severity.ts";
import {
  type ChainSpot,
  fitted,
  type NetworkPlan,
  planNetwork,
  type ProviderSpot,
} from "../../models/network.ts";
import { Box, Edge } from "./topology_parts.tsx";

export function Drawing({ data, chains, width }: {
  readonly data: FeedSnapshot;
  readonly chains: readonly FeedChain[];
  readonly width: number;
}): JSX.Element {
  const plan = planNetwork(chains, width);
  const { x, width: wide, providers, height } = plan;
  return (
    <>
      <svg
        class="topology"
        width={width}
        height={height}
        viewBox={`0 0 ${width} ${height}`}
        role="group"
        aria-label="Clients, Lasso, chains and their providers"
      >
        <text class="head" x={x.clients} y={12}>Clients</text>
        <text class="head" x={x.chains} y={12}>Chain</text>
        <text class="head" x={providers.x} y={12}>Provider</text>
        <text class="head end" x={width - 64} y={12}>p50</text>
        <text class="head end" x={width} y={12}>share</text>
        <Clients data={data} plan={plan} />
        {plan.chains.map((spot) => <Chain key={spot.chain.name} spot={spot} plan={plan} right={width} />)}
        <Box
          x={x.lasso}
          y={plan.middle}
          width={wide.lasso}
          title="Lasso"
          text={`${count(data.in_flight)} in flight`}
        />
      </svg>
      {plan.folded.rest.length > 0 && (
        <p class="note">
          {restText(plan.folded)}: {plan.folded.rest.slice(0, 8).map(({ name }) => name).join(", ")}
          {plan.folded.rest.length > 8 ? " …" : ""}
        </p>
      )}
    </>
  );
}

function Clients({ data, plan: { x, width, middle } }: {
  readonly data: FeedSnapshot;
  readonly plan: NetworkPlan;
}): JSX.Element {
  const kinds = [
    { name: "HTTP", n: data.connections, y: middle - 32 },
    { name: "WebSocket", n: data.websockets, y: middle + 32 },
  ];
  return (
    <>
      {kinds.map(({ name, n, y }) => (
        <g key={name}>
          <Edge from={[x.clients + width.clients, y]} to={[x.lasso, middle]} share={n > 0 ? 0.3 : 0} />
          <Box x={x.clients} y={y} width={width.clients} title={count(n)} text={name} />
        </g>
      ))}
    </>
  );
}

function Chain({ spot: { chain, y, providers }, plan, right }: {
  readonly spot: ChainSpot;
  readonly plan: NetworkPlan;
  readonly right: number;
}): JSX.Element {
  const { x, width, middle } = plan;
  const edge = x.chains + width.chains;
  return (
    <g>
      <Edge from={[x.lasso + width.lasso, middle]} to={[x.chains, y]} share={chain.rps10 > 0 ? 0.6 : 0} />
      {providers.map((one) => (
        <g key={one.name}>
          <Edge
            from={[edge, y]}
            to={[plan.providers.x - 6, one.y]}
            share={one.share}
            state={one.state}
          />
          <Provider chain={chain} spot={one} x={plan.providers.x} right={right} />
        </g>
      ))}
      <ViewLink to={{ tab: "providers", chain: chain.name }}>
        <Box
          x={x.chains}
          y={y}
          width={width.chains}
          title={fitted(chain.name, width.chains - 12)}
          text={chain.drained ? "drained" : rate(chain.rps10)}
        />
      </ViewLink>
    </g>
  );
}

function Provider({ chain, spot: { provider, name, state, share, y }, x, right }: {
  readonly chain: FeedChain;
  readonly spot: ProviderSpot;
  readonly x: number;
  readonly right: number;
}): JSX.Element {
  const times = (provider?.transports ?? []).flatMap(({ fiveMinutes: { p50 } }) => p50 === null ? [] : [p50]);
  const figure = state === "up" ? (times.length === 0 ? none : millis(Math.min(...times))) : state;
  return (
    <ViewLink
      to={{
        tab: "providers",
        chain: chain.name,
        params: provider === null ? { all: "1" } : { provider: provider.id },
      }}
    >
      <title>{`${name} of ${chain.name} is ${state}${provider?.reason ? `: ${provider.reason}` : ""}`}</title>
      <rect class="hit" x={x - 4} y={y - 13} width={right - x + 4} height={26} rx={4} />
      <svg x={x} y={y - 6} width={12} height={12}>
        <Shape state={state} />
      </svg>
      <text x={x + 19} y={y + 4.5}>{fitted(name, right - x - 19 - 126)}</text>
      <text class={`end ${state === "up" ? "quiet" : `word-${state}`}`} x={right - 64} y={y + 4.5}>
        {figure}
      </text>
      <text class="end" x={right} y={y + 4.5}>{share > 0 ? percent(share) : none}</text>
    </ViewLink>
  );
}
