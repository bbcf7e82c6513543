// A running router from finished settings: log, measurement, plugins, chains, server, wired together once. `serve`
// and `demo` start it; a reload swaps what changed and leaves the old one serving when the new one is not good.

import { restartKeys } from "../config/restart.ts";
import type { LoadedConfig, LoadedSettings } from "../config/load.ts";
import { messageOf } from "../core/errors.ts";
import { openHistory, type RunningHistory } from "../core/measure/history/client.ts";
import { LogWriter } from "../core/measure/log_writer.ts";
import { Meter } from "../core/measure/meter.ts";
import type { RaceBook } from "../core/measure/races/race_book.ts";
import { maskText } from "../core/redact.ts";
import { Router, type RouterDeps } from "../core/routing/router.ts";
import { CallKeeper } from "../core/server/call_keeper.ts";
import { EventHub } from "../core/server/event_hub.ts";
import { LassoServer } from "../core/server/lasso_server.ts";
import { RequestObserver } from "../core/server/request_observer.ts";
import type { TrafficRecorder } from "../core/server/traffic_recorder.ts";
import type { ChainSettings, LassoSettings } from "../core/settings.ts";
import { Streams } from "../core/streams/streams.ts";
import { routerGauges } from "./gauge_sources.ts";
import { configError, loadSet } from "./load_set.ts";
import { makeRaces, restoreRaces, showRaces } from "./race_part.ts";
import { restoreQuotas } from "./restore_quotas.ts";
import { addRouterMetrics } from "./router_metrics.ts";
import { type AdminOptions, makeAdmin } from "./start_admin.ts";
import { type AlertPart, makeAlerts } from "./start_alerts.ts";
import type { StartTracing, TracingPart } from "./start_tracing.ts";
import type { Wiring } from "./wiring.ts";

export interface StartOptions {
  readonly settings: LassoSettings;
  /** Where names stand in the file, to place errors about plugin ids; null when there is no file. */
  readonly source: LoadedSettings | null;
  proxyFor(url: string): string | null;
  /** Hears of every client call that has ended, beside the log. Default: nobody. */
  readonly recorder?: TrafficRecorder | null;
  /** Keeps traces of clients' calls; null: nobody does, which is the default. */
  readonly tracing?: StartTracing | null;
  /** What the admin API may do beside what every router can. Default: nothing. */
  readonly admin?: AdminOptions;
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
  readonly races: RaceBook;
  readonly #wiring: Wiring;
  readonly #deps: RouterDeps;
  readonly #observer: RequestObserver;
  readonly #alerts: AlertPart;
  readonly #history: RunningHistory;
  readonly #tracing: TracingPart | null;
  #reloading: Promise<unknown> = Promise.resolve();

  constructor(
    server: LassoServer,
    deps: RouterDeps,
    observer: RequestObserver,
    meter: Meter,
    log: LogWriter,
    races: RaceBook,
    alerts: AlertPart,
    history: RunningHistory,
    tracing: TracingPart | null,
    wiring: Wiring,
  ) {
    this.server = server;
    this.meter = meter;
    this.log = log;
    this.races = races;
    this.#deps = deps;
    this.#observer = observer;
    this.#alerts = alerts;
    this.#history = history;
    this.#tracing = tracing;
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
      this.#alerts.apply(settings.alerts);
      for (const { chain } of previous.routes) {
        const kept = router.route(chain.name);
        if (kept === undefined) {
          this.meter.forget(chain.name);
          this.races.forget(chain.name);
        } else {
          const candidates = kept.chain.channels.map(({ candidate }) => candidate);
          this.meter.retain(chain.name, candidates);
          this.races.retain(chain.name, new Set(candidates.map(({ provider }) => provider)));
        }
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
    // No rule judges a router that ends.
    await Promise.all([this.server.stop(drainMs), this.#alerts[Symbol.asyncDispose]()]);
    await this.#tracing?.[Symbol.asyncDispose]();
    this.races[Symbol.dispose]();
    this.meter[Symbol.dispose]();
    await this.#history[Symbol.asyncDispose]();
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
  const history = openHistory({
    dataDir: settings.server.dataDir,
    region: settings.server.region,
    ...{ clock, random, log },
    emit: (event, fields) => deps.emit(event, fields),
  });
  const meter = new Meter({
    clock,
    build: wiring.build,
    memory: () => wiring.memory(),
    cells: history,
    ...(wiring.cpuMs === undefined ? {} : { cpuMs: () => wiring.cpuMs?.() ?? 0 }),
  });
  const measuredFrom = clock.wallNow();
  const hub = new EventHub(() => clock.wallNow());
  const keeper = new CallKeeper(history, clock);
  const observer = new RequestObserver(settings.observability, clock, random, log, meter, hub, keeper);
  const races = makeRaces({ clock, log, hub, history, cells: history, meter });
  const alerts = makeAlerts(settings.alerts, {
    ...{ clock, random, log, hub, history, meter },
    version: wiring.version,
  });
  const admin = makeAdmin(options.admin ?? {}, { clock, log, hub, history });
  const deps: RouterDeps = {
    clock,
    random,
    log,
    recorder: meter,
    view: (chain) => {
      showRaces(races, meter, chain.name);
      return measured(meter, chain);
    },
    proxyFor: (url) => options.proxyFor(url),
    completed: admin.hears(completedBy(observer, options.recorder ?? null)),
    emit: (event, fields) => {
      hub.emit(event, fields);
      alerts.heard(event, fields ?? {});
    },
  };
  const streams = new Streams({ clock, random, log, emit: deps.emit, raced: races });
  let router: Router | null = null;
  let tracing: TracingPart | null = null;
  let started: LassoServer | null = null;
  try {
    tracing = await options.tracing?.({
      ...{ clock, random, log, meter },
      version: wiring.version,
      region: settings.server.region,
      router: () => started?.state.router ?? null,
    }) ?? null;
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
      history,
      dashboard: wiring.dashboard ?? null,
      tracer: tracing?.tracer ?? null,
      live: meter.live,
      vitals: {
        memory: () => wiring.memory(),
        cpuMs: () => wiring.cpuMs?.() ?? null,
        loopLagMs: () => meter.loopLagMs,
        logDropped: () => log.dropped,
      },
      api: {
        ...{ races, alerts: alerts.service, dataDir: settings.server.dataDir },
        callsNotKept: () => keeper.left,
        ...admin.api,
      },
    });
    started = server;
    meter.addGaugeSource(routerGauges(server.state, streams));
    history.start();
    void restoreRaces(races, history, settings);
    void restoreQuotas(history, meter, measuredFrom, clock, log);
    alerts.start(() => server.state.router);
    addRouterMetrics(meter, { state: server.state, streams, history, races, log, wiring });
    const running = new RunningRouter(
      server,
      deps,
      observer,
      meter,
      log,
      races,
      alerts,
      history,
      tracing,
      wiring,
    );
    admin.bind(running);
    return running;
  } catch (thrown) {
    await alerts[Symbol.asyncDispose]();
    await tracing?.[Symbol.asyncDispose]();
    await router?.retire(undefined, 0);
    races[Symbol.dispose]();
    meter[Symbol.dispose]();
    await history[Symbol.asyncDispose]();
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
