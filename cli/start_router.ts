// A running router from finished settings: log, measurement, plugins, chains, server, wired together once. `serve`
// and `demo` start it; a reload swaps what changed and leaves the old one serving when the new one is not good.

import { restartKeys } from "../config/restart.ts";
import type { LoadedConfig, LoadedSettings } from "../config/load.ts";
import { messageOf } from "../core/errors.ts";
import { noHistory } from "../core/measure/history/no_history.ts";
import { LogWriter } from "../core/measure/log_writer.ts";
import { Meter } from "../core/measure/meter.ts";
import { maskText } from "../core/redact.ts";
import { Router, type RouterDeps } from "../core/routing/router.ts";
import { EventHub } from "../core/server/event_hub.ts";
import { LassoServer } from "../core/server/lasso_server.ts";
import { RequestObserver } from "../core/server/request_observer.ts";
import type { TrafficRecorder } from "../core/server/traffic_recorder.ts";
import type { ChainSettings, LassoSettings } from "../core/settings.ts";
import { type StreamFigures, Streams } from "../core/streams/streams.ts";
import type { Sample } from "../core/measure/prometheus.ts";
import { configError, loadSet } from "./load_set.ts";
import type { Wiring } from "./wiring.ts";

export interface StartOptions {
  readonly settings: LassoSettings;
  /** Where names stand in the file, to place errors about plugin ids; null when there is no file. */
  readonly source: LoadedSettings | null;
  proxyFor(url: string): string | null;
  /** Hears of every client call that has ended, beside the log. Default: nobody. */
  readonly recorder?: TrafficRecorder | null;
}

export interface ReloadResult {
  readonly ok: boolean;
  /** For the log and for people: what changed, what needs a restart, or what is wrong. */
  readonly message: string;
}

export class RunningRouter implements AsyncDisposable {
  readonly server: LassoServer;
  readonly meter: Meter;
  readonly log: LogWriter;
  readonly #wiring: Wiring;
  readonly #deps: RouterDeps;
  readonly #observer: RequestObserver;
  #reloading: Promise<unknown> = Promise.resolve();

  constructor(
    server: LassoServer,
    deps: RouterDeps,
    observer: RequestObserver,
    meter: Meter,
    log: LogWriter,
    wiring: Wiring,
  ) {
    this.server = server;
    this.meter = meter;
    this.log = log;
    this.#deps = deps;
    this.#observer = observer;
    this.#wiring = wiring;
  }

  /** Takes a config over, or keeps what runs and says why. Reloads happen one after the other. */
  reload(
    load: () => LoadedConfig,
    finish: (settings: LassoSettings) => LassoSettings,
  ): Promise<ReloadResult> {
    const next = this.#reloading.then(() => this.#reload(load, finish));
    this.#reloading = next;
    return next;
  }

  async #reload(
    load: () => LoadedConfig,
    finish: (settings: LassoSettings) => LassoSettings,
  ): Promise<ReloadResult> {
    const { state } = this.server;
    let result: ReloadResult;
    try {
      const loaded = load();
      if (!loaded.ok) throw configError(loaded.problems);
      const settings = finish(loaded.settings);
      const plugins = await loadSet(settings.plugins, loaded, this.#wiring);
      const previous = state.router;
      const router = new Router(settings, plugins, this.#deps, previous);
      const needRestart = restartKeys(previous.settings, settings);
      this.#observer.settings = settings.observability;
      this.log.setLevel(settings.observability.logLevel);
      this.server.swap(router);
      for (const { chain } of previous.routes) {
        const kept = router.route(chain.name);
        if (kept === undefined) this.meter.forget(chain.name);
        else this.meter.retain(chain.name, kept.chain.channels.map(({ candidate }) => candidate));
      }
      const message = needRestart.length === 0 ? "" : `; a restart is needed for ${needRestart.join(", ")}`;
      result = { ok: true, message: `config version ${state.configVersion} is in force${message}` };
    } catch (thrown) {
      result = { ok: false, message: maskText(messageOf(thrown)) };
    }
    const at = this.#wiring.clock.wallNow();
    state.noteReload({ at, result: result.ok ? "ok" : "failed", message: result.message });
    this.log.write(result.ok ? "info" : "error", "config.reload", {
      result: result.ok ? "ok" : "failed",
      message: result.message,
    });
    return result;
  }

  /** Ends after the calls under way, for up to `drainMs`. */
  async stop(drainMs: number): Promise<void> {
    await this.server.stop(drainMs);
    this.meter[Symbol.dispose]();
    await this.log[Symbol.asyncDispose]();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop(0);
  }
}

/** Throws a LassoError: `config` for plugins or ids, `io` when the address can't be had. */
export async function startRouter(options: StartOptions, wiring: Wiring): Promise<RunningRouter> {
  const { settings } = options;
  const { clock, random } = wiring;
  const plugins = await loadSet(settings.plugins, options.source, wiring);
  const log = new LogWriter({
    sink: wiring.logSink,
    clock,
    level: settings.observability.logLevel,
    maxErrorChars: settings.observability.maxErrorMessageChars,
  });
  const meter = new Meter({ clock, build: wiring.build, memory: () => wiring.memory() });
  const hub = new EventHub(() => clock.wallNow());
  const observer = new RequestObserver(settings.observability, clock, random, log, meter, hub);
  const deps: RouterDeps = {
    clock,
    random,
    log,
    recorder: meter,
    view: (chain) => measured(meter, chain),
    proxyFor: (url) => options.proxyFor(url),
    completed: completedBy(observer, options.recorder ?? null),
    emit: (event, fields) => hub.emit(event, fields),
  };
  const streams = new Streams({ clock, random, log, emit: deps.emit });
  let router: Router | null = null;
  try {
    router = new Router(settings, plugins, deps);
    const server = await LassoServer.start(router, {
      clock,
      random,
      log,
      recorder: meter,
      metrics: () => meter.metrics(),
      version: wiring.version,
      hub,
      streams,
      history: noHistory,
    });
    addGauges(meter, server, log);
    addStreamMetrics(meter, streams);
    return new RunningRouter(server, deps, observer, meter, log, wiring);
  } catch (thrown) {
    await router?.retire(undefined, 0);
    meter[Symbol.dispose]();
    await log[Symbol.asyncDispose]();
    throw thrown;
  }
}

function completedBy(observer: RequestObserver, recorder: TrafficRecorder | null): RouterDeps["completed"] {
  if (recorder === null) return (run, streamFailure) => observer.completed(run, streamFailure);
  return (run, streamFailure) => {
    observer.completed(run, streamFailure);
    recorder.completed(run);
  };
}

function measured(meter: Meter, chain: ChainSettings): ReturnType<Meter["chain"]> {
  const measure = meter.chain(chain.name);
  for (const { id, cost } of chain.providers) measure.setQuota(id, cost.monthlyQuota);
  return measure;
}

function addStreamMetrics(meter: Meter, streams: Streams): void {
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

/** What others own and a scrape shows. */
function addGauges(meter: Meter, server: LassoServer, log: LogWriter): void {
  const { state } = server;
  meter.gauge("lasso_in_flight", "Client calls under way.", () => [{ labels: {}, value: state.inFlight }]);
  meter.counter(
    "lasso_log_dropped_total",
    "Log lines that were lost.",
    () => [{ labels: {}, value: log.dropped }],
  );
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
