// A router for tests: the real pipeline and the built-in strategies over scripted nodes on virtual time, with a
// recorder that keeps what it hears. Disposing it asserts that no call left anything behind.

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { Clock } from "../../core/clock.ts";
import type { Log } from "../../core/log.ts";
import { ChainMeasure } from "../../core/measure/chain_measure.ts";
import type { Recorder } from "../../core/measure/recorder.ts";
import { type Plugin, PluginRegistry } from "../../core/plugins/registry.ts";
import type { StrategyPlugin } from "../../core/plugins/strategy.ts";
import type {
  BodySink,
  BodyStream,
  Exchange,
  ReplySink,
  TransportFailure,
  UpstreamCall,
} from "../../core/plugins/transport.ts";
import type { Channel } from "../../core/providers/channel.ts";
import { seededRandom } from "../../core/random.ts";
import type { CallOptions, ChainRoute } from "../../core/routing/chain_route.ts";
import type { Outcome } from "../../core/routing/outcome.ts";
import { type LoadedSet, Router, type RouterDeps } from "../../core/routing/router.ts";
import type { Run } from "../../core/routing/run.ts";
import { refusalError } from "../../core/rpc/refusal.ts";
import { fromWire, textToWire, wireToText } from "../../core/rpc/wire.ts";
import type { ChainSettings, LassoSettings, ProviderSettings } from "../../core/settings.ts";
import { VirtualClock } from "../../core/virtual_clock.ts";
import { builtinStrategies } from "../../strategies/mod.ts";
import { chainSettings, FakeNode, providerSettings } from "./fake_chain.ts";
import { type FakeAnswer, type FakeCall, fakePlugin, FakeTransport } from "./fake_transport.ts";

/** An answer above the commit point: a head that is held, and chunks that follow when they are wanted. */
export interface StreamedAnswer {
  readonly status?: number;
  /** Readable text; `ID` stands for the call's id. */
  readonly head: string;
  readonly chunks: readonly string[];
  /** How the rest ends; default: well. `stall`: never. */
  readonly ending?: TransportFailure | "stall";
}

export type Scripted = FakeAnswer | { readonly stream: StreamedAnswer } | undefined;

/** What a node answers to a call; undefined: as a healthy node would. */
export type NodeScript = (call: FakeCall) => Scripted;

/** A transport whose script may also stream. */
export class StreamingTransport extends FakeTransport {
  readonly node: FakeNode;
  nodeScript: NodeScript;
  /** Streams that were given up, and those that were asked to pause. */
  streamsCancelled = 0;
  pauses = 0;

  constructor(node: FakeNode, script: NodeScript, clock: Clock) {
    super(node.answer, clock);
    this.node = node;
    this.nodeScript = script;
    this.script = (call) => this.#next ?? this.node.answer(call);
  }

  #next: FakeAnswer | undefined;

  override send(call: UpstreamCall, sink: ReplySink): Exchange {
    const parsed = JSON.parse(wireToText(call.body)) as { params?: unknown };
    const params = Array.isArray(parsed.params) ? parsed.params : [];
    const scripted = this.nodeScript({ ...call, params, nth: this.count(call.method), transport: this });
    if (scripted === undefined || !("stream" in scripted)) {
      this.#next = scripted;
      return super.send(call, sink);
    }
    this.#next = { hang: true };
    const exchange = super.send(call, sink);
    const { stream } = scripted;
    const withId = (text: string): string => text.replaceAll("ID", String(call.id));
    let over = false;
    queueMicrotask(() => {
      if (over) return;
      exchange.cancel();
      this.cancelled--;
      sink.onReply({
        status: stream.status ?? 200,
        retryAfterMs: null,
        body: textToWire(withId(stream.head)),
        rest: new FakeBody(stream.chunks.map(withId), stream.ending ?? null, this),
      });
    });
    return {
      cancel: (): void => {
        over = true;
        exchange.cancel();
      },
    };
  }
}

class FakeBody implements BodyStream {
  readonly #chunks: string[];
  readonly #ending: TransportFailure | "stall" | null;
  readonly #transport: StreamingTransport;
  #sink: BodySink | null = null;
  #paused = false;
  #over = false;

  constructor(
    chunks: readonly string[],
    ending: TransportFailure | "stall" | null,
    transport: StreamingTransport,
  ) {
    this.#chunks = [...chunks];
    this.#ending = ending;
    this.#transport = transport;
  }

  pipe(sink: BodySink): void {
    this.#sink = sink;
    this.#later();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#later();
  }

  cancel(): void {
    if (!this.#over) this.#transport.streamsCancelled++;
    this.#over = true;
  }

  #later(): void {
    queueMicrotask(() => this.#pump());
  }

  #pump(): void {
    const sink = this.#sink;
    if (sink === null || this.#over || this.#paused) return;
    const chunk = this.#chunks.shift();
    if (chunk !== undefined) {
      const bytes = fromWire(textToWire(chunk));
      if (!sink.write(bytes)) {
        this.#paused = true;
        this.#transport.pauses++;
      }
      bytes.fill(0x7e); // A chunk must not be kept beyond the call.
      return this.#later();
    }
    if (this.#ending === "stall") return;
    this.#over = true;
    if (this.#ending === null) sink.end();
    else sink.fail(this.#ending);
  }
}

export interface Recorded {
  readonly provider: string;
  readonly transport: string;
  readonly method: string;
  readonly ms: number;
  readonly outcome: string;
  readonly atLeast: boolean;
}

/** A call under way or ended. */
export class Pending {
  run: Run | null = null;
  outcome: Outcome | null = null;
  doneAt: number | null = null;
  dones = 0;

  /** The result as wire text; fails for any other outcome. */
  get result(): string {
    assert.equal(this.outcome?.kind, "result", JSON.stringify(this.outcome));
    return this.outcome?.kind === "result" ? this.outcome.result : "";
  }

  /** The error object that a client would get, parsed. */
  get error(): { code: number; message: string; data?: Record<string, unknown> } {
    const { outcome } = this;
    if (outcome?.kind === "error") return JSON.parse(wireToText(outcome.error));
    assert.equal(outcome?.kind, "refusal", JSON.stringify(outcome));
    return outcome?.kind === "refusal" ? JSON.parse(wireToText(refusalError(outcome.refusal, "r"))) : null!;
  }

  get status(): number {
    return this.outcome?.kind === "refusal" ? this.outcome.refusal.status : 200;
  }

  /** `provider:outcome` of each attempt, in the order in which they ended. */
  get attempts(): string[] {
    return this.run?.attempts.map(({ provider, outcome }) => `${provider}:${outcome}`) ?? [];
  }
}

export interface FakeRouterOptions {
  /** Script of each node; its key is the provider's id, their order the config's. */
  readonly nodes: Readonly<Record<string, NodeScript>>;
  /** Providers that have a WebSocket channel too, with its script. */
  readonly wsNodes?: Readonly<Record<string, NodeScript>>;
  readonly chain?: Partial<ChainSettings>;
  readonly providers?: Readonly<Record<string, Partial<ProviderSettings>>>;
  readonly strategies?: readonly StrategyPlugin[];
  readonly options?: ReadonlyMap<Plugin, unknown>;
  readonly seed?: number;
  /** Newest block of each node; 100 where there is none. */
  readonly heads?: Readonly<Record<string, number>>;
  readonly log?: Log;
}

export const noAnswer: NodeScript = () => undefined;

export class FakeRouter implements AsyncDisposable {
  readonly clock = new VirtualClock();
  readonly recorded: Recorded[] = [];
  readonly failovers: string[] = [];
  readonly behind: string[] = [];
  readonly completed: { readonly run: Run; readonly streamFailure: string | null }[] = [];
  readonly transports = new Map<string, StreamingTransport>();
  readonly measure = new ChainMeasure(this.clock);
  readonly deps: RouterDeps;
  readonly options: FakeRouterOptions;
  router: Router;
  readonly #registry: PluginRegistry;
  #calls = 0;

  constructor(options: FakeRouterOptions) {
    this.options = options;
    this.#registry = this.#register();
    const recorder: Recorder = {
      attempt: (_chain, candidate, method, ms, outcome, atLeast) => {
        this.measure.record(candidate, method, ms, outcome, atLeast, this.clock.now());
        const { provider, transport } = candidate;
        this.recorded.push({ provider, transport, method, ms, outcome, atLeast });
      },
      request: () => {},
      failover: (_chain, provider, category) => void this.failovers.push(`${provider}:${category}`),
      breaker: () => {},
      head: () => {},
      reload: () => {},
      behind: (_chain, provider) => void this.behind.push(provider),
    };
    this.deps = {
      clock: this.clock,
      random: seededRandom(options.seed ?? 1),
      log: options.log ?? { enabled: () => false, write: () => {}, line: () => {} },
      recorder,
      view: () => this.measure,
      proxyFor: () => null,
      completed: (run, streamFailure) => void this.completed.push({ run, streamFailure }),
      emit: () => {},
    };
    this.router = new Router(this.settings(), this.plugins(), this.deps);
  }

  settings(chain: Partial<ChainSettings> = {}): LassoSettings {
    const providers = Object.keys(this.options.nodes).map((id) =>
      providerSettings(id, {
        transport: "fake",
        wsUrl: this.options.wsNodes?.[id] === undefined
          ? null
          : `wss://${id}.example/ws/secret-ws-key-of-${id}`,
        ...this.options.providers?.[id],
      })
    );
    return lassoSettings([chainSettings(providers, { ...this.options.chain, ...chain })]);
  }

  /** The same plugin objects each time, as of files that did not change. */
  plugins(): LoadedSet {
    return { registry: this.#registry, options: this.options.options ?? new Map() };
  }

  #register(): PluginRegistry {
    const registry = new PluginRegistry();
    for (const plugin of builtinStrategies) registry.register(plugin, "built in");
    for (const plugin of this.options.strategies ?? []) registry.register(plugin, "test");
    const { nodes, wsNodes } = this.options;
    const open = (key: string, provider: string, script: NodeScript | undefined): StreamingTransport => {
      const node = new FakeNode(this.options.heads?.[provider]);
      const transport = new StreamingTransport(node, script ?? noAnswer, this.clock);
      this.transports.set(key, transport);
      return transport;
    };
    registry.register(fakePlugin(({ provider }) => open(provider, provider, nodes[provider])), "test");
    const openWs = ({ provider }: { readonly provider: string }): StreamingTransport =>
      open(`${provider}:ws`, provider, wsNodes?.[provider]);
    registry.register(fakePlugin(openWs, "ws", "ws"), "test");
    return registry;
  }

  get route(): ChainRoute {
    return this.router.routes[0]!;
  }

  /** By the provider's id; `id:ws`: of its WebSocket channel. */
  transport(id: string): StreamingTransport {
    return this.transports.get(id)!;
  }

  /** The HTTP channel of a provider; `id:ws`: its WebSocket channel. */
  channel(id: string): Channel {
    const full = id.includes(":") ? id : `${id}:http`;
    return this.route.chain.channels.find((channel) => channel.id === full)!;
  }

  /** The transport under a channel. */
  #under({ protocol, provider }: Channel): StreamingTransport {
    return this.transport(protocol === "ws" ? `${provider.id}:ws` : provider.id);
  }

  /** Starts a call. `params`: as the client spelt them; null: none. */
  start(method: string, params: string | null = "[]", options: Partial<CallOptions> = {}): Pending {
    const pending = new Pending();
    const token = JSON.stringify(method);
    const call = {
      kind: "call" as const,
      id: '"client-id"',
      method,
      methodToken: token,
      params: params === null ? undefined : textToWire(params),
      meta: false,
    };
    pending.run = this.route.call(call, {
      requestId: `r${++this.#calls}`,
      receivedAt: this.clock.now(),
      ingress: "http",
      strategy: null,
      restriction: null,
      websocketUrl: "ws://lasso.test/rpc/ethereum",
      ...options,
    }, (run) => {
      pending.run = run;
      pending.dones++;
      pending.outcome = run.outcome;
      pending.doneAt = this.clock.now();
    });
    return pending;
  }

  /** Makes a call and lets time pass till it has ended. */
  async call(method: string, params?: string | null, options: Partial<CallOptions> = {}): Promise<Pending> {
    const pending = this.start(method, params, options);
    await this.until(pending);
    return pending;
  }

  async until(pending: Pending, limitMs = 120_000): Promise<void> {
    await this.clock.advance(0);
    for (let ms = 0; pending.outcome === null && ms < limitMs; ms += 5) await this.clock.advance(5);
    assert.ok(pending.outcome !== null, "the call has not ended");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.clock.advance(10);
    const { sweep } = this.router;
    assert.equal(sweep.size, 0, "a call is still in the sweep");
    for (const channel of this.route.chain.channels) {
      const { underWay } = this.#under(channel);
      assert.equal(channel.inFlight, underWay, `${channel.id}: an attempt was not settled`);
    }
    await this.router.retire(undefined, 0);
    await this.clock.advance(10);
    for (const channel of this.route.chain.channels) {
      assert.equal(channel.inFlight, 0, `${channel.id}: in flight`);
      const { state } = channel.breaker;
      assert.ok(state.kind !== "half_open" || !state.trialUnderWay, `${channel.id}: a trial was left`);
    }
    assert.equal(this.clock.pending, 0, "a timer was left");
  }
}

/** A router whose providers have said which chain they serve. */
export async function fakeRouter(options: FakeRouterOptions): Promise<FakeRouter> {
  const lasso = new FakeRouter(options);
  await lasso.clock.advance(1_000);
  lasso.route.chain.touch();
  await lasso.clock.advance(20);
  return lasso;
}

/** Settings with the product's defaults around these chains. */
export function lassoSettings(chains: readonly ChainSettings[]): LassoSettings {
  return {
    server: {
      host: "127.0.0.1",
      port: 0,
      region: "local",
      maxBodyBytes: 2_097_152,
      maxBatch: 100,
      maxInFlight: 4096,
      bufferBeforeCommitBytes: 262_144,
      maxResponseBytes: 268_435_456,
      headerTimeoutMs: 10_000,
      idleTimeoutMs: 75_000,
      drainTimeoutMs: 10_000,
      tls: null,
      corsOrigins: ["*"],
      ws: {
        queueBytes: 4_194_304,
        maxFrameBytes: 2_097_152,
        maxInFlight: 256,
        maxSubscriptions: 1000,
        pingMs: 30_000,
        idleTimeoutMs: 7_200_000,
      },
      adminToken: null,
      publicReads: false,
      dataDir: null,
    },
    chains,
    plugins: [],
    alerts: { targets: [], rules: [] },
    observability: {
      logLevel: "info",
      includeParamsDigest: true,
      maxErrorMessageChars: 256,
      maxMetaHeaderBytes: 4096,
      samplingRate: 1,
    },
  };
}

/** Takes a streamed answer as a client would. */
export class Drain {
  readonly parts: Buffer[] = [];
  ending: "end" | string | null = null;
  /** What `write` answers; false asks for a pause. */
  takes = true;

  write(chunk: Uint8Array | string, before: Uint8Array | null): boolean {
    assert.equal(this.ending, null, "written after the end");
    if (before !== null) this.parts.push(Buffer.from(before));
    this.parts.push(typeof chunk === "string" ? fromWire(chunk) : Buffer.from(chunk));
    return this.takes;
  }

  end(): void {
    assert.equal(this.ending, null, "ended twice");
    this.ending = "end";
  }

  cut(why: string): void {
    assert.equal(this.ending, null, "ended twice");
    this.ending = why;
  }

  get text(): string {
    return Buffer.concat(this.parts).toString("utf8");
  }
}

/** A script for client calls: only these methods are answered so, in order of the calls; the last one stays. */
export function answers(method: string, ...list: readonly Scripted[]): NodeScript {
  return (call) => call.method === method ? list[Math.min(call.nth, list.length - 1)] : undefined;
}
