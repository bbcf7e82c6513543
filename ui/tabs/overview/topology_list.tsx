// The network where there is no room to draw it: each chain with its providers, worst first, and their shares.

import type { JSX } from "preact";
import type { FeedChain } from "../../../core/server/feed_model.ts";
import { ViewLink } from "../../components/link.tsx";
import { State } from "../../components/state.tsx";
import { none, percent, rate } from "../../format/number.ts";
import { shareOf } from "../../models/network.ts";
import { folded, isTroubled, restText } from "../../models/severity.ts";

const most = 6;

export function TopologyList({ chains }: { readonly chains: readonly FeedChain[] }): JSX.Element {
  return (
    <ul class="topology-list">
      {chains.map((chain) => <Chain key={chain.name} chain={chain} />)}
    </ul>
  );
}

function Chain({ chain }: { readonly chain: FeedChain }): JSX.Element {
  const all = folded(chain.providers, isTroubled, most);
  return (
    <li>
      <h3>
        {chain.name} <span class="note">{chain.drained ? "drained" : rate(chain.rps10)}</span>
      </h3>
      <ul>
        {all.shown.map((provider) => (
          <li key={provider.id}>
            <State state={provider.state} reason={provider.reason} />
            <ViewLink to={{ tab: "providers", chain: chain.name, params: { provider: provider.id } }}>
              {provider.id}
            </ViewLink>
            <span class="figure">{shareOf(provider) > 0 ? percent(shareOf(provider)) : none}</span>
          </li>
        ))}
      </ul>
      {all.rest.length > 0 && <p class="note">{restText(all)}</p>}
    </li>
  );
}
