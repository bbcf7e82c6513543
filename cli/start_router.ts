// A running router from finished settings: log, measurement, plugins, chains, server, wired together once. `serve`
// and `demo` start it; a reload swaps what changed and leaves the old one serving when the new one is not good.

import { restartKeys } from "../config/restart.ts";
import type { LoadedConfig, LoadedSettings } from "../config/load.ts";
import { messageOf } from "../core/errors.ts";
import { openHistory } from "../core/measure/history/client.ts";
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
import type { StartTracing } from "./start_tracing.ts";
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

/** What a running router consists of. */
interface RouterParts {
  readonly server: LassoServer;
  readonly meter: Meter;
  readonly log: LogWriter;
  readonly races: RaceBook;
  readonly deps: RouterDeps;
  readonly observer: RequestObserver;
  readonly alerts: AlertPart;
  readonly wiring: Wiring;
  /** Ends all but the server, the last part first. */
  readonly rest: AsyncDisposableStack;
}

export class RunningRouter implements AsyncDisposable {
  readonly server: LassoServer;
  readonly meter: Meter;
  readonly log: LogWriter;
  readonly races: RaceBook;
  readonly #parts: RouterParts;
  #reloading: Promise<unknown> = Promise.resolve();

  constructor(parts: RouterParts) {
    this.server = parts.server;
    this.meter = parts.meter;
    this.log = parts.log;
    this.races = parts.races;
    this.#parts = parts;
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
      const plugins = await loadSet(settings.plugins, loaded, this.#parts.wiring);
      const previous = state.router;
      const router = new Router(settings, plugins, this.#parts.deps, previous);
      const needRestart = restartKeys(previous.settings, settings);
      this.#parts.observer.settings = settings.observability;
      this.log.setLevel(settings.observability.logLevel);
      this.log.setMaxErrorChars(settings.observability.maxErrorMessageChars);
      this.server.swap(router);
      this.#parts.alerts.apply(settings.alerts);
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
    const at = this.#parts.wiring.clock.wallNow();
    state.noteReload({ at, result: result.ok ? "ok" : "failed", message: result.message });
    this.log.write(result.ok ? "info" : "error", "config.reload", {
      result: result.ok ? "ok" : "failed",
      message: result.message,
    });
    return result;
  }

  /** Ends after the calls under way, for up to `drainMs`. */
  async stop(drainMs: number): Promise<void> {
    const { alerts, rest } = this.#parts;
    // No rule judges a router that ends.
    await Promise.all([this.server.stop(drainMs), alerts[Symbol.asyncDispose]()]);
    await rest.disposeAsync();
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
  // Ended in the reverse order, whether the start fails or the router stops.
  await using rest = new AsyncDisposableStack();
  const log = rest.use(
    new LogWriter({
      sink: wiring.logSink,
      clock,
      level: settings.observability.logLevel,
      maxErrorChars: settings.observability.maxErrorMessageChars,
    }),
  );
  const history = rest.use(openHistory({
    dataDir: settings.server.dataDir,
    region: settings.server.region,
    ...{ clock, random, log },
    emit: (event, fields) => deps.emit(event, fields),
  }));
  const meter = rest.use(
    new Meter({
      ...{ clock, log },
      build: wiring.build,
      memory: () => wiring.memory(),
      cells: history,
      ...(wiring.cpuMs === undefined ? {} : { cpuMs: () => wiring.cpuMs?.() ?? 0 }),
    }),
  );
  const measuredFrom = clock.wallNow();
  const hub = new EventHub(() => clock.wallNow());
  const keeper = new CallKeeper(history, clock);
  const observer = new RequestObserver(settings.observability, clock, random, log, meter, hub, keeper);
  const races = rest.use(makeRaces({ clock, log, hub, history, cells: history, meter }));
  const alerts = rest.use(makeAlerts(settings.alerts, {
    ...{ clock, random, log, hub, history, meter },
    version: wiring.version,
  }));
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
  let running: RunningRouter | null = null;
  const tracing = rest.use(
    await options.tracing?.({
      ...{ clock, random, log, meter },
      version: wiring.version,
      region: settings.server.region,
      router: () => running?.server.state.router ?? null,
    }) ?? null,
  );
  const router = new Router(settings, plugins, deps);
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
  }).catch(async (thrown: unknown) => {
    await router.retire(undefined, 0);
    throw thrown;
  });
  meter.addGaugeSource(routerGauges(server.state, streams));
  history.start();
  void restoreRaces(races, history, settings);
  void restoreQuotas(history, meter, measuredFrom, clock, log);
  alerts.start(() => server.state.router);
  addRouterMetrics(meter, { state: server.state, streams, history, races, log, wiring });
  running = new RunningRouter({
    server,
    deps,
    observer,
    meter,
    log,
    races,
    alerts,
    wiring,
    rest: rest.move(),
  });
  admin.bind(running);
  return running;
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
