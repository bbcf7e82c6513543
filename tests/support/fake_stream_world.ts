// The streams' test world: a simulated chain, fake upstreams that show it, the real pipeline over them and the real
// streams on top, all on virtual time. Disposing it asserts that nothing was left behind.

import assert from "node:assert/strict";
import type { Log } from "../../core/log.ts";
import { ChainMeasure } from "../../core/measure/chain_measure.ts";
import { type RaceRecorder, silentRaces, silentRecorder } from "../../core/measure/recorder.ts";
import { PluginRegistry } from "../../core/plugins/registry.ts";
import { seededRandom } from "../../core/random.ts";
import type { ChainRoute } from "../../core/routing/chain_route.ts";
import { type LoadedSet, Router, type RouterDeps } from "../../core/routing/router.ts";
import type { ChainSettings, OnGap, ProviderSettings, SubscriptionSettings } from "../../core/settings.ts";
import { Streams } from "../../core/streams/streams.ts";
import { VirtualClock } from "../../core/virtual_clock.ts";
import { builtinStrategies } from "../../strategies/mod.ts";
import { chainSettings, providerSettings } from "./fake_chain.ts";
import { lassoSettings } from "./fake_router.ts";
import { FakeUpstream, type UpstreamTraits } from "./fake_upstream.ts";
import { type LogSpec, StreamChain } from "./stream_chain.ts";
import { StreamClient } from "./stream_client.ts";
import { worldPlugins } from "./world_transport.ts";

export interface WorldProvider {
  /** Has it a WebSocket endpoint? Default true. */
  readonly ws?: boolean;
  readonly traits?: Partial<UpstreamTraits>;
  readonly settings?: Partial<ProviderSettings>;
}

export interface WorldOptions {
  readonly providers?: Readonly<Record<string, WorldProvider>>;
  readonly chain?: Partial<ChainSettings>;
  readonly subscriptions?: Partial<SubscriptionSettings>;
  readonly blockTimeMs?: number;
  readonly seed?: number;
  /** Headers with empty blooms, whatever the blocks hold. */
  readonly emptyBlooms?: boolean;
  /** Hears each copy of an event that an upstream brings. */
  readonly raced?: (clock: VirtualClock) => RaceRecorder;
  /** Takes a line for each thing that happens. */
  readonly trace?: (line: string) => void;
  /** Hears the product's events, and may throw: a fault of the product's own code. */
  readonly onEmit?: (event: string, fields?: Readonly<Record<string, unknown>>) => void;
}

export interface Emitted {
  readonly event: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

const chainName = "ethereum";

export class StreamWorld implements AsyncDisposable {
  readonly clock = new VirtualClock();
  readonly chain: StreamChain;
  readonly upstreams = new Map<string, FakeUpstream>();
  readonly clients: StreamClient[] = [];
  readonly events: Emitted[] = [];
  readonly streams: Streams;
  readonly options: WorldOptions;
  router: Router;
  readonly #deps: RouterDeps;
  readonly #plugins: LoadedSet;
  #blockTimeMs: number;
  #mining: { readonly stop: () => void } | null = null;

  constructor(options: WorldOptions = {}) {
    this.options = options;
    const seed = options.seed ?? 1;
    this.#blockTimeMs = options.blockTimeMs ?? 1_000;
    this.chain = new StreamChain({ random: seededRandom(seed), emptyBlooms: options.emptyBlooms ?? false });
    Object.entries(this.providers).forEach(([id, { traits }], index) => {
      const random = seededRandom(seed * 31 + index);
      this.upstreams.set(id, new FakeUpstream(id, this.chain, this.clock, random, traits));
    });
    const registry = new PluginRegistry();
    for (const plugin of builtinStrategies) registry.register(plugin, "built in");
    for (const plugin of worldPlugins((id) => this.upstream(id))) registry.register(plugin, "test");
    this.#plugins = { registry, options: new Map() };
    const measure = new ChainMeasure(this.clock);
    const log: Log = {
      enabled: () => true,
      write: (level, event, fields) => this.trace(`${level} ${event} ${JSON.stringify(fields)}`),
      line: () => {},
    };
    const emit = (event: string, fields: Readonly<Record<string, unknown>> = {}): void => {
      this.events.push({ event, fields });
      if (event !== "head") this.trace(`event ${event} ${JSON.stringify(fields)}`);
      options.onEmit?.(event, fields);
    };
    const random = seededRandom(seed * 31 + 30);
    this.#deps = {
      clock: this.clock,
      random,
      log,
      recorder: silentRecorder,
      view: () => measure,
      proxyFor: () => null,
      completed: () => {},
      emit,
    };
    this.router = new Router(this.#settings({}, this.providers), this.#plugins, this.#deps);
    this.streams = new Streams({
      clock: this.clock,
      random,
      log,
      emit,
      raced: options.raced?.(this.clock) ?? silentRaces,
    });
    this.streams.bind(this.router);
  }

  get providers(): Readonly<Record<string, WorldProvider>> {
    return this.options.providers ?? { p1: {} };
  }

  get route(): ChainRoute {
    return this.router.routes[0]!;
  }

  upstream(id: string): FakeUpstream {
    const upstream = this.upstreams.get(id);
    assert.ok(upstream !== undefined, `no upstream ${id}`);
    return upstream;
  }

  trace(line: string): void {
    this.options.trace?.(`${(this.clock.now() / 1000).toFixed(3).padStart(9)} ${line}`);
  }

  /** A client's socket. `gaps`: as of `?gaps=`. */
  client(gaps: OnGap | null = null): StreamClient {
    const client = new StreamClient(`client ${this.clients.length + 1}`, this.chain.ledger, gaps);
    client.connect(this.streams.client(chainName, client));
    this.clients.push(client);
    return client;
  }

  mine(logs?: readonly LogSpec[]): void {
    const { number, hash } = this.chain.mine(logs);
    this.trace(`mined ${number} ${hash.slice(0, 10)}`);
  }

  reorg(depth: number, length?: number, logs?: readonly LogSpec[]): void {
    const { number, hash } = this.chain.reorg(depth, length, logs);
    this.trace(`reorg of ${depth}, tip ${number} ${hash.slice(0, 10)}`);
  }

  /** A block each `blockTimeMs`, times a factor that `pace` gives (default 1), until `stopMining`. */
  startMining(pace: () => number = () => 1): void {
    this.stopMining();
    let timer = this.clock.after(0, () => {});
    const next = (): void => {
      timer = this.clock.after(this.#blockTimeMs * pace(), () => {
        this.mine();
        next();
      });
    };
    next();
    this.#mining = { stop: () => timer.cancel() };
  }

  stopMining(): void {
    this.#mining?.stop();
    this.#mining = null;
  }

  set blockTimeMs(ms: number) {
    this.#blockTimeMs = ms;
  }

  /** Mines so many blocks, a block time apart, and lets their news arrive. */
  async blocks(count: number, logs?: readonly LogSpec[]): Promise<void> {
    for (let nth = 0; nth < count; nth++) {
      this.mine(logs);
      await this.clock.advance(this.#blockTimeMs);
    }
  }

  advance(ms: number): Promise<void> {
    return this.clock.advance(ms);
  }

  /** Lets time pass until `done`, looking each `stepMs`; fails after `limitMs`. */
  async until(done: () => boolean, limitMs = 60_000, stepMs = 10): Promise<void> {
    for (let passed = 0; !done(); passed += stepMs) {
      assert.ok(passed < limitMs, `not within ${limitMs} ms`);
      await this.clock.advance(stepMs);
    }
  }

  /** A new configuration takes over, as of a changed file. */
  async reload(
    chain: Partial<ChainSettings> = {},
    providers: Readonly<Record<string, WorldProvider>> = this.providers,
  ): Promise<void> {
    const previous = this.router;
    this.router = new Router(this.#settings(chain, providers), this.#plugins, this.#deps, previous);
    this.streams.bind(this.router);
    this.trace("reload");
    const retired = previous.retire(this.router, 100);
    await this.clock.advance(200);
    await retired;
  }

  /** Every upstream is well again. */
  heal(): void {
    this.trace("all is well");
    for (const upstream of this.upstreams.values()) upstream.heal();
  }

  #settings(
    chain: Partial<ChainSettings>,
    providers: Readonly<Record<string, WorldProvider>>,
  ): ReturnType<typeof lassoSettings> {
    const list = Object.entries(providers).map(([id, { ws, settings }]) =>
      providerSettings(id, {
        transport: "fake",
        wsUrl: ws === false ? null : `wss://${id}.example/v2/secret-key-of-${id}`,
        ...settings,
      })
    );
    const { subscriptions } = chainSettings([]);
    const settings = chainSettings(list, {
      name: chainName,
      blockTimeMs: this.#blockTimeMs,
      trustBloom: this.options.emptyBlooms !== true,
      subscriptions: { ...subscriptions, ...this.options.subscriptions },
      ...this.options.chain,
      ...chain,
    });
    return lassoSettings([settings]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stopMining();
    for (const client of this.clients) if (!client.gone) client.leave();
    this.streams[Symbol.dispose]();
    await this.clock.advance(100);
    const left = [...this.upstreams.values()].flatMap(({ subscriptions }) => subscriptions);
    const retired = this.router.retire(undefined, 0);
    await this.clock.advance(100);
    await retired;
    for (const upstream of this.upstreams.values()) upstream.dispose();
    assert.equal(left.length, 0, "a subscription was left at an upstream");
    assert.equal(this.clock.pending, 0, "a timer was left");
  }
}
