// The inside of P10, as a process of its own so that nothing else has shaped the compiled code or the heap:
// `deno run -A bench/selection_run.ts ROUNDS` prints one line of JSON. Real channels, strategies, guard and
// measurements; only the chain around them and the transports are stand-ins, for nothing is sent.

import { systemClock } from "../core/clock.ts";
import { silentLog } from "../core/log.ts";
import { ChainMeasure } from "../core/measure/chain_measure.ts";
import { createStrategy, GuardedStrategy } from "../core/plugins/guard.ts";
import type { StrategyPlugin } from "../core/plugins/strategy.ts";
import type { Transport } from "../core/plugins/transport.ts";
import type { Chain } from "../core/providers/chain.ts";
import { Channel } from "../core/providers/channel.ts";
import { Provider, type ProviderHost } from "../core/providers/provider.ts";
import { seededRandom } from "../core/random.ts";
import { Selection } from "../core/routing/selection.ts";
import { methodInfo } from "../core/rpc/methods.ts";
import type { ProviderSettings } from "../core/settings.ts";
import { builtinStrategies } from "../strategies/mod.ts";
import { ascending, quantile } from "./statistics.ts";

/** Cost of one `order` in µs. */
export interface SelectionCase {
  /** `cached`: the order is kept; `per_call`: made for every call. */
  readonly cadence: "cached" | "per_call";
  readonly name: string;
  /** Names of methods that were measured and ordered before. */
  readonly methodsSeen: number;
  readonly p50: number;
  readonly p99: number;
}

export type SelectionRound = readonly SelectionCase[];

const providerCount = 20;
const head = 18_000_000;
/** Time that passes between two calls: 20,000 calls a second. */
const callGapMs = 0.05;
const warmUpCalls = 20_000;
const timedCalls = { cached: 100_000, per_call: 40_000 } as const;

/** What clients call most; these are the calls that are timed, however many names were seen. */
const commonMethods = [
  "eth_call",
  "eth_blockNumber",
  "eth_getBalance",
  "eth_getLogs",
  "eth_getBlockByNumber",
  "eth_getTransactionReceipt",
  "eth_getTransactionCount",
  "eth_estimateGas",
  "eth_gasPrice",
  "eth_getCode",
];

const nothing = (): void => {};
const host: ProviderHost = { changed: nothing, report: nothing, breakerChanged: nothing, probeSoon: nothing };

const deadTransport: Transport = {
  connections: 1,
  send: () => {
    throw new Error("Nothing is sent while selection is measured");
  },
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

/** The chain of one case, with its measurements: `seen` names on every channel. */
class Scene {
  readonly selection: Selection;
  readonly #channels: readonly Channel[];
  readonly #measure = new ChainMeasure(systemClock);
  readonly #random = seededRandom(7);
  #now = systemClock.now();

  constructor(plugin: StrategyPlugin, seen: readonly string[], headsDiffer: boolean) {
    this.#channels = makeChannels(headsDiffer);
    const chain = { name: "ethereum", channels: this.#channels, generation: 0, served: head };
    const strategy = guarded(plugin);
    this.selection = new Selection(chain as unknown as Chain, this.#measure, () => strategy);
    for (const method of seen) {
      for (const channel of this.#channels) {
        for (let n = 0; n < 3; n++) this.#record(channel, methodInfo(method).label);
      }
      this.order(method);
    }
  }

  order(method: string): void {
    const info = methodInfo(method);
    this.selection.order("measured", method, info, { kind: "tag", tag: "latest" }, null, this.#now);
  }

  /** µs of `calls` orders, each after an attempt that changed the measurements. */
  time(methods: readonly string[], calls: number): Float64Array {
    const times = new Float64Array(calls);
    for (let call = 0; call < calls; call++) {
      const method = methods[call % methods.length]!;
      this.#now += callGapMs;
      const served = Math.floor(this.#random.next() * this.#channels.length);
      this.#record(this.#channels[served]!, methodInfo(method).label);
      const from = performance.now();
      this.order(method);
      times[call] = (performance.now() - from) * 1_000;
    }
    return times;
  }

  #record(channel: Channel, method: string): void {
    const { candidate } = channel;
    const ms = 5 + candidate.position + 10 * this.#random.next();
    this.#measure.record(candidate, method, ms, "ok", false, this.#now);
  }
}

function makeChannels(headsDiffer: boolean): Channel[] {
  const breaker = {
    failureThreshold: 5,
    errorRatio: 0.5,
    windowMs: 30_000,
    minRequests: 20,
    recoveryTimeoutMs: 30_000,
    successThreshold: 2,
  };
  const options = { transport: deadTransport, breaker, clock: systemClock, random: seededRandom(1) };
  return Array.from({ length: providerCount }, (_, position) => {
    const provider = new Provider(settingsOf(position), position, systemClock, host);
    const channels = (["http", "ws"] as const).map((protocol) =>
      new Channel(provider, { ...options, protocol })
    );
    provider.chainIdAt = systemClock.now(); // Else every channel would be one that is passed over.
    for (const channel of channels) {
      provider.attach(channel);
      if (channel.protocol === "ws") channel.sawChainId(null);
      channel.candidate.head = headsDiffer ? head - position % 3 : head;
    }
    return channels;
  }).flat();
}

function settingsOf(position: number): ProviderSettings {
  const paid = position % 2 === 1;
  return {
    id: `provider${position}`,
    url: `https://provider${position}.example/`,
    wsUrl: null,
    type: paid ? "paid" : "public",
    priority: 100,
    group: position < 16 ? "main" : "fallback",
    private: false,
    headers: {},
    rateLimit: null,
    cost: {
      perCall: 20,
      methods: { eth_call: 26, eth_getLogs: 75, "debug_*": 300 },
      usdPerMillion: paid ? 0.4 + position / 100 : null,
      monthlyQuota: null,
    },
    archive: null,
    methods: { allow: null, deny: ["trace_*"] },
    limits: { getLogsRange: null },
    errorRules: [],
    transport: "http",
    tls: {},
  };
}

function guarded(plugin: StrategyPlugin): GuardedStrategy {
  const deps = { clock: systemClock, random: seededRandom(3), log: nothing, emit: nothing };
  const strategy = createStrategy(plugin, plugin.parse({}), deps);
  const id = plugin.id;
  return new GuardedStrategy({
    id,
    chain: "ethereum",
    strategy,
    fallback: null,
    clock: systemClock,
    log: silentLog,
  });
}

/** The common names, then names that clients make up. */
function names(count: number): string[] {
  return Array.from({ length: count }, (_, n) => commonMethods[n] ?? `vendor_method${n}`);
}

interface CaseOptions {
  readonly plugin: StrategyPlugin;
  readonly name: string;
  readonly methodsSeen: number;
  readonly methods: readonly string[];
  readonly headsDiffer: boolean;
  /** Whether orders are really kept in this case. */
  readonly cadence: "cached" | "per_call";
}

function measureCase(
  { plugin, name, methodsSeen, methods, headsDiffer, cadence }: CaseOptions,
): SelectionCase {
  const scene = new Scene(plugin, names(methodsSeen), headsDiffer);
  scene.time(methods, warmUpCalls);
  const sorted = ascending(scene.time(methods, timedCalls[cadence]));
  return { cadence, name, methodsSeen, p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99) };
}

function measureRound(): SelectionCase[] {
  const cases: SelectionCase[] = [];
  for (const methodsSeen of [10, 1_000]) {
    const shared = { methodsSeen, methods: commonMethods, headsDiffer: false };
    for (const plugin of builtinStrategies) {
      const { cadence } = guarded(plugin);
      cases.push(measureCase({ ...shared, plugin, name: plugin.id, cadence }));
    }
    const plugin = builtinStrategies[0]!;
    const perCall = { ...shared, plugin, cadence: "per_call" } as const;
    cases.push(measureCase({ ...perCall, name: `${plugin.id}, heads differ`, headsDiffer: true }));
    const made = names(methodsSeen + 10).slice(-10);
    cases.push(measureCase({ ...perCall, name: `${plugin.id}, methods outside the table`, methods: made }));
  }
  return cases;
}

if (import.meta.main) {
  const rounds: SelectionRound[] = [];
  measureRound();
  for (let round = 0; round < Number(Deno.args[0]); round++) rounds.push(measureRound());
  console.log(JSON.stringify(rounds));
}
