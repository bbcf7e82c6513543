// Overview: what is wrong first, then each chain, the network, and what is happening now.

import type { JSX } from "preact";
import { Blocks } from "./blocks.tsx";
import { ChainList } from "./chain_list.tsx";
import { Connections } from "./connections.tsx";
import { Problems } from "./problems.tsx";
import { RoutingFeed } from "./routing_feed.tsx";
import { StateFeed } from "./state_feed.tsx";
import { Topology } from "./topology.tsx";

export function Overview(): JSX.Element {
  return (
    <>
      <Problems />
      <ChainList />
      <Topology />
      <RoutingFeed />
      <StateFeed />
      <Blocks />
      <Connections />
    </>
  );
}
