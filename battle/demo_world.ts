// The upstream side of `lasso demo`: two simulated chains with three providers each, one fast and paid, one slower
// and free, one that fails every tenth time and drops its sockets now and then. All on loopback; nothing here knows the
// router. Dispose it to stop it.

import type { Clock } from "../core/clock.ts";
import type { Log } from "../core/log.ts";
import { below, type Random, seededRandom } from "../core/random.ts";
import { startDemoWeather } from "./demo_weather.ts";
import { createSimulatedChain, type SimulatedChain } from "./simulator/chain.ts";
import { type SimulatedProvider, startSimulatedProvider } from "./simulator/provider.ts";
import type { SimulatedProviderSettings } from "./simulator/provider_settings.ts";

export interface DemoWorldDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** One provider in the words of the config file. */
export interface DemoProviderConfig {
  readonly id: string;
  readonly url: string;
  readonly ws_url: string;
  readonly type: "public" | "paid";
  readonly priority: number;
  readonly archive: boolean;
  readonly cost?: { readonly per_call: number; readonly usd_per_million: number };
}

/** One chain in the words of the config file; `block_time` is a duration such as `2000ms`. */
export interface DemoChainConfig {
  readonly chain_id: number;
  readonly aliases: readonly string[];
  readonly block_time: string;
  readonly providers: readonly DemoProviderConfig[];
}

export interface DemoChain {
  readonly name: string;
  readonly chain: SimulatedChain;
  readonly providers: readonly SimulatedProvider[];
}

export interface DemoWorld extends AsyncDisposable {
  /** What stands under `chains` in a config file that routes to this world. */
  readonly chainsConfig: Readonly<Record<string, DemoChainConfig>>;
  readonly chains: readonly DemoChain[];
}

interface DemoProviderPlan {
  readonly settings: Partial<SimulatedProviderSettings> & { readonly name: string };
  readonly config: Omit<DemoProviderConfig, "id" | "url" | "ws_url">;
}

const chainPlans = [
  { name: "ethereum", chainId: 1, aliases: ["eth", "mainnet"], blockTimeMs: 2_000 },
  { name: "base", chainId: 8453, aliases: ["base-mainnet"], blockTimeMs: 1_000 },
] as const;

const providerPlans: readonly DemoProviderPlan[] = [
  {
    settings: { name: "swift", latency: { kind: "uniform", min: 15, max: 40 } },
    config: { type: "paid", priority: 2, archive: true, cost: { per_call: 26, usd_per_million: 0.45 } },
  },
  {
    settings: { name: "steady", latency: { kind: "uniform", min: 60, max: 90 }, archive: false },
    config: { type: "public", priority: 1, archive: false },
  },
  {
    settings: { name: "shaky", latency: { kind: "uniform", min: 30, max: 150 }, failureRate: 0.1 },
    config: { type: "public", priority: 3, archive: true },
  },
];

export async function startDemoWorld({ clock, random, log }: DemoWorldDeps): Promise<DemoWorld> {
  const chains: DemoChain[] = [];
  const chainsConfig: Record<string, DemoChainConfig> = {};
  await using started = new AsyncDisposableStack();
  for (const { name, chainId, aliases, blockTimeMs } of chainPlans) {
    const seed = below(random, 2 ** 32);
    const chain = started.use(createSimulatedChain({ chainId, seed, blockTimeMs, clock }));
    const providers: SimulatedProvider[] = [];
    const configs: DemoProviderConfig[] = [];
    for (const { settings, config } of providerPlans) {
      const deps = { clock, random: seededRandom(below(random, 2 ** 32)) };
      const provider = started.use(await startSimulatedProvider(chain, settings, deps));
      providers.push(provider);
      configs.push({ id: settings.name, url: provider.url, ws_url: provider.wsUrl, ...config });
      log.write("debug", "demo.provider.started", {
        chain: name,
        provider: settings.name,
        url: provider.url,
      });
    }
    chains.push({ name, chain, providers });
    chainsConfig[name] = { chain_id: chainId, aliases, block_time: `${blockTimeMs}ms`, providers: configs };
  }
  started.use(startDemoWeather({
    chains: chains.map(({ name, chain, providers }) => ({ name, chain, dropping: providers.at(-1)! })),
    clock,
    random: seededRandom(below(random, 2 ** 32)),
    log,
  }));
  const running = started.move();
  return { chains, chainsConfig, [Symbol.asyncDispose]: () => running.disposeAsync() };
}
