// A simulated network for tests of analytics: the real pipeline, strategies, measurement and history over providers
// whose latency and failures are drawn from a seed, all on virtual time. The same seed makes the same traffic and the
// same providers, whatever strategy serves.

import { Meter } from "../../../core/measure/meter.ts";
import type { CellQuery, History } from "../../../core/measure/history/model.ts";
import { minute } from "../measure/history/support.ts";
import { PluginRegistry } from "../../../core/plugins/registry.ts";
import { type Random, seededRandom } from "../../../core/random.ts";
import type { ChainRoute } from "../../../core/routing/chain_route.ts";
import { endToEndMs, failedOver, resultLabel } from "../../../core/routing/metadata.ts";
import { Router } from "../../../core/routing/router.ts";
import { silentLog } from "../../../core/log.ts";
import { textToWire } from "../../../core/rpc/wire.ts";
import type { ProviderSettings } from "../../../core/settings.ts";
import { VirtualClock } from "../../../core/virtual_clock.ts";
import { builtinStrategies } from "../../../strategies/mod.ts";
import { chainSettings, FakeNode, providerSettings } from "../../support/fake_chain.ts";
import { lassoSettings } from "../../support/fake_router.ts";
import { fakePlugin, FakeTransport } from "../../support/fake_transport.ts";
import { TestKeeper } from "../measure/history/support.ts";
import { lognormal } from "../measure/support.ts";

/** A provider of the network, as it is at a moment of the run (ms since its begin). */
export interface SimulatedProvider {
  readonly settings?: Partial<ProviderSettings>;
  medianMs(method: string, at: number): number;
  /** Share of calls that it answers with an error of its own, 0..1. Default: none. */
  failures?(at: number): number;
}

export interface WorldOptions {
  readonly providers: Readonly<Record<string, SimulatedProvider>>;
  /** Calls a second of each method. */
  readonly methods: Readonly<Record<string, number>>;
  readonly minutes: number;
  /** Which strategy serves the call: of all calls, or drawn for each. */
  strategy(random: Random): string;
}

/** A full minute. */
export const begin = Date.UTC(2026, 2, 4, 5);

export class TrafficWorld implements AsyncDisposable {
  readonly clock = new VirtualClock(begin);
  readonly keeper: TestKeeper;
  readonly router: Router;
  readonly #meter: Meter;
  readonly #options: WorldOptions;
  readonly #chance: Random = seededRandom(7);
  /** End-to-end times of all calls, ms, and how many failed. */
  readonly times: number[] = [];
  failed = 0;

  constructor(options: WorldOptions) {
    this.#options = options;
    const { clock } = this;
    this.keeper = new TestKeeper({ now: begin });
    const meter = this.#meter = new Meter({
      ...{ clock, build: {}, memory: () => ({}) },
      cells: {
        second: (at, cells) => {
          this.keeper.outbox.second(at, cells);
          this.keeper.post(clock.wallNow());
        },
      },
    });
    const registry = new PluginRegistry();
    for (const plugin of builtinStrategies) registry.register(plugin, "built in");
    registry.register(fakePlugin(({ provider }) => this.#open(provider)), "test");
    const list = Object.entries(options.providers).map(([id, { settings }]) =>
      providerSettings(id, { transport: "fake", ...settings })
    );
    this.router = new Router(
      lassoSettings([chainSettings(list, { strategy: "fastest" })]),
      { registry, options: new Map() },
      {
        clock,
        random: seededRandom(3),
        log: silentLog,
        recorder: meter,
        view: (chain) => {
          const measure = meter.chain(chain.name);
          for (const { id, cost } of chain.providers) measure.setQuota(id, cost.monthlyQuota);
          return measure;
        },
        proxyFor: () => null,
        completed: (run) => {
          const label = resultLabel(run);
          const ms = endToEndMs(run);
          this.times.push(ms);
          if (label !== "ok") this.failed++;
          meter.request(
            "ethereum",
            run.info.label,
            label,
            ms,
            0,
            run.finishedAt,
            run.limits.strategy,
            failedOver(run),
          );
        },
        emit: () => {},
      },
    );
  }

  get route(): ChainRoute {
    return this.router.routes[0]!;
  }

  readonly history: Pick<History, "cells"> = {
    cells: (query: CellQuery) => Promise.resolve(this.keeper.cells(query)),
  };

  /** The last calls may end in the minute after the traffic. */
  get end(): number {
    return begin + (this.#options.minutes + 2) * minute;
  }

  /** Providers first say which chain they serve; the traffic begins with the second minute. */
  async run(): Promise<void> {
    const { clock } = this;
    this.route.chain.touch();
    await clock.advance(minute);
    const { methods, minutes } = this.#options;
    const calls: { readonly at: number; readonly method: string }[] = [];
    for (const [method, rate] of Object.entries(methods)) {
      const random = seededRandom(method.length * 1_000 + 11);
      for (let at = 0; at < minutes * minute;) {
        at += -Math.log(1 - random.next()) * 1000 / rate;
        calls.push({ at: minute + at, method });
      }
    }
    calls.sort((a, b) => a.at - b.at);
    for (const [index, { at, method }] of calls.entries()) {
      await clock.advance(at - clock.now());
      this.route.call(
        {
          ...{ kind: "call", id: "1", method, methodToken: JSON.stringify(method), meta: false },
          params: textToWire(params[method] ?? "[]"),
        },
        {
          requestId: `r${index}`,
          receivedAt: clock.now(),
          ingress: "http",
          strategy: this.#options.strategy(this.#chance),
          restriction: null,
          websocketUrl: "",
        },
        () => {},
      );
    }
    await clock.advance(2_000);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.router.retire(undefined, 0);
    this.#meter[Symbol.dispose]();
    await this.clock.advance(100);
    this.keeper[Symbol.dispose]();
  }

  #open(id: string): FakeTransport {
    const provider = this.#options.providers[id]!;
    const node = new FakeNode();
    const random = seededRandom(id.charCodeAt(0) * 7919);
    return new FakeTransport((call) => {
      const at = this.clock.now() - minute;
      const afterMs = lognormal(random, provider.medianMs(call.method, at), 0.3);
      const fails = random.next() < (provider.failures?.(at) ?? 0);
      if (!(call.method in this.#options.methods)) return { ...node.answer(call), afterMs: 5 };
      if (fails) return { afterMs: afterMs / 2, status: 500, body: "out of order" };
      return { afterMs, result: "0x1" };
    }, this.clock);
  }
}

const params: Readonly<Record<string, string>> = {
  eth_call: '[{"to":"0x0000000000000000000000000000000000000001"},"latest"]',
  eth_getLogs: '[{"fromBlock":"0x1","toBlock":"0x2"}]',
  eth_getBalance: '["0x0000000000000000000000000000000000000001","latest"]',
};
