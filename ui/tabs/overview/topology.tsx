// The network as a drawing: clients, Lasso, chains, providers, with live state; a line is as strong as its share of the
// calls. The same as a list for narrow pages and for readers who can't see it.

import type { JSX } from "preact";
import type { FeedChain, FeedProvider, FeedSnapshot } from "../../../core/server/feed_model.ts";
import { Panel } from "../../components/panel.tsx";
import { Shape, State } from "../../components/state.tsx";
import { count, none, percent, rate } from "../../format/number.ts";
import { shownChains, snapshot } from "../../models/store.ts";
import { go } from "../../models/view.ts";

const rowHeight = 26;
const gap = 18;
const columns = { clients: 20, lasso: 190, chains: 360, providers: 640, end: 900 };
const mostProviders = 40;

interface Placed {
  readonly chain: FeedChain;
  readonly y: number;
  readonly providers: readonly {
    readonly provider: FeedProvider;
    readonly y: number;
    readonly share: number;
  }[];
}

export function Topology(): JSX.Element | null {
  const data = snapshot.value;
  if (data === null) return null;
  const chains = shownChains.value.filter(({ awake }) => awake);
  return (
    <Panel title="Network" api="/api/providers" note="share of attempts in the last minute">
      {chains.length === 0 ? <p class="quiet-line">No chain is awake, so nothing is connected.</p> : (
        <>
          <Drawing data={data} chains={chains} />
          <List chains={chains} />
        </>
      )}
    </Panel>
  );
}

function Drawing(
  { data, chains }: { readonly data: FeedSnapshot; readonly chains: readonly FeedChain[] },
): JSX.Element {
  const placed = place(chains);
  const height = Math.max(120, (placed.at(-1)?.providers.at(-1)?.y ?? 0) + rowHeight);
  const middle = height / 2;
  const clients = data.connections + data.websockets;
  return (
    <svg
      class="topology"
      viewBox={`0 0 ${columns.end} ${height}`}
      role="img"
      aria-label="The list below says the same."
    >
      <Line from={[columns.clients + 100, middle]} to={[columns.lasso, middle]} share={clients > 0 ? 1 : 0} />
      <Box x={columns.clients} y={middle} width={100} title="clients" text={count(clients)} />
      <Box
        x={columns.lasso}
        y={middle}
        width={100}
        title="Lasso"
        text={`${count(data.in_flight)} in flight`}
      />
      {placed.map(({ chain, y, providers }) => (
        <g key={chain.name}>
          <Line
            from={[columns.lasso + 100, middle]}
            to={[columns.chains, y]}
            share={chain.rps10 > 0 ? 1 : 0}
          />
          <Box x={columns.chains} y={y} width={150} title={chain.name} text={rate(chain.rps10)} />
          {providers.map(({ provider, y: at, share }) => (
            <g key={provider.id}>
              <Line from={[columns.chains + 150, y]} to={[columns.providers, at]} share={share} />
              <ProviderMark chain={chain.name} provider={provider} y={at} share={share} />
            </g>
          ))}
        </g>
      ))}
    </svg>
  );
}

/** Chains one below the other, each at the height of its providers' middle. */
function place(chains: readonly FeedChain[]): Placed[] {
  let y = rowHeight / 2 + 4;
  return chains.map((chain) => {
    const providers = chain.providers.slice(0, mostProviders).map((provider) => {
      const share = provider.transports.reduce((sum, one) => sum + (one.share ?? 0), 0);
      const at = { provider, y, share };
      y += rowHeight;
      return at;
    });
    y += gap;
    const first = providers[0]?.y ?? y;
    return { chain, providers, y: (first + (providers.at(-1)?.y ?? first)) / 2 };
  });
}

function Line({ from: [x1, y1], to: [x2, y2], share }: {
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
  readonly share: number;
}): JSX.Element {
  const bend = (x1 + x2) / 2;
  return (
    <path
      class={share > 0 ? "edge used" : "edge"}
      stroke-width={share > 0 ? 1 + 5 * Math.min(1, share) : 1}
      d={`M${x1} ${y1}C${bend} ${y1} ${bend} ${y2} ${x2} ${y2}`}
    />
  );
}

function Box({ x, y, width, title, text }: {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly title: string;
  readonly text: string;
}): JSX.Element {
  return (
    <g class="node">
      <rect x={x} y={y - 22} width={width} height={44} rx={6} />
      <text x={x + width / 2} y={y - 4} class="name">{title}</text>
      <text x={x + width / 2} y={y + 13}>{text}</text>
    </g>
  );
}

function ProviderMark({ chain, provider, y, share }: {
  readonly chain: string;
  readonly provider: FeedProvider;
  readonly y: number;
  readonly share: number;
}): JSX.Element {
  const { id, state } = provider;
  return (
    <g class="mark" onClick={() => go({ tab: "providers", chain, params: { provider: id } })}>
      <svg x={columns.providers + 6} y={y - 6} width={12} height={12}>
        <Shape state={state} />
      </svg>
      <text x={columns.providers + 24} y={y + 4}>{id}</text>
      <text x={columns.end - 70} y={y + 4} class="share">{share > 0 ? percent(share) : none}</text>
      <text x={columns.end} y={y + 4} class="share">{state === "up" ? "" : state}</text>
    </g>
  );
}

function List({ chains }: { readonly chains: readonly FeedChain[] }): JSX.Element {
  return (
    <ul class="topology-list">
      {chains.map((chain) => (
        <li key={chain.name}>
          <h3>{chain.name}, {rate(chain.rps10)}</h3>
          <ul>
            {chain.providers.map((provider) => (
              <li key={provider.id}>
                {provider.id} <State state={provider.state} reason={provider.reason} />{" "}
                {provider.transports.map(({ transport, share }) => `${transport} ${percent(share)}`).join(
                  ", ",
                )}
              </li>
            ))}
          </ul>
        </li>
      ))}
    </ul>
  );
}
