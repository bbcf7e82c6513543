// Connections on both sides at this moment: the clients that call most, and the sockets to each provider.

import type { JSX } from "preact";
import { Answered, Panel } from "../../components/panel.tsx";
import { count } from "../../format/number.ts";
import { useAsked } from "../../models/asked.ts";
import { shownChains, snapshot } from "../../models/store.ts";

interface Client {
  readonly transport: "http" | "ws";
  readonly from: string;
  readonly since: string;
  readonly calls: number;
  readonly in_flight: number;
  readonly subscriptions: number;
}

const most = 5;
const path = `/api/clients?sort=calls&limit=${most}`;

export function Connections(): JSX.Element | null {
  const asked = useAsked<readonly Client[]>(path, 5_000);
  const data = snapshot.value;
  if (data === null) return null;
  const { connections, websockets, upstream_connections: upstream } = data;
  return (
    <Panel title="Connections" api={path}>
      <div class="halves">
        <div>
          <h3>
            Clients <span class="note">{count(connections)} HTTP, {count(websockets)} WebSocket</span>
          </h3>
          <Answered asked={asked.value} empty="Nobody is connected.">
            {(clients) => <ClientTable clients={clients} />}
          </Answered>
        </div>
        <div>
          <h3>
            Providers <span class="note">{count(upstream.http)} HTTP, {count(upstream.ws)} WebSocket</span>
          </h3>
          <ProviderTable />
        </div>
      </div>
    </Panel>
  );
}

function ClientTable({ clients }: { readonly clients: readonly Client[] }): JSX.Element {
  return (
    <table class="rows tight">
      <caption class="hidden">Clients with most calls</caption>
      <thead>
        <tr>
          <th scope="col">From</th>
          <th scope="col">By</th>
          <th scope="col" class="figure">Calls</th>
          <th scope="col" class="figure" title="Subscriptions">Subs</th>
        </tr>
      </thead>
      <tbody>
        {clients.map((one) => (
          <tr key={`${one.from} ${one.since} ${one.transport}`}>
            <td>{one.from}</td>
            <td>{one.transport}</td>
            <td class="figure">{count(one.calls)}</td>
            <td class="figure">{count(one.subscriptions)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function ProviderTable(): JSX.Element {
  const sums = new Map<string, { http: number; ws: number; inFlight: number }>();
  for (const { providers } of shownChains.value) {
    for (const { id, transports } of providers) {
      const sum = sums.get(id) ?? { http: 0, ws: 0, inFlight: 0 };
      for (const one of transports) {
        sum[one.transport] += one.connections;
        sum.inFlight += one.in_flight;
      }
      sums.set(id, sum);
    }
  }
  const rows = [...sums].sort(([, a], [, b]) => b.http + b.ws - a.http - a.ws).slice(0, most);
  return (
    <table class="rows tight">
      <caption class="hidden">Providers with most connections</caption>
      <thead>
        <tr>
          <th scope="col">Provider</th>
          <th scope="col" class="figure">HTTP</th>
          <th scope="col" class="figure" title="WebSockets">WS</th>
          <th scope="col" class="figure">In flight</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(([id, { http, ws, inFlight }]) => (
          <tr key={id}>
            <td>{id}</td>
            <td class="figure">{count(http)}</td>
            <td class="figure">{count(ws)}</td>
            <td class="figure">{count(inFlight)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
