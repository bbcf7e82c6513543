// What a person may do to `lasso demo` while it runs: its traffic, faults of its simulated providers, what these
// counted. Implements the interface that core's admin routes ask; main hands it over. Dispose it before the world.

import type { Clock } from "../core/clock.ts";
import { messageOf } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import type { Random } from "../core/random.ts";
import type {
  Begun,
  DemoChange,
  DemoControls,
  DemoFault,
  FaultState,
  SimulatorState,
  TrafficState,
  WorkloadPlan,
} from "../core/server/api/demo_controls.ts";
import { demoMethods } from "./demo_calls.ts";
import { DemoFaults } from "./demo_faults.ts";
import { type DemoTraffic, startDemoTraffic } from "./demo_traffic.ts";
import type { DemoWorld } from "./demo_world.ts";

export interface DemoDeskDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** Runs from the start. */
const usualPlan: WorkloadPlan = { kind: "workload", rate: 20 };
/** Calls under way at once, as a share of the rate: an answer that takes a second is slow. */
const minInFlight = 16;

interface RunningTraffic {
  readonly plan: WorkloadPlan;
  readonly since: number;
  readonly traffic: DemoTraffic;
}

export class DemoDesk implements DemoControls, AsyncDisposable {
  readonly methods = demoMethods;
  readonly #world: DemoWorld;
  readonly #deps: DemoDeskDeps;
  readonly #faults: DemoFaults;
  /** The router's endpoint of each chain; empty before it runs. */
  #urls: ReadonlyMap<string, string> = new Map();
  #running: RunningTraffic | null = null;
  #hear: (change: DemoChange) => void = () => {};

  constructor(world: DemoWorld, deps: DemoDeskDeps) {
    this.#world = world;
    this.#deps = deps;
    this.#faults = new DemoFaults(world.chains, {
      ...deps,
      told: (event, { id, fault: { kind, ...figures }, chain, provider, until }) =>
        this.#hear({ event, chain, provider, fields: { id, kind, ...figures, until } }),
    });
  }

  /** The router runs: the usual traffic begins. `urls`: its endpoint of each chain, by name. */
  async begin(urls: ReadonlyMap<string, string>): Promise<void> {
    this.#urls = urls;
    await this.startTraffic(usualPlan);
  }

  listen(hear: (change: DemoChange) => void): void {
    this.#hear = hear;
  }

  get traffic(): TrafficState | null {
    const running = this.#running;
    if (running === null) return null;
    const { ok, failed, skipped, inFlight } = running.traffic.counts;
    return { plan: running.plan, since: running.since, ok, failed, skipped, in_flight: inFlight };
  }

  async startTraffic(plan: WorkloadPlan): Promise<Begun<TrafficState>> {
    const { clock, random } = this.#deps;
    const { chain, methods, transport, strategy, rate } = plan;
    const urls = [...this.#urls].filter(([name]) => chain === undefined || name === chain).map(([, url]) =>
      url
    );
    if (urls.length === 0) return { ok: false, problem: "The router does not serve this chain." };
    let traffic: DemoTraffic;
    try {
      traffic = startDemoTraffic({
        urls,
        wsUrls: urls.map((url) => url.replace(/^http/, "ws")),
        ratePerSecond: rate,
        maxInFlight: Math.max(minInFlight, Math.ceil(rate)),
        clock,
        random,
        ...(methods === undefined ? {} : { methods }),
        ...(transport === undefined ? {} : { transport }),
        ...(strategy === undefined ? {} : { strategy }),
      });
    } catch (thrown) {
      return { ok: false, problem: messageOf(thrown) };
    }
    const before = this.#running;
    this.#running = { plan, since: clock.wallNow(), traffic };
    this.#hear({ event: "traffic.begin", chain: chain ?? null, provider: null, fields: { ...plan } });
    await before?.traffic[Symbol.asyncDispose]();
    return { ok: true, value: this.traffic! };
  }

  async stopTraffic(): Promise<boolean> {
    const running = this.#running;
    if (running === null) return false;
    this.#running = null;
    this.#hear({ event: "traffic.end", chain: null, provider: null, fields: {} });
    await running.traffic[Symbol.asyncDispose]();
    return true;
  }

  get faults(): readonly FaultState[] {
    return this.#faults.states;
  }

  beginFault(
    chain: string,
    provider: string | null,
    fault: DemoFault,
    forMs: number | null,
  ): Promise<Begun<FaultState>> {
    return this.#faults.begin(chain, provider, fault, forMs);
  }

  endFaults(id: string | null): Promise<readonly FaultState[]> {
    return this.#faults.end(id);
  }

  simulators(): readonly SimulatorState[] {
    return this.#world.chains.flatMap(({ name, chain, providers }) =>
      providers.map((provider) => ({
        chain: name,
        provider: provider.name,
        alive: provider.alive,
        head: chain.head.number,
        faults: this.faults.filter((state) => state.chain === name && state.provider === provider.name),
        stats: { ...provider.stats },
      }))
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#hear = () => {};
    this.#faults[Symbol.dispose]();
    await this.stopTraffic();
  }
}
