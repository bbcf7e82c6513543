// The router on virtual time: the real pipeline, streams and measurement of core, without the listener in front. Requests
// come in as texts. It can be stalled (what goes in and out waits; its own timers go on, as time is everybody's), killed
// and started again.

import type { Clock } from "../../core/clock.ts";
import { sleep } from "../../core/clock.ts";
import type { RequestHead } from "../../core/http/request_head.ts";
import { LogWriter } from "../../core/measure/log_writer.ts";
import { noHistory } from "../../core/measure/history/no_history.ts";
import { Meter } from "../../core/measure/meter.ts";
import type { Random } from "../../core/random.ts";
import { type LoadedSet, Router, type RouterDeps } from "../../core/routing/router.ts";
import { readFrame } from "../../core/rpc/framing.ts";
import { EventHub, type FeedEvent } from "../../core/server/event_hub.ts";
import { RequestObserver } from "../../core/server/request_observer.ts";
import type { ResponseWriter } from "../../core/server/response_writer.ts";
import { type CallOrigin, idOfFrame, RpcCalls } from "../../core/server/rpc_calls.ts";
import { socketTargetOf, targetOf } from "../../core/server/rpc_target.ts";
import { ServerState } from "../../core/server/state.ts";
import type { LassoSettings } from "../../core/settings.ts";
import { Streams } from "../../core/streams/streams.ts";
import type { ClientSubscriptions, SubscriberSocket } from "../../core/streams/subscriber.ts";
import type { RouterControl } from "../chaos/router_faults.ts";
import { StallGate } from "../simulator/stall_gate.ts";

export interface RouterParts {
  readonly settings: LassoSettings;
  readonly plugins: LoadedSet;
}

export interface VirtualRouterOptions extends RouterParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly version: string;
  /** Stops what flows between router and providers; gives what lets it flow again. */
  readonly holdProviders: () => () => void;
  readonly onEvent: (event: FeedEvent) => void;
  readonly onLogLine: (line: string) => void;
}

/** A client's side of something open: ends when the router is killed. */
export interface VirtualClient {
  routerGone(): void;
}

/** The router's side of one WebSocket. */
export interface SocketLine {
  /** One message, as wire text. */
  take(body: string, response: ResponseWriter): void;
}

/** From `kill -9` and a new start to the first request: about what a real one takes. */
const START_MS = 400;

export class VirtualRouter implements RouterControl, AsyncDisposable {
  /** Shut while it is stalled. */
  readonly gate = new StallGate();
  readonly clients = new Set<VirtualClient>();
  readonly #options: VirtualRouterOptions;
  readonly #origin: CallOrigin<ResponseWriter> = {
    ingress: "http",
    inFlight: 0,
    maxInFlight: Infinity,
    start: (target, call, options, _response, done) => target.route.call(call, options, done),
  };
  #up: RunningCore | null;
  #release: (() => void) | null = null;

  constructor(options: VirtualRouterOptions) {
    this.#options = options;
    this.#up = new RunningCore(options);
  }

  get isUp(): boolean {
    return this.#up !== null;
  }

  /** One request, its body as wire text; it must be up. */
  request(head: RequestHead, body: string, response: ResponseWriter): void {
    this.#up!.serve(head, body, response, this.#origin);
  }

  /** A WebSocket's way in, or the HTTP status by which its handshake is refused; it must be up. */
  socket(head: RequestHead): SocketLine | number {
    return this.#up!.socket(head);
  }

  /** One socket's subscriptions; it must be up. */
  subscriber(chain: string, socket: SubscriberSocket): ClientSubscriptions {
    return this.#up!.streams.client(chain, socket);
  }

  stall(): void {
    if (this.#up === null || this.#release !== null) return;
    this.gate.close();
    this.#release = this.#options.holdProviders();
  }

  goOn(): void {
    this.#release?.();
    this.#release = null;
    this.gate.open();
  }

  async kill(): Promise<void> {
    const up = this.#up;
    this.#up = null;
    this.gate.clear();
    this.goOn();
    for (const client of [...this.clients]) client.routerGone();
    await up?.[Symbol.asyncDispose]();
  }

  async restart(): Promise<void> {
    if (this.#up !== null) return;
    await sleep(this.#options.clock, START_MS);
    this.#up ??= new RunningCore(this.#options);
  }

  /** Never asked: a plan with such a fault is refused, as its heap is this process's. */
  leaveHeap(): Promise<void> {
    return Promise.reject(new Error("the virtual router has no heap of its own"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}

/** What one start of the router makes. */
class RunningCore implements AsyncDisposable {
  readonly streams: Streams;
  readonly #router: Router;
  readonly #state: ServerState;
  readonly #calls: RpcCalls;
  readonly #meter: Meter;
  readonly #log: LogWriter;

  constructor({ settings, plugins, clock, random, version, onEvent, onLogLine }: VirtualRouterOptions) {
    const { observability } = settings;
    const text = new TextDecoder();
    this.#log = new LogWriter({
      sink: {
        write: (bytes) => {
          onLogLine(text.decode(bytes));
          return bytes.length;
        },
      },
      clock,
      level: observability.logLevel,
      maxErrorChars: observability.maxErrorMessageChars,
    });
    const log = this.#log;
    const meter = this.#meter = new Meter({ clock, build: {}, memory: () => ({}) });
    const hub = new EventHub(() => clock.wallNow());
    hub.listen({ heard: onEvent });
    const observer = new RequestObserver(observability, clock, random, log, meter, hub);
    const deps: RouterDeps = {
      clock,
      random,
      log,
      recorder: meter,
      view: (chain) => {
        const measure = meter.chain(chain.name);
        for (const { id, cost } of chain.providers) measure.setQuota(id, cost.monthlyQuota);
        return measure;
      },
      proxyFor: () => null,
      completed: (run, streamFailure) => observer.completed(run, streamFailure),
      emit: (event, fields) => hub.emit(event, fields),
    };
    this.streams = new Streams({ clock, random, log, emit: (event, fields) => hub.emit(event, fields) });
    this.#router = new Router(settings, plugins, deps);
    this.streams.bind(this.#router);
    const metrics = (): string => meter.metrics();
    const shared = { clock, random, log, recorder: meter, metrics, version, hub, streams: this.streams };
    this.#state = new ServerState(this.#router, {
      ...shared,
      dashboard: null,
      history: noHistory,
      live: meter.live,
    });
    this.#calls = new RpcCalls(this.#state);
  }

  serve(
    head: RequestHead,
    body: string,
    response: ResponseWriter,
    origin: CallOrigin<ResponseWriter>,
  ): void {
    const { clock } = this.#state.deps;
    const target = targetOf(head, this.#router, false);
    const frame = readFrame(body, this.#router.settings.server.maxBatch);
    if (target.kind === "rpc") this.#calls.serve(origin, target, frame, response, clock.now());
    else this.#calls.refuse(response, clock.now(), target.refusal, target, idOfFrame(frame));
  }

  socket(head: RequestHead): SocketLine | number {
    const target = socketTargetOf(head, this.#router, false);
    if (target.kind === "refused") return target.refusal.status;
    const { maxBatch, ws } = this.#router.settings.server;
    const origin: CallOrigin<ResponseWriter> = {
      ingress: "ws",
      inFlight: 0,
      maxInFlight: ws.maxInFlight,
      start: ({ route }, call, options, _response, done) => route.call(call, options, done),
    };
    const { clock } = this.#state.deps;
    return {
      take: (body, response) =>
        this.#calls.serve(origin, target, readFrame(body, maxBatch), response, clock.now()),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.streams[Symbol.dispose]();
    await this.#router.retire(undefined, 0);
    this.#meter[Symbol.dispose]();
    await this.#log[Symbol.asyncDispose]();
  }
}
