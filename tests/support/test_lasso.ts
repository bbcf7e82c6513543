// A whole LassoServer on a free port over scripted upstreams, and the means to look at what it did. Clients of the
// tests speak to it over real sockets; nothing leaves the machine.

import { setImmediate } from "node:timers";
import { type Clock, systemClock } from "../../core/clock.ts";
import type { Log } from "../../core/log.ts";
import type { History, LiveFigures } from "../../core/measure/history/model.ts";
import { noHistory } from "../../core/measure/history/no_history.ts";
import { noLive } from "../../core/measure/history/no_live.ts";
import { type Recorder, silentRecorder } from "../../core/measure/recorder.ts";
import { PluginRegistry } from "../../core/plugins/registry.ts";
import type { TransportPlugin } from "../../core/plugins/transport.ts";
import { seededRandom } from "../../core/random.ts";
import type { Run } from "../../core/routing/run.ts";
import { Router } from "../../core/routing/router.ts";
import type { ApiParts } from "../../core/server/api/api_deps.ts";
import type { LoadDashboard } from "../../core/server/dashboard.ts";
import { EventHub } from "../../core/server/event_hub.ts";
import { LassoServer } from "../../core/server/lasso_server.ts";
import type { SubscriptionService } from "../../core/streams/subscriber.ts";
import type {
  ChainSettings,
  LassoSettings,
  ObservabilitySettings,
  ServerSettings,
} from "../../core/settings.ts";
import priority from "../../strategies/priority.ts";
import fastest from "../../strategies/fastest.ts";
import { chainSettings, FakeNode } from "./fake_chain.ts";
import { lassoSettings } from "./fake_router.ts";
import type { FakeCall, FakeScript } from "./fake_transport.ts";
import { exchange, type HttpAnswer, type HttpRequest } from "./http_exchange.ts";
import { TestUpstream } from "./test_upstream.ts";

export interface TestLassoOptions {
  /** One chain `ethereum` (1, alias eth) with providers a and b where nothing is given. */
  readonly chains?: readonly ChainSettings[];
  /** Script of a provider; a healthy node that answers everything with its own id where there is none. */
  readonly scripts?: Readonly<Record<string, FakeScript>>;
  readonly server?: Partial<ServerSettings>;
  readonly observability?: Partial<ObservabilitySettings>;
  /** Default: nobody serves eth_subscribe. */
  readonly history?: History;
  readonly dashboard?: LoadDashboard;
  /** Default: nothing was measured. */
  readonly live?: LiveFigures;
  readonly streams?: SubscriptionService;
  /** What the API has from outside of core/server. Default: nothing. */
  readonly api?: ApiParts;
  /** Default: one to which nobody publishes but the server. */
  readonly hub?: EventHub;
  /** Default: the real one. */
  readonly clock?: Clock;
}

export const ethereum: ChainSettings = chainSettings(["a", "b"], { aliases: ["eth"] });

const defaults = lassoSettings([]);
const server: ServerSettings = { ...defaults.server, drainTimeoutMs: 0 };
const observability: ObservabilitySettings = { ...defaults.observability, logLevel: "off" };

/** What clients saw as refused or done, as the recorder heard it. */
export interface RecordedRequest {
  readonly chain: string;
  readonly method: string;
  readonly outcome: string;
  readonly endToEndMs: number;
  readonly overheadMs: number;
}

export class TestLasso implements AsyncDisposable {
  readonly server: LassoServer;
  readonly upstreams: ReadonlyMap<string, TestUpstream>;
  /** Requests that were refused whole. */
  readonly refused: readonly RecordedRequest[];
  readonly completed: readonly { readonly run: Run; readonly streamFailure: string | null }[];
  /** Log entries but those for debugging and the lines of requests. */
  readonly logged: readonly {
    readonly level: string;
    readonly event: string;
    readonly fields: Readonly<Record<string, unknown>>;
  }[];
  readonly #makeRouter: (settings: Partial<LassoSettings>, previous: Router) => Router;

  private constructor(
    server: LassoServer,
    upstreams: ReadonlyMap<string, TestUpstream>,
    refused: readonly RecordedRequest[],
    completed: TestLasso["completed"],
    logged: TestLasso["logged"],
    makeRouter: (settings: Partial<LassoSettings>, previous: Router) => Router,
  ) {
    this.server = server;
    this.upstreams = upstreams;
    this.refused = refused;
    this.completed = completed;
    this.logged = logged;
    this.#makeRouter = makeRouter;
  }

  static async start(options: TestLassoOptions = {}): Promise<TestLasso> {
    const upstreams = new Map<string, TestUpstream>();
    const refused: RecordedRequest[] = [];
    const completed: { run: Run; streamFailure: string | null }[] = [];
    const recorder: Recorder = {
      ...silentRecorder,
      request: (chain, method, outcome, endToEndMs, overheadMs) =>
        void refused.push({ chain, method, outcome, endToEndMs, overheadMs }),
    };
    const clock = options.clock ?? systemClock;
    const logged: { level: string; event: string; fields: Readonly<Record<string, unknown>> }[] = [];
    const log: Log = {
      enabled: (level) => level !== "debug",
      write: (level, event, fields) => void logged.push({ level, event, fields }),
      line: () => {},
    };
    const random = seededRandom(1);
    const registry = new PluginRegistry();
    registry.register(fastest, "test");
    registry.register(priority, "test");
    registry.register(transportPlugin(options, upstreams), "test");
    const deps = {
      clock,
      random,
      log,
      recorder,
      view: () => ({
        now: 0,
        refresh: () => {},
        latency: () => null,
        latencyOverall: () => null,
        quota: () => null,
        race: () => null,
      }),
      proxyFor: () => null,
      completed: (run: Run, streamFailure: string | null) => void completed.push({ run, streamFailure }),
      emit: () => {},
    };
    const set = { registry, options: new Map() };
    const settings: LassoSettings = {
      server: { ...server, ...options.server },
      chains: options.chains ?? [ethereum],
      plugins: [],
      alerts: { targets: [], rules: [] },
      observability: { ...observability, ...options.observability },
    };
    const router = new Router(settings, set, deps);
    const started = await LassoServer.start(router, {
      hub: options.hub ?? new EventHub(() => clock.wallNow()),
      clock,
      random,
      log,
      recorder,
      metrics: () => "# TYPE lasso_up gauge\nlasso_up 1\n",
      version: "1.2.3",
      streams: options.streams ?? null,
      dashboard: options.dashboard ?? null,
      history: options.history ?? noHistory,
      api: options.api ?? {},
      live: options.live ?? noLive,
    });
    const next = (change: Partial<LassoSettings>, previous: Router): Router =>
      new Router({ ...previous.settings, ...change }, set, deps, previous);
    return new TestLasso(started, upstreams, refused, completed, logged, next);
  }

  upstream(id: string): TestUpstream {
    const upstream = this.upstreams.get(id);
    if (upstream === undefined) throw new Error(`no provider ${id}`);
    return upstream;
  }

  request(request: HttpRequest): Promise<HttpAnswer> {
    return exchange(this.server.port, request);
  }

  post(path: string, body: string, headers: Readonly<Record<string, string>> = {}): Promise<HttpAnswer> {
    return this.request({
      method: "POST",
      path,
      body,
      headers: { "content-type": "application/json", ...headers },
    });
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<HttpAnswer> {
    return this.request({ method: "GET", path, headers });
  }

  /** Swaps to a router with other settings, as a reload does. */
  swap(change: Partial<LassoSettings>): void {
    this.server.swap(this.#makeRouter(change, this.server.state.router));
  }

  /** Lets the event loop turn until `met` holds. */
  async until(met: () => boolean): Promise<void> {
    while (!met()) await new Promise((resolve) => setImmediate(resolve));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.server[Symbol.asyncDispose]();
  }
}

function transportPlugin(options: TestLassoOptions, upstreams: Map<string, TestUpstream>): TransportPlugin {
  return {
    kind: "transport",
    id: "http",
    summary: "Answers from a script.",
    protocol: "http",
    parse: (raw) => raw,
    create: (_options, target) => {
      const upstream = new TestUpstream(
        options.scripts?.[target.provider] ?? node(target.provider).answer,
        options.clock ?? systemClock,
      );
      upstreams.set(target.provider, upstream);
      return upstream;
    },
  };
}

/** A healthy node that answers what a probe does not ask with `"<id>"`, or as `more` says. */
export function node(id: string, more: FakeScript = () => ({ result: id })): FakeNode {
  const healthy = new FakeNode();
  const probes = new Set(["eth_chainId", "eth_blockNumber", "eth_syncing", "eth_getBlockByNumber"]);
  healthy.instead = (call: FakeCall) => probes.has(call.method) ? undefined : more(call);
  return healthy;
}
