// The facts of the router in force, for the rules: its chains and providers as /status has them, what was measured
// lately, and what its streams told. Read once a second, so it may not cost much: figures are looked up when a rule
// asks, once each.

import type { Clock } from "../clock.ts";
import type { LiveChain, LiveFigures, LiveSeries, LiveWindow } from "../measure/history/model.ts";
import type { Chain } from "../providers/chain.ts";
import type { Provider } from "../providers/provider.ts";
import { providerState } from "../providers/provider_state.ts";
import type { ChainRoute } from "../routing/chain_route.ts";
import type { Router } from "../routing/router.ts";
import { ChainTrail } from "./chain_trail.ts";
import type { AlertFacts, ChainFacts, ProviderFacts, SeriesFacts } from "./facts.ts";

export interface RouterFactsOptions {
  readonly clock: Clock;
  /** The one in force; null before there is one. */
  router(): Router | null;
  readonly figures: LiveFigures;
}

/** A head is looked at by probes: within this time nothing can be told. */
const minHeadLookMs = 15_000;

interface HeadMark {
  readonly head: number;
  readonly at: number;
}

export class RouterFacts implements AlertFacts {
  readonly #options: RouterFactsOptions;
  readonly #heads = new Map<string, HeadMark>();
  readonly #trails = new Map<string, ChainTrail>();

  constructor(options: RouterFactsOptions) {
    this.#options = options;
  }

  /** Takes notice of an event of the streams. Called for each event of the router but those of calls. */
  heard(event: string, fields: Readonly<Record<string, unknown>>): void {
    const { chain, depth, test } = fields;
    if (test === true || typeof chain !== "string") return;
    const now = this.#options.clock.now();
    if (event === "stream.gap") this.#trail(chain).gap(now);
    else if (event === "stream.reorg" && typeof depth === "number") this.#trail(chain).reorg(depth, now);
  }

  chains(): readonly ChainFacts[] {
    const { clock, figures } = this.#options;
    const now = clock.now();
    const routes = this.#options.router()?.routes ?? [];
    this.#forgetOthers(routes);
    return routes.map((route): ChainFacts => {
      const { chain } = route;
      const live = chain.awake ? figures.chain(chain.name) : null;
      const trail = this.#trails.get(chain.name);
      return {
        name: chain.name,
        asleep: !chain.awake,
        state: chain.ready(),
        providers: chain.providers.map((provider) => providerFacts(route, provider, live, now)),
        headAgeMs: this.#headAge(chain, now),
        headLookMs: Math.max(minHeadLookMs, 3 * chain.settings.health.intervalMs),
        blockTimeMs: chain.blockTimeMs,
        calls: (windowMs) => live === null ? null : seriesFacts([windowOf(live, windowMs)]),
        gaps: (windowMs) => trail?.gapsSince(now - windowMs) ?? 0,
        deepestReorg: (windowMs) => trail?.deepestSince(now - windowMs) ?? 0,
      };
    });
  }

  /** Since the head moved; while nobody probes (`health.interval: 0`), as far as answers show it. */
  #headAge(chain: Chain, now: number): number | null {
    const { head, name } = chain;
    if (head === null || !chain.awake) {
      this.#heads.delete(name);
      return null;
    }
    const mark = this.#heads.get(name);
    if (mark === undefined || mark.head !== head) {
      this.#heads.set(name, { head, at: now });
      return 0;
    }
    const until = chain.settings.health.intervalMs > 0
      ? now
      : Math.max(mark.at, ...chain.providers.map(({ headAt }) => headAt));
    return until - mark.at;
  }

  #trail(chain: string): ChainTrail {
    let trail = this.#trails.get(chain);
    if (trail === undefined) this.#trails.set(chain, trail = new ChainTrail());
    return trail;
  }

  #forgetOthers(routes: readonly ChainRoute[]): void {
    if (this.#trails.size + this.#heads.size === 0) return;
    const served = new Set(routes.map(({ chain }) => chain.name));
    for (const name of this.#trails.keys()) if (!served.has(name)) this.#trails.delete(name);
    for (const name of this.#heads.keys()) if (!served.has(name)) this.#heads.delete(name);
  }
}

function providerFacts(
  route: ChainRoute,
  provider: Provider,
  live: LiveChain | null,
  now: number,
): ProviderFacts {
  const { chain, view } = route;
  const [state, reason] = providerState(provider, now);
  const candidate = provider.channels[0]?.candidate;
  const quota = candidate === undefined ? null : view.quota(candidate);
  const { maxLagBlocks, maxLagMs } = chain.settings.health;
  return {
    id: provider.id,
    state,
    reason,
    drained: provider.drained,
    lagBlocks: candidate?.lagBlocks ?? null,
    lagLimitBlocks: Math.max(maxLagBlocks, maxLagMs / chain.blockTimeMs),
    quotaRatio: quota === null || quota.max <= 0 ? null : quota.used / quota.max,
    openBreakers: provider.channels.filter((channel) => channel.candidate.breaker !== "closed").length,
    attempts: (windowMs) => {
      const channels = live?.channels.filter((channel) => channel.provider === provider.id) ?? [];
      return channels.length === 0
        ? null
        : seriesFacts(channels.map((channel) => windowOf(channel, windowMs)));
    },
  };
}

function windowOf(series: LiveSeries, windowMs: number): LiveWindow {
  return windowMs <= 60_000 ? series.minute : series.fiveMinutes;
}

/** Counts add up; percentiles don't, so of several channels the slowest counts. */
function seriesFacts(windows: readonly LiveWindow[]): SeriesFacts {
  let n = 0;
  let failed = 0;
  let p99Ms: number | null = null;
  for (const window of windows) {
    n += window.n;
    failed += window.failed;
    if (window.p99 !== null) p99Ms = Math.max(p99Ms ?? 0, window.p99);
  }
  return { n, failed, p99Ms };
}
