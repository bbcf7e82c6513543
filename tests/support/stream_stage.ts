// A simulated chain with its providers, the ledger that records it, and Lasso in front: all in this process, over real
// sockets. Blocks come fast and Lasso's clock runs as much faster, so that its seconds are in proportion. It never
// decides what goes wrong; tests and fault_schedule.ts do.

import type { RunningRouter } from "../../cli/start_router.ts";
import { createSimulatedChain, type SimulatedChain } from "../../battle/simulator/chain.ts";
import type { Ledger } from "../../battle/simulator/ledger.ts";
import { type LedgerRecording, recordLedger } from "../../battle/simulator/ledger_recorder.ts";
import { type SimulatedProvider, startSimulatedProvider } from "../../battle/simulator/provider.ts";
import type { SimulatedProviderSettings } from "../../battle/simulator/provider_settings.ts";
import { systemClock } from "../../core/clock.ts";
import { seededRandom } from "../../core/random.ts";
import { fastClock } from "./fast_clock.ts";
import { complete, LedgerClient, type Recorded } from "./ledger_client.ts";
import { loadText, startLasso } from "./start_lasso.ts";
import { until } from "./until.ts";

export interface StageOptions {
  /** Default: a, b and c. */
  readonly names?: readonly string[];
  readonly seed?: number;
  /** Real milliseconds. 0: only `mine`. */
  readonly blockTimeMs: number;
  /** Lasso's clock against the real one. Default: 40, so that its seconds are 25 ms. */
  readonly speed?: number;
  readonly provider?: Partial<Omit<SimulatedProviderSettings, "name">>;
  /** Providers without a ws_url. Default: none. */
  readonly httpOnly?: readonly string[];
  /** Merged over the chain's settings in the config. */
  readonly chain?: Readonly<Record<string, unknown>>;
  /** Merged over the server's settings in the config. */
  readonly server?: Readonly<Record<string, unknown>>;
}

/** The defaults, but for limits that a machine with much to do would break. In Lasso's time. */
const patientChain = {
  timeout: "20m",
  breaker: { failure_threshold: 5, recovery_timeout: "3s", success_threshold: 1 },
  subscriptions: { backfill_timeout: "20m", subscription_timeout: "2m" },
};

const chainId = 1;

export class StreamStage implements AsyncDisposable {
  readonly chain: SimulatedChain;
  readonly providers: readonly SimulatedProvider[];
  readonly lasso: RunningRouter;
  readonly #recording: LedgerRecording;
  readonly #options: StageOptions;
  readonly #stack: AsyncDisposableStack;

  private constructor(
    options: StageOptions,
    chain: SimulatedChain,
    providers: readonly SimulatedProvider[],
    recording: LedgerRecording,
    lasso: RunningRouter,
    stack: AsyncDisposableStack,
  ) {
    this.#options = options;
    this.chain = chain;
    this.providers = providers;
    this.#recording = recording;
    this.lasso = lasso;
    this.#stack = stack;
  }

  static async start(options: StageOptions): Promise<StreamStage> {
    const { names = ["a", "b", "c"], seed = 1, blockTimeMs, provider = {} } = options;
    await using stack = new AsyncDisposableStack();
    const chain = stack.use(createSimulatedChain({ chainId, seed, blockTimeMs, clock: systemClock }));
    const random = seededRandom(seed);
    const providers: SimulatedProvider[] = [];
    for (const name of names) {
      const deps = { clock: systemClock, random };
      providers.push(stack.use(await startSimulatedProvider(chain, { ...provider, name }, deps)));
    }
    const recording = stack.use(recordLedger(chain));
    const lasso = stack.use(
      await startLasso(configText(options, providers), { clock: fastClock(options.speed ?? 40) }),
    );
    return new StreamStage(options, chain, providers, recording, lasso, stack.move());
  }

  get ledger(): Ledger {
    return this.#recording.ledger;
  }

  get url(): string {
    return `${this.lasso.server.url}/rpc/sim`;
  }

  get wsUrl(): string {
    return this.url.replace(/^http/, "ws");
  }

  provider(name: string): SimulatedProvider {
    const found = this.providers.find((one) => one.name === name);
    if (found === undefined) throw new Error(`no provider ${name}`);
    return found;
  }

  /** The config's text; `only`: with these providers, and other settings of the chain. */
  config(only?: readonly string[], chain: Readonly<Record<string, unknown>> = {}): string {
    const kept = this.providers.filter(({ name }) => only?.includes(name) ?? true);
    return configText({ ...this.#options, chain: { ...this.#options.chain, ...chain } }, kept);
  }

  /** Takes another config over, as a reload does; throws where it is refused. */
  async reload(text: string): Promise<void> {
    const { ok, message } = await this.lasso.reload(() => loadText(text), (settings) => ({
      ...settings,
      server: { ...settings.server, port: 0 },
      observability: { ...settings.observability, logLevel: "off" },
    }));
    if (!ok) throw new Error(message);
  }

  connect(name: string, query = ""): Promise<LedgerClient> {
    return LedgerClient.connect(name, `${this.wsUrl}${query}`, this.ledger);
  }

  /** Waits for so many changes of the chain: blocks, or reorgs. */
  async blocks(count: number): Promise<void> {
    let seen = 0;
    const stop = this.chain.onChange(() => seen++);
    try {
      await until(`${count} blocks`, () => seen >= count);
    } finally {
      stop();
    }
  }

  /** A figure of Lasso's own metrics, summed over its labels. */
  metric(name: string): number {
    const lines = this.lasso.meter.metrics().split("\n").filter((line) => /^\w+/.exec(line)?.[0] === name);
    return lines.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
  }

  /**
   * Stops the chain, waits until everybody has everything, then makes two more blocks and waits again: what was under
   * way has come by then, too often or not. Throws what the ledger finds.
   */
  async settle(clients: readonly Recorded[]): Promise<void> {
    this.chain.setBlockTime(0);
    await complete(clients, this.ledger);
    for (let k = 0; k < 2; k++) this.chain.mine();
    await complete(clients, this.ledger);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}

function configText(options: StageOptions, providers: readonly SimulatedProvider[]): string {
  const { blockTimeMs, speed = 40, httpOnly = [], chain = {}, server = {} } = options;
  const { subscriptions, ...rest } = chain;
  return JSON.stringify({
    server,
    chains: {
      sim: {
        chain_id: chainId,
        block_time: `${(blockTimeMs === 0 ? 100 : blockTimeMs) * speed}ms`,
        ...patientChain,
        subscriptions: { ...patientChain.subscriptions, ...subscriptions as Record<string, unknown> },
        ...rest,
        providers: providers.map(({ name, url, wsUrl }) =>
          httpOnly.includes(name) ? { id: name, url } : { id: name, url, ws_url: wsUrl }
        ),
      },
    },
  });
}
