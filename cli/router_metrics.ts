// The metrics whose values others own: the server, the chains, the streams, history, races and the log. Asked on each
// scrape; docs/metrics.md describes them. What is counted on the way of calls is the meter's own
// (core/measure/meter_exposition.ts).

import type { RunningHistory } from "../core/measure/history/client.ts";
import type { LogWriter } from "../core/measure/log_writer.ts";
import type { Meter } from "../core/measure/meter.ts";
import type { Sample } from "../core/measure/prometheus.ts";
import type { RaceBook } from "../core/measure/races/race_book.ts";
import type { Chain } from "../core/providers/chain.ts";
import { providerState } from "../core/providers/provider_state.ts";
import type { ServerState } from "../core/server/state.ts";
import type { Streams } from "../core/streams/streams.ts";
import type { StreamFigures } from "../core/streams/subscriber.ts";
import type { Wiring } from "./wiring.ts";

export interface MetricSources {
  readonly state: ServerState;
  readonly streams: Streams;
  readonly history: RunningHistory;
  readonly races: RaceBook;
  readonly log: LogWriter;
  readonly wiring: Wiring;
}

export function addRouterMetrics(meter: Meter, sources: MetricSources): void {
  addProcess(meter, sources);
  addConnections(meter, sources.state);
  addChains(meter, sources.state);
  addStreams(meter, sources.streams);
  addRaces(meter, sources);
  addHistory(meter, sources.history);
}

function addProcess(meter: Meter, { state, log, wiring }: MetricSources): void {
  meter.gauge("lasso_in_flight", "Client calls under way.", () => [{ value: state.inFlight }]);
  meter.gauge("lasso_draining", "1 while the router ends and takes no new calls.", () => [
    { value: state.draining ? 1 : 0 },
  ]);
  meter.counter("lasso_log_dropped_total", "Log lines that were lost.", () => [{ value: log.dropped }]);
  // The names that every Prometheus client library has.
  meter.gauge("process_start_time_seconds", "When the process started, in seconds since 1970.", () => [
    { value: state.startedAt / 1000 },
  ]);
  meter.counter("process_cpu_seconds_total", "Processor time that the process has used.", () => {
    const ms = wiring.cpuMs?.();
    return ms === undefined ? [] : [{ value: ms / 1000 }];
  });
}

function addConnections(meter: Meter, state: ServerState): void {
  meter.gauge("lasso_connections", "Open connections.", () => {
    const out = { http: 0, ws: 0 };
    for (const { chain } of state.router.routes) {
      for (const { protocol, transport } of chain.channels) out[protocol] += transport.connections;
    }
    return [
      { labels: { direction: "in", transport: "http" }, value: state.connections() },
      { labels: { direction: "in", transport: "ws" }, value: state.websockets() },
      { labels: { direction: "out", transport: "http" }, value: out.http },
      { labels: { direction: "out", transport: "ws" }, value: out.ws },
    ];
  });
}

function addChains(meter: Meter, state: ServerState): void {
  const ofChains = (value: (chain: Chain) => number | null) => (): Sample[] =>
    state.router.routes.flatMap(({ chain }) => {
      const found = value(chain);
      return found === null ? [] : [{ labels: { chain: chain.name }, value: found }];
    });
  meter.gauge(
    "lasso_chain_awake",
    "1 while the chain's providers are watched: it was asked for of late.",
    ofChains(({ awake }) => awake ? 1 : 0),
  );
  meter.gauge(
    "lasso_chain_head_block",
    "Newest block of the chain that counts as its head.",
    ofChains(({ head }) => head),
  );
  meter.gauge("lasso_provider_up", "1 while nothing speaks against the provider.", () => {
    const now = state.deps.clock.now();
    return state.router.routes.flatMap(({ chain }) =>
      chain.providers.flatMap((provider): Sample[] => {
        const [word] = providerState(provider, now);
        if (word === "unknown") return [];
        return [{ labels: { chain: chain.name, provider: provider.id }, value: word === "up" ? 1 : 0 }];
      })
    );
  });
}

function addStreams(meter: Meter, streams: Streams): void {
  const values = (of: (figures: StreamFigures) => number) => (): Sample[] =>
    [...streams.figures()].map((figures) => ({ labels: { chain: figures.chain }, value: of(figures) }));
  meter.gauge("lasso_streams", "Streams with listeners.", values((figures) => figures.streams));
  meter.gauge(
    "lasso_stream_clients",
    "Subscriptions and filters of clients.",
    values(({ clients }) => clients),
  );
  meter.counter("lasso_stream_gaps_total", "Gaps that could not be filled.", values(({ gaps }) => gaps));
  meter.counter(
    "lasso_stream_failovers_total",
    "Upstream subscriptions that were lost or went stale.",
    values(({ failovers }) => failovers),
  );
}

/** Other kinds of subscriptions are named by clients, and no label is. */
const racedEvents: ReadonlySet<string> = new Set(["newHeads", "logs", "newPendingTransactions"]);

/** Figures of 24 hours are gauges: they go down when an hour leaves. */
function addRaces(meter: Meter, { races, state }: MetricSources): void {
  const ranks = (value: (rank: ReturnType<RaceBook["ranking"]>[number]) => number | null) => (): Sample[] =>
    state.router.routes.flatMap(({ chain }) =>
      races.ranking(chain.name, null).flatMap((rank): Sample[] => {
        const found = value(rank);
        const { event, provider, transport } = rank;
        return found === null || !racedEvents.has(event)
          ? []
          : [{ labels: { chain: chain.name, event, provider, transport }, value: found }];
      })
    );
  meter.gauge("lasso_race_events", "Races of the last 24 hours.", ranks((rank) => rank.races));
  meter.gauge(
    "lasso_race_win_ratio",
    "Share of the races of the last 24 hours that this provider won.",
    ranks(({ winRate }) => winRate),
  );
  meter.gauge(
    "lasso_race_missed",
    "Races of the last 24 hours in which this provider brought nothing in time.",
    ranks(({ missed }) => missed),
  );
  meter.gauge(
    "lasso_race_margin_seconds",
    "Mean time behind the first, over the races of the last 24 hours that this provider lost.",
    ranks(({ avgMarginMs }) => avgMarginMs === null ? null : avgMarginMs / 1000),
  );
  meter.counter(
    "lasso_races_cut_short_total",
    "Races that were ended early, because too many were open.",
    () => [
      { value: races.cutShort },
    ],
  );
}

function addHistory(meter: Meter, history: RunningHistory): void {
  meter.gauge("lasso_history_problem", "1 while history can't be written to its file.", () => [
    { value: history.state().problem === null ? 0 : 1 },
  ]);
  meter.gauge("lasso_history_bytes", "Size of the history.", () => [{ value: history.state().bytes }]);
  meter.counter("lasso_history_dropped_total", "Rows and cells of history that were lost.", () => [
    { value: history.state().dropped },
  ]);
}
