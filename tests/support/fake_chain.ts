// Chains for tests: settings with the product's defaults, and a chain over fake transports on virtual time whose
// providers answer probes as healthy nodes do unless told otherwise.

import type { Log } from "../../core/log.ts";
import { type Recorder, silentRecorder } from "../../core/measure/recorder.ts";
import { Chain, type ChainDeps } from "../../core/providers/chain.ts";
import type { Provider } from "../../core/providers/provider.ts";
import { seededRandom } from "../../core/random.ts";
import type { ChainSettings, ProviderSettings } from "../../core/settings.ts";
import { VirtualClock } from "../../core/virtual_clock.ts";
import {
  type FakeAnswer,
  type FakeCall,
  fakePlugin,
  type FakeScript,
  FakeTransport,
} from "./fake_transport.ts";

export function providerSettings(id: string, more: Partial<ProviderSettings> = {}): ProviderSettings {
  return {
    id,
    url: `https://${id}.example/v2/secret-key-of-${id}`,
    wsUrl: null,
    type: "public",
    priority: 1,
    group: "main",
    private: false,
    headers: {},
    rateLimit: null,
    cost: { perCall: 1, methods: {}, usdPerMillion: null, monthlyQuota: null },
    archive: null,
    methods: { allow: null, deny: [] },
    limits: { getLogsRange: null },
    errorRules: [],
    transport: "http",
    tls: {},
    ...more,
  };
}

/** One provider for each id, or the settings as they are given. */
export function chainSettings(
  providers: readonly (string | ProviderSettings)[],
  more: Partial<ChainSettings> = {},
): ChainSettings {
  return {
    name: "ethereum",
    chainId: 1,
    aliases: [],
    blockTimeMs: 12_000,
    strategy: "priority",
    timeoutMs: 30_000,
    attemptTimeoutMs: 10_000,
    retry: { rounds: 2, backoffMs: 100, maxBackoffMs: 2_000 },
    breaker: {
      failureThreshold: 5,
      errorRatio: 0.5,
      windowMs: 30_000,
      minRequests: 20,
      recoveryTimeoutMs: 30_000,
      successThreshold: 2,
    },
    health: { intervalMs: 4_000, timeoutMs: 3_000, maxLagMs: 5_000, maxLagBlocks: 5 },
    sendFanout: 3,
    subscriptions: {
      maxBackfillBlocks: null,
      confirmLogs: "on_switch",
      backfillTimeoutMs: 30_000,
      subscriptionTimeoutMs: 10_000,
      gapFilling: true,
      staleAfterMs: 5_000,
      onGap: "close",
    },
    race: { newHeads: 2, logs: 1 },
    trustBloom: false,
    methods: [],
    providers: providers.map((given) => typeof given === "string" ? providerSettings(given) : given),
    ...more,
  };
}

/** What a healthy node answers to a probe. Fields may be changed in the middle of a test. */
export class FakeNode {
  chainId = 1;
  head: number;
  syncing: unknown = false;
  /** Blocks that it announces but can't show. */
  hides: (block: number) => boolean = () => false;
  /** Answers instead of all the rest where it gives something. */
  instead: (call: FakeCall) => FakeAnswer | undefined = () => undefined;

  constructor(head = 100) {
    this.head = head;
  }

  readonly answer: FakeScript = (call) => {
    const instead = this.instead(call);
    if (instead !== undefined) return instead;
    switch (call.method) {
      case "eth_chainId":
        return { result: hex(this.chainId) };
      case "eth_blockNumber":
        return { result: hex(this.head) };
      case "eth_syncing":
        return { result: this.syncing };
      case "eth_getBlockByNumber": {
        const block = call.params[0] === "latest" ? this.head : Number(call.params[0]);
        if (block > this.head || this.hides(block)) return { result: null };
        return { result: { number: hex(block), hash: hashOf(block), parentHash: hashOf(block - 1) } };
      }
      default:
        return {
          error: { code: -32601, message: `the method ${call.method} does not exist/is not available` },
        };
    }
  };
}

export interface FakeChain extends AsyncDisposable {
  readonly chain: Chain;
  readonly clock: VirtualClock;
  readonly deps: ChainDeps;
  /** Newest transport of each provider, by its id; that of its WebSocket channel as `id:ws`. */
  readonly transports: ReadonlyMap<string, FakeTransport>;
  readonly events: { readonly event: string; readonly fields: Readonly<Record<string, unknown>> }[];
  provider(id: string): Provider;
  transport(id: string): FakeTransport;
}

export interface FakeChainOptions {
  readonly settings: ChainSettings;
  /** Script of a provider, `id:ws` of its WebSocket channel; a healthy node at block 100 where there is none. */
  readonly scripts?: Readonly<Record<string, FakeScript>>;
  readonly clock?: VirtualClock;
  readonly log?: Log;
  readonly recorder?: Recorder;
}

/** A chain on virtual time. Disposing it fails nothing and leaves no timer. */
export function fakeChain(options: FakeChainOptions): FakeChain {
  const clock = options.clock ?? new VirtualClock();
  const transports = new Map<string, FakeTransport>();
  const events: { event: string; fields: Readonly<Record<string, unknown>> }[] = [];
  const open = (key: string): FakeTransport => {
    const transport = new FakeTransport(options.scripts?.[key] ?? new FakeNode().answer, clock);
    transports.set(key, transport);
    return transport;
  };
  const plugin = fakePlugin((target) => open(target.provider));
  const wsPlugin = fakePlugin((target) => open(`${target.provider}:ws`), "ws", "ws");
  const deps: ChainDeps = {
    clock,
    random: seededRandom(1),
    log: options.log ?? { enabled: () => false, write: () => {}, line: () => {} },
    recorder: options.recorder ?? silentRecorder,
    transport: (id) => ({ plugin: id === "ws" ? wsPlugin : plugin, options: {} }),
    proxyFor: () => null,
    server: { bufferBytes: 262_144, maxResponseBytes: 268_435_456 },
    emit: (event, fields) => void events.push({ event, fields }),
  };
  const chain = new Chain(options.settings, deps);
  return {
    chain,
    clock,
    deps,
    transports,
    events,
    provider: (id) => chain.providers.find((provider) => provider.id === id)!,
    transport: (id) => transports.get(id)!,
    [Symbol.asyncDispose]: () => chain[Symbol.asyncDispose](),
  };
}

export function hex(number: number): string {
  return `0x${number.toString(16)}`;
}

/** A block hash for tests: the number, padded. */
function hashOf(block: number): string {
  return `0x${Math.max(0, block).toString(16).padStart(64, "0")}`;
}
