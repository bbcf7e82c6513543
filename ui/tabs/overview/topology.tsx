// The network as it is now: clients, Lasso, chains, providers; a line is as strong as its share of the calls. Drawn in
// the screen's own pixels, so that its text keeps its size; a list where there is no room for a drawing.

import type { JSX } from "preact";
import { Panel } from "../../components/panel.tsx";
import { leastWidth } from "../../models/network.ts";
import { shownChains, snapshot } from "../../models/store.ts";
import { useWidth } from "../../models/width.ts";
import { Drawing } from "./topology_drawing.tsx";
import { TopologyList } from "./topology_list.tsx";

export function Topology(): JSX.Element | null {
  const [place, width] = useWidth<HTMLDivElement>();
  const data = snapshot.value;
  if (data === null) return null;
  const chains = shownChains.value.filter(({ awake }) => awake);
  return (
    <Panel title="Network" api="/api/providers" note="shares of the last minute, p50 of 5 minutes">
      <div ref={place}>
        {chains.length === 0
          ? <p class="quiet-line">No chain is awake, so nothing is connected. A call wakes its chain.</p>
          : width.value >= leastWidth
          ? <Drawing data={data} chains={chains} width={width.value} />
          : <TopologyList chains={chains} />}
      </div>
    </Panel>
  );
}
