// Candidates, views and deps for tests of strategies. Everything is frozen: a strategy that writes into what it was
// given fails at once.

import { VirtualClock } from "../../core/virtual_clock.ts";
import { seededRandom } from "../../core/random.ts";
import type { PluginDeps } from "../../core/plugins/deps.ts";
import type {
  Candidate,
  LatencyStats,
  RaceStats,
  StrategyCall,
  StrategyView,
} from "../../core/plugins/strategy.ts";

export function candidate(id: string, over: Partial<Candidate> = {}): Candidate {
  return Object.freeze({
    id: `${id}:http`,
    provider: id,
    transport: "http",
    type: "public",
    priority: 100,
    position: 0,
    group: "main",
    cost: Object.freeze({ perCall: 0, methods: Object.freeze({}), usdPerMillion: null }),
    inFlight: 0,
    breaker: "closed",
    head: null,
    lagBlocks: null,
    ...over,
  });
}

/** `count` candidates named c0, c1 … in the order of their positions. */
export function candidates(
  count: number,
  each: (index: number) => Partial<Candidate> = () => ({}),
): Candidate[] {
  return Array.from(
    { length: count },
    (_, index) => candidate(`c${index}`, { position: index, ...each(index) }),
  );
}

export function stats(mean: number, over: Partial<LatencyStats> = {}): LatencyStats {
  const values = { p50: mean, p90: mean * 1.5, p99: mean * 2, mean, success: 1, n: 1000, age: 1000 };
  return Object.freeze({ ...values, ...over });
}

export interface ViewFacts {
  /** By provider. */
  readonly latency?: Readonly<Record<string, LatencyStats>>;
  readonly overall?: Readonly<Record<string, LatencyStats>>;
  readonly quota?: Readonly<Record<string, { readonly used: number; readonly max: number }>>;
  /** By provider, of newHeads. */
  readonly race?: Readonly<Record<string, RaceStats>>;
}

export function view(facts: ViewFacts = {}): StrategyView {
  return Object.freeze({
    now: 1_000_000,
    latency: (of: Candidate) => facts.latency?.[of.provider] ?? null,
    latencyOverall: (of: Candidate) => facts.overall?.[of.provider] ?? facts.latency?.[of.provider] ?? null,
    quota: (of: Candidate) => facts.quota?.[of.provider] ?? null,
    race: (of: Candidate, event = "newHeads") =>
      event === "newHeads" ? facts.race?.[of.provider] ?? null : null,
  });
}

export const call: StrategyCall = Object.freeze({
  chain: "ethereum",
  method: "eth_call",
  block: Object.freeze({ kind: "tag", tag: "latest" }),
});

export function deps(seed = 1): PluginDeps {
  return { clock: new VirtualClock(), random: seededRandom(seed), log: () => {}, emit: () => {} };
}

/** Deps whose randomness is always the same number: 0.999 means that nothing improbable happens. */
export function fixedDeps(value: number): PluginDeps {
  return { ...deps(), random: { next: () => value } };
}

export function providers(list: readonly Candidate[]): string[] {
  return list.map((each) => each.provider);
}
