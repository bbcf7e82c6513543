// What the feed says of the router as a whole: the figures of each second, and the snapshot with which every reader
// begins. Built from the state in force; reads only. Owned by FeedEndpoint; also for the page that inlines a snapshot.

import type { StreamFigures } from "../streams/subscriber.ts";
import { feedChain } from "./feed_chain.ts";
import type { FeedBlock, FeedChain, FeedSnapshot, FeedStats } from "./feed_model.ts";
import type { ServerState } from "./state.ts";
import { noVitals, type Vitals } from "./vitals.ts";

const blocksShown = 20;

/** The figures without the chains. */
export type ProcessStats = Omit<FeedStats, "chains">;

export class FeedFigures {
  readonly #state: ServerState;
  readonly #vitals: Vitals;
  /** Processor time and monotonic ms of the last sample. */
  #sampled: { readonly cpuMs: number; readonly at: number } | null = null;
  #cpu: number | null = null;

  constructor(state: ServerState) {
    this.#state = state;
    this.#vitals = state.deps.vitals ?? noVitals;
  }

  /** Takes the processor's share since the last sample; called once a second. */
  sample(): void {
    const cpuMs = this.#vitals.cpuMs();
    const at = this.#state.deps.clock.now();
    const before = this.#sampled;
    this.#sampled = cpuMs === null ? null : { cpuMs, at };
    if (cpuMs === null || before === null || at <= before.at) this.#cpu = null;
    else this.#cpu = Math.round((cpuMs - before.cpuMs) / (at - before.at) * 1000) / 1000;
  }

  /** Nobody has listened for a while: the next share would be of that time, too. */
  forgetSample(): void {
    this.#sampled = null;
    this.#cpu = null;
  }

  process(): ProcessStats {
    const { deps, router, inFlight, connections, websockets } = this.#state;
    const out = { http: 0, ws: 0 };
    for (const { chain } of router.routes) {
      for (const { protocol, transport } of chain.channels) out[protocol] += transport.connections;
    }
    const { rss = 0, heap_used = 0, heap_total = 0 } = this.#vitals.memory();
    const { file, problem, bytes } = deps.history.state();
    return {
      in_flight: inFlight,
      connections: connections(),
      websockets: websockets(),
      upstream_connections: out,
      memory: { rss, heap_used, heap_total },
      loop_lag_ms: Math.round(this.#vitals.loopLagMs() * 1000) / 1000,
      cpu: this.#cpu,
      log_dropped: this.#vitals.logDropped(),
      history: { file, problem, bytes },
    };
  }

  /** In the config's order; `only`: of that chain. */
  chains(only: string | null): FeedChain[] {
    const figures = new Map<string, StreamFigures>();
    for (const one of this.#state.deps.streams?.figures?.() ?? []) figures.set(one.chain, one);
    return this.#state.router.routes.filter(({ chain }) => only === null || chain.name === only)
      .map((on) => feedChain(on, this.#state, figures.get(on.chain.name)));
  }

  /** `chain` null: of all; `admin`: who may act, from where the reader is. */
  snapshot(chain: string | null, admin: FeedSnapshot["admin"]): FeedSnapshot {
    const { deps, router, draining, startedAt, configVersion, reloads, recent } = this.#state;
    const { server } = router.settings;
    const chains = this.chains(chain);
    const alerts = (deps.api?.alerts?.firing ?? []).filter((one) => chain === null || one.chain === chain);
    return {
      version: deps.version,
      state: draining ? "draining" : "serving",
      started_at: startedAt,
      region: server.region,
      config_version: configVersion,
      max_in_flight: server.maxInFlight,
      demo: deps.api?.demo !== undefined,
      admin,
      strategies: router.plugins.registry.strategyIds,
      reloads: reloads.map(({ at, result, message }) => ({ at, result, message })),
      alerts: alerts.map(({ rule, chain: of, provider, value, since }) => ({
        ...{ rule, chain: of, provider, value, since },
      })),
      recent: { routing: deps.hub.calls.events(chain), events: recent.events(chain) },
      blocks: Object.fromEntries(chains.map(({ name }) => [name, this.#blocks(name)])),
      ...this.process(),
      chains,
    };
  }

  #blocks(chain: string): FeedBlock[] {
    return this.#state.heads.ofChain(chain, blocksShown).map(({ block, hash, at, provider }) => ({
      ...{ number: block, hash, at, provider },
    }));
  }
}
