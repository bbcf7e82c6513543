// Overview: what is wrong first, then each chain, the network, and what is happening now. Before the first call, and
// where no provider answers, it says what to do next instead of showing empty lists.

import type { JSX } from "preact";
import { siteOf } from "../../models/site.ts";
import { routing, shownChains, snapshot } from "../../models/store.ts";
import { Blocks } from "./blocks.tsx";
import { ChainList } from "./chain_list.tsx";
import { Connections } from "./connections.tsx";
import { FirstRun } from "./first_run.tsx";
import { NoProvider, Unreachable } from "./no_provider.tsx";
import { Problems } from "./problems.tsx";
import { RoutingFeed } from "./routing_feed.tsx";
import { StateFeed } from "./state_feed.tsx";
import { Topology } from "./topology.tsx";
import { Trends } from "./trends.tsx";

export function Overview(): JSX.Element | null {
  const data = snapshot.value;
  if (data === null) return null;
  const site = siteOf(shownChains.value, data, routing.value.length);
  if (site === "no_provider") return <NoProvider />;
  if (site === "no_traffic" && !shownChains.value.some(({ awake }) => awake)) {
    return (
      <>
        <FirstRun />
        <Problems isQuiet />
      </>
    );
  }
  return (
    <>
      {site === "unreachable" ? <Unreachable /> : site === "no_traffic" ? <FirstRun /> : null}
      <Problems isQuiet={site !== "running"} from={site === "unreachable" ? 4 : 1} />
      <ChainList />
      {site === "running" && <Trends />}
      <div class="columns">
        <div class="column">
          <Topology />
          <Blocks />
          {site !== "no_traffic" && <Connections />}
        </div>
        <div class="column">
          {site !== "no_traffic" && <RoutingFeed />}
          <StateFeed />
        </div>
      </div>
    </>
  );
}
