// What the parts of the server share: the router in force (a reload swaps this one reference), whether the server is
// draining, and how much is under way.

import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { History, LiveFigures } from "../measure/history/model.ts";
import type { Recorder } from "../measure/recorder.ts";
import type { Random } from "../random.ts";
import { Overrides } from "../routing/overrides.ts";
import type { Router } from "../routing/router.ts";
import type { Tracer } from "../tracing/tracer.ts";
import type { ApiParts } from "./api/api_deps.ts";
import type { ClientReport } from "./client_report.ts";
import type { LoadDashboard } from "./dashboard.ts";
import type { EventHub } from "./event_hub.ts";
import { ClientNews } from "./client_news.ts";
import { HeadLog } from "./head_log.ts";
import { RecentEvents } from "./recent_events.ts";
import { RoutingSampler } from "./routing_sampler.ts";
import { StateWatch } from "./state_watch.ts";
import type { SubscriptionService } from "../streams/subscriber.ts";
import type { Vitals } from "./vitals.ts";

export interface ServerDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly recorder: Recorder;
  /** Prometheus text. */
  metrics(): string;
  readonly version: string;
  /** What happens in the router, for the feed. */
  readonly hub: EventHub;
  /** Serves eth_subscribe; null: nobody does. */
  readonly streams: SubscriptionService | null;
  /** The dashboard's files; null: there is no dashboard. */
  readonly dashboard: LoadDashboard | null;
  /** What was measured and what happened, for the API. */
  readonly history: History;
  /** The newest figures, without the worker's delay. */
  readonly live: LiveFigures;
  /** Memory, processor and event loop of this process, for the feed. Default: not known. */
  readonly vitals?: Vitals;
  /** What the API has from outside of core/server. Default: nothing. */
  readonly api?: ApiParts;
  /** Keeps traces of clients' calls. Default: nobody does. */
  readonly tracer?: Tracer | null;
}

/** One reload that was tried. */
export interface ReloadRecord {
  /** Epoch ms. */
  readonly at: number;
  readonly result: "ok" | "failed";
  readonly message: string;
}

const hexOfByte = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

export class ServerState {
  router: Router;
  draining = false;
  /** Client calls under way; each item of a batch is one. */
  inFlight = 0;
  configVersion = 1;
  /** Newest last; bounded. */
  readonly reloads: ReloadRecord[] = [];
  readonly startedAt: number;
  readonly deps: ServerDeps;
  /** Client connections open at this moment, without those that became WebSockets. */
  connections: () => number = () => 0;
  /** Clients' WebSockets open at this moment. */
  websockets: () => number = () => 0;
  /** Who showed which head, and since when channels are in their state. */
  readonly heads = new HeadLog();
  readonly states: StateWatch;
  /** Changes of state of late, for who opens the feed. */
  readonly recent = new RecentEvents();
  /** Tells of clients' WebSockets, so many times a second at most. */
  readonly news: ClientNews;
  /** Clients at this moment, of both kinds. */
  clients: () => readonly ClientReport[] = () => [];
  /** What the operator has set by hand; also to be shown, as an OverridesView. */
  readonly overrides: Overrides;
  /** Of the demo: decisions without calls. */
  readonly sampler: RoutingSampler;
  /** Tells the WebSockets of a chain that it is going away, and ends each after its calls. */
  dismiss: (chain: string) => void = () => {};
  readonly #idPrefix: string;
  #idHead = "";
  #requests = 0;

  constructor(router: Router, deps: ServerDeps) {
    this.router = router;
    this.deps = deps;
    this.startedAt = deps.clock.wallNow();
    this.states = new StateWatch(deps.clock, deps.hub);
    this.news = new ClientNews(deps.clock, deps.hub);
    this.overrides = new Overrides(deps.clock, (event, fields) => deps.hub.emit(event, fields));
    this.overrides.apply(router);
    this.states.bind(router);
    this.sampler = new RoutingSampler({ ...deps, router: () => this.router });
    let prefix = "";
    for (let k = 0; k < 16; k++) prefix += Math.floor(deps.random.next() * 16).toString(16);
    this.#idPrefix = prefix;
  }

  /** 32 hex digits: 16 of this process, 16 counted. */
  nextRequestId(): string {
    const low = ++this.#requests & 0xffff;
    // All but the last four digits change once in 65,536 requests.
    if (low === 0 || this.#idHead === "") {
      this.#idHead = this.#idPrefix + Math.floor(this.#requests / 0x1_0000).toString(16).padStart(12, "0");
    }
    return this.#idHead + hexOfByte[low >> 8]! + hexOfByte[low & 255]!;
  }

  noteReload(record: ReloadRecord): void {
    this.reloads.push(record);
    if (this.reloads.length > 50) this.reloads.shift();
    this.deps.hub.emit("config.reload", { result: record.result, message: record.message });
    this.deps.recorder.reload(record.result);
  }
}
