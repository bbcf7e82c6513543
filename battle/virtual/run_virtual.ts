// A run on virtual time: the same scenario and plan, the real pipeline, streams and generator, over a world in memory and
// a clock that jumps from one event to the next. For logic (checkers, detection, failover), not for throughput: nothing
// costs time but what is said to. Gives a record as a real run does; what it can't measure is noted.

import { setImmediate } from "node:timers/promises";
import type { Clock } from "../../core/clock.ts";
import { LassoError } from "../../core/errors.ts";
import type { TransportPlugin } from "../../core/plugins/transport.ts";
import { seededRandom } from "../../core/random.ts";
import type { FeedEvent } from "../../core/server/event_hub.ts";
import { VirtualClock } from "../../core/virtual_clock.ts";
import { driveFaults } from "../chaos/fault_driver.ts";
import type { Plan } from "../model/plan.ts";
import type { FaultRecord, FeedRecord, RunRecord } from "../model/record.ts";
import type { Scenario, Workload } from "../model/scenario.ts";
import { streamSeed } from "../plan/random_stream.ts";
import { formatAt } from "../report/format.ts";
import { LeakSearch, plantedSecret } from "../run/leaks.ts";
import { loadOrder } from "../run/load_order.ts";
import { routerConfig, shownConfig } from "../run/router_config.ts";
import { timerAlarm } from "../workload/alarm.ts";
import { endpointOf } from "../workload/endpoint.ts";
import { Generator } from "../workload/generator.ts";
import type { LoadReport } from "../workload/load_generator.ts";
import type { SubscribersWorkload } from "../workload/subscriber_set.ts";
import { WsTarget } from "../workload/ws_target.ts";
import { type RouterParts, VirtualRouter } from "./virtual_router.ts";
import { VirtualSubscriber } from "./virtual_subscriber.ts";
import { virtualSockets } from "./virtual_socket.ts";
import { VirtualTarget } from "./virtual_target.ts";
import { VirtualWorld } from "./virtual_world.ts";

export interface VirtualDeps {
  /** Settings and plugins of a config file with this content, its transports being these. LassoError `config`. */
  readonly routerParts: (
    config: Readonly<Record<string, unknown>>,
    transports: readonly TransportPlugin[],
  ) => Promise<RouterParts>;
  readonly version: string;
  /** The real one: when it was run. */
  readonly clock: Clock;
}

export interface VirtualOptions {
  readonly scenario: Scenario;
  readonly plan: Plan;
  readonly changes?: Readonly<Record<string, unknown>>;
  /** Ends the run early; what was seen so far is the record. */
  readonly signal?: AbortSignal;
}

/** From the router's start to the warm-up: its probes have looked at every provider by then. */
const SETTLE_MS = 1_500;
const STEP_MS = 20;
/** Steps between two moments in which a run gives way to signals. */
const STEPS_A_LOOK = 50;
/** An answer that is due this long after the end will never come. */
const GIVE_UP_MS = 300_000;
const ROUTER_URL = "http://router.invalid";

const notes: readonly string[] = [
  "it ran on virtual time: memory, CPU, throughput and the router's overhead were not measured",
];

/** LassoError `usage` for what can't be had on virtual time. */
export async function runVirtual(options: VirtualOptions, deps: VirtualDeps): Promise<RunRecord> {
  checkPossible(options.scenario);
  const run = new VirtualRun(options, deps);
  try {
    return await run.run();
  } finally {
    await run[Symbol.asyncDispose]();
  }
}

class VirtualRun implements AsyncDisposable {
  readonly #scenario: Scenario;
  readonly #plan: Plan;
  readonly #changes: Readonly<Record<string, unknown>>;
  readonly #signal: AbortSignal;
  readonly #deps: VirtualDeps;
  readonly #clock = new VirtualClock();
  readonly #world: VirtualWorld;
  readonly #secret: string;
  readonly #leaks: LeakSearch;
  readonly #events: FeedEvent[] = [];
  readonly #subscribers: VirtualSubscriber[] = [];
  readonly #startedMs: number;
  #router: VirtualRouter | null = null;
  #generator: Generator | null = null;

  constructor({ scenario, plan, changes = {}, signal }: VirtualOptions, deps: VirtualDeps) {
    this.#scenario = scenario;
    this.#plan = plan;
    this.#changes = changes;
    this.#signal = signal ?? new AbortController().signal;
    this.#deps = deps;
    this.#startedMs = deps.clock.wallNow();
    this.#world = new VirtualWorld(scenario.chains, plan.seed, this.#clock);
    this.#secret = plantedSecret(seededRandom(plan.seed));
    this.#leaks = new LeakSearch(this.#secret);
  }

  async run(): Promise<RunRecord> {
    const { target, chains } = this.#scenario;
    const config = routerConfig({
      chains,
      addresses: this.#world.addresses,
      changes: [target.kind === "own" ? target.config : {}, this.#changes],
      secret: this.#secret,
    });
    const router = this.#router = await this.#startRouter(config);
    const generator = this.#generator = this.#makeGenerator(router);
    this.#subscribe(router);
    await this.#clock.advance(SETTLE_MS);
    await generator.prepare();
    const zeroMs = this.#clock.now() + this.#plan.warmupUs / 1000;
    this.#world.setZero(zeroMs);
    const nowUs = (): number => Math.round((this.#clock.now() - zeroMs) * 1000);
    const early = new AbortController();
    const faults = driveFaults({
      faults: this.#plan.faults,
      world: this.#world,
      router,
      clock: this.#clock,
      nowUs,
      signal: early.signal,
    });
    faults.catch(() => generator.stop(0));
    generator.go(zeroMs);
    const load = await this.#until(generator.finished);
    const wasEarly = this.#signal.aborted;
    const durationUs = wasEarly
      ? Math.max(0, Math.min(this.#plan.durationUs, nowUs()))
      : this.#plan.durationUs;
    for (const subscriber of this.#subscribers) subscriber[Symbol.dispose]();
    early.abort();
    const faultRecords = await this.#until(faults);
    const record = this.#record(load, faultRecords, zeroMs, durationUs, shownConfig(config));
    await router[Symbol.asyncDispose]();
    return { ...record, leaks: this.#leaks.leaks };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const subscriber of this.#subscribers) subscriber[Symbol.dispose]();
    await this.#generator?.[Symbol.asyncDispose]();
    await this.#router?.[Symbol.asyncDispose]();
    this.#world[Symbol.dispose]();
  }

  async #startRouter(config: Readonly<Record<string, unknown>>): Promise<VirtualRouter> {
    const parts = await this.#deps.routerParts(config, this.#world.transports());
    return new VirtualRouter({
      ...parts,
      clock: this.#clock,
      random: seededRandom(streamSeed(this.#plan.seed, "virtual router")),
      version: this.#deps.version,
      holdProviders: () => {
        const releases = this.#world.providers.map((provider) => provider.hold());
        return () => releases.forEach((release) => release());
      },
      onEvent: (event) => this.#events.push(event),
      onLogLine: (line) => this.#leaks.search("the router's log", line),
    });
  }

  #makeGenerator(router: VirtualRouter): Generator {
    const order = loadOrder(this.#scenario, this.#plan, ROUTER_URL);
    const workloads = order.workloads.filter(({ workload }) => workload.kind !== "subscribers");
    return new Generator({ ...order, workloads }, {
      clock: this.#clock,
      makeAlarm: timerAlarm(this.#clock),
      usage: () => ({ cpuUs: 0, residentBytes: 0 }),
      targetOf: (workload) => {
        const via = workload.kind === "http" || workload.kind === "ws" ? workload.via : null;
        const { pathname } = endpointOf(ROUTER_URL, workload.chain, via).http;
        if (workload.kind !== "ws") return (sink) => new VirtualTarget(router, pathname, sink);
        const { batch } = workload;
        const connect = virtualSockets(router, pathname);
        return (sink) => new WsTarget({ connect, meta: order.meta, batch }, sink);
      },
    });
  }

  #subscribe(router: VirtualRouter): void {
    for (const workload of this.#scenario.workloads.filter(isSubscribers)) {
      for (let index = 0; index < workload.sockets; index++) {
        const subscriber = new VirtualSubscriber(workload, index, router, this.#clock);
        this.#subscribers.push(subscriber);
        subscriber.start();
      }
    }
  }

  /** Lets time pass until it is settled. */
  async #until<T>(waited: Promise<T>): Promise<T> {
    let isOver = false;
    const over = (): void => {
      isOver = true;
    };
    waited.then(over, over);
    const lastMs = this.#clock.now() + (this.#plan.warmupUs + this.#plan.durationUs) / 1000 + GIVE_UP_MS;
    for (let step = 1; !isOver; step++) {
      if (this.#clock.now() > lastMs) {
        throw new LassoError("internal", "the virtual run did not come to an end");
      }
      await this.#clock.advance(STEP_MS);
      if (step % STEPS_A_LOOK === 0) await setImmediate();
      if (this.#signal.aborted) this.#generator?.stop(0);
    }
    return await waited;
  }

  #record(
    load: LoadReport,
    faults: readonly FaultRecord[],
    zeroMs: number,
    durationUs: number,
    config: unknown,
  ): RunRecord {
    const { providers, ledgers, truths } = this.#world.report();
    const zeroWallMs = this.#clock.wallNow() - this.#clock.now() + zeroMs;
    for (const { workload, method, reason } of load.calls) {
      if (reason !== null) this.#leaks.search(`an error of ${method} (${workload})`, reason);
    }
    return {
      scenario: this.#scenario.name,
      seed: this.#plan.seed,
      planHash: this.#plan.hash,
      startedAt: new Date(this.#startedMs).toISOString(),
      version: this.#deps.version,
      config,
      durationUs,
      warmupUs: this.#plan.warmupUs,
      // Nothing of ours takes time here: an overhead of 0 would be no measurement.
      calls: load.calls.map((call) => ({ ...call, overheadMs: null })),
      subscribers: this.#subscribers.flatMap((subscriber) => subscriber.records(zeroMs)),
      faults,
      feed: this.#events.map((event) => feedRecord(event, zeroWallMs)),
      samples: [],
      providers,
      ledgers,
      truths,
      leaks: [],
      clockErrorUs: {},
      notes: [
        ...load.notes,
        ...notes,
        ...(durationUs < this.#plan.durationUs
          ? [`it was interrupted at ${formatAt(durationUs / 1000)}`]
          : []),
      ],
    };
  }
}

function feedRecord({ topic, at, chain, members }: FeedEvent, zeroWallMs: number): FeedRecord {
  const fields = JSON.parse(`{${members}}`) as Readonly<Record<string, unknown>>;
  return {
    atUs: Math.round((at - zeroWallMs) * 1000),
    topic,
    fields: chain === null ? fields : { chain, ...fields },
  };
}

function isSubscribers(workload: Workload): workload is SubscribersWorkload {
  return workload.kind === "subscribers";
}

function checkPossible({ name, target, workloads, faults }: Scenario): void {
  const impossible = (what: string, hint: string): LassoError =>
    new LassoError("usage", `virtual time can't have ${what}`, { place: `scenario "${name}"`, hint });
  if (target.kind !== "own") throw impossible("a router that runs elsewhere", "leave out .target(url)");
  const pressure = faults.find(({ fault }) => fault.kind === "memory_pressure");
  if (pressure !== undefined) {
    throw impossible(`a heap of the router's own (fault "${pressure.id}")`, "leave --virtual out");
  }
  const custom = workloads.find(({ kind }) => kind === "custom");
  if (custom === undefined) return;
  throw impossible(
    `functions of one's own (workload "${custom.name}")`,
    "take http(…), or leave --virtual out",
  );
}
