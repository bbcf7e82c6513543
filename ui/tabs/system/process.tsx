// The process now: what it uses of the machine, what waits, and whether history is written.

import type { ComponentChildren, JSX } from "preact";
import { Panel } from "../../components/panel.tsx";
import { Shape } from "../../components/state.tsx";
import { bytes, count, millis, none, percent, span } from "../../format/number.ts";
import { utc } from "../../format/time.ts";
import { now, shownChains, snapshot } from "../../models/store.ts";

export function Process(): JSX.Element | null {
  const data = snapshot.value;
  if (data === null) return null;
  const { cpu, memory, loop_lag_ms, history, upstream_connections: up } = data;
  const upstream = shownChains.value.flatMap(({ providers }) => providers.flatMap((one) => one.transports));
  return (
    <Panel title="Process" note={`Lasso ${data.version}, region ${data.region}`} api="/status" wide>
      <dl class="tiles">
        <Tile name="State">{data.state}</Tile>
        <Tile name="Up" title={`since ${utc(data.started_at)}`}>{span(now.value - data.started_at)}</Tile>
        <Tile name="CPU" note="of one core, last second">
          {cpu === null ? <span title="This system does not tell it.">{none}</span> : percent(cpu)}
        </Tile>
        <Tile name="Memory" note={`heap ${bytes(memory.heap_used)} of ${bytes(memory.heap_total)}`}>
          {bytes(memory.rss)}
        </Tile>
        <Tile name="Event loop late" note="worst of 15 s" bad={loop_lag_ms > 200}>{millis(loop_lag_ms)}</Tile>
        <Tile name="Calls in flight" note={`of ${count(data.max_in_flight)} at most`}>
          {count(data.in_flight)}
        </Tile>
        <Tile name="Attempts in flight" note="at providers">
          {count(upstream.reduce((sum, { in_flight }) => sum + in_flight, 0))}
        </Tile>
        <Tile
          name="Client sockets"
          note={`${count(data.connections)} HTTP, ${count(data.websockets)} WebSocket`}
        >
          {count(data.connections + data.websockets)}
        </Tile>
        <Tile name="Provider sockets" note={`${count(up.http)} HTTP, ${count(up.ws)} WebSocket`}>
          {count(up.http + up.ws)}
        </Tile>
        <Tile name="Log lines dropped" note="since the start" bad={data.log_dropped > 0}>
          {count(data.log_dropped)}
        </Tile>
        <Tile
          name="History"
          note={history.file ?? "in memory only: a restart forgets it"}
          bad={history.problem !== null}
        >
          {bytes(history.bytes)}
        </Tile>
        <Tile name="Config" note={data.demo ? "of the demo" : undefined}>{`v${data.config_version}`}</Tile>
      </dl>
      {history.problem !== null && (
        <p class="failed" role="status">
          History is not written:{" "}
          {history.problem}. Figures go on in memory; check the disk and the folder's rights.
        </p>
      )}
    </Panel>
  );
}

function Tile({ name, note, title, bad = false, children }: {
  readonly name: string;
  readonly note?: string | undefined;
  readonly title?: string;
  readonly bad?: boolean;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <div class={bad ? "tile bad" : "tile"} title={title}>
      <dt>{name}</dt>
      <dd>
        {bad && <Shape state="open" />}
        {children}
      </dd>
      {note !== undefined && <dd class="note">{note}</dd>}
    </div>
  );
}
