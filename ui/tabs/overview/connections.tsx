// Connections on both sides at this moment.

import type { JSX } from "preact";
import { Panel } from "../../components/panel.tsx";
import { count } from "../../format/number.ts";
import { shownChains, snapshot } from "../../models/store.ts";

export function Connections(): JSX.Element | null {
  const data = snapshot.value;
  if (data === null) return null;
  const streams = shownChains.value.reduce((sum, chain) => sum + chain.streams, 0);
  const clients = shownChains.value.reduce((sum, chain) => sum + chain.stream_clients, 0);
  return (
    <Panel title="Connections" api="/api/clients">
      <dl class="pairs">
        <dt>Clients, HTTP</dt>
        <dd>{count(data.connections)}</dd>
        <dt>Clients, WebSocket</dt>
        <dd>{count(data.websockets)}</dd>
        <dt>Providers, HTTP</dt>
        <dd>{count(data.upstream_connections.http)}</dd>
        <dt>Providers, WebSocket</dt>
        <dd>{count(data.upstream_connections.ws)}</dd>
        <dt>Streams</dt>
        <dd>{count(streams)} with {count(clients)} {clients === 1 ? "listener" : "listeners"}</dd>
      </dl>
    </Panel>
  );
}
