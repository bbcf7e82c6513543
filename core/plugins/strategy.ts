// The strategy interface. A strategy only orders candidates: synchronous, no I/O, no timers, no filtering.
// Built-ins under strategies/ and a user's file are loaded through the same loader.

import type { PluginBase, PluginDeps } from "./deps.ts";

/** One channel (provider + transport) as a strategy sees it. Live: figures change between two calls of `rank`. */
export interface Candidate {
  /** `provider:transport`, for instance `alchemy:http`; unique in its chain. */
  readonly id: string;
  readonly provider: string;
  readonly transport: "http" | "ws";
  readonly type: "public" | "paid";
  /** Lower is preferred. */
  readonly priority: number;
  /** Index in the config's order. */
  readonly position: number;
  readonly group: "main" | "fallback";
  readonly cost: CandidateCost;
  /** Calls under way at this moment. */
  readonly inFlight: number;
  readonly breaker: "closed" | "open" | "half_open";
  /** Newest block number that this provider was seen to have; null before any evidence. */
  readonly head: number | null;
  /** Blocks behind the head of the chain, never negative; null before any evidence. */
  readonly lagBlocks: number | null;
}

export interface CandidateCost {
  readonly perCall: number;
  readonly methods: Readonly<Record<string, number>>;
  readonly usdPerMillion: number | null;
}

export interface StrategyCall {
  readonly chain: string;
  readonly method: string;
  /** What the call refers to: a tag, a number, a hash, or nothing. */
  readonly block: BlockReference;
}

export type BlockReference =
  | { readonly kind: "none" }
  | { readonly kind: "tag"; readonly tag: "latest" | "safe" | "finalized" | "pending" | "earliest" }
  | { readonly kind: "number"; readonly number: number }
  /** getLogs: `to` null means a tag at or near the head, `from` null a tag likewise. */
  | { readonly kind: "range"; readonly from: number | null; readonly to: number | null }
  | { readonly kind: "hash"; readonly hash: string };

export interface LatencyStats {
  /** Milliseconds; slow calls that were given up count as "at least" their time. */
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  /** Exponentially weighted mean, newest most. */
  readonly mean: number;
  /** Share of calls that were answered, 0..1. */
  readonly success: number;
  /** Samples behind the figures. */
  readonly n: number;
  /** Milliseconds since the newest sample. */
  readonly age: number;
}

/** How a provider does in races: events that several upstreams bring, and who brings them first (docs/races.md). */
export interface RaceStats {
  /** winRate × 1/(1 + avgMarginMs/100) × log10(max(races, 1)). */
  readonly score: number;
  /** In the last 24 hours. */
  readonly races: number;
  /** Share of the races that it won, 0..1. */
  readonly winRate: number;
  /** Mean of the milliseconds by which it was late where it lost; null: it never lost by a time. */
  readonly avgMarginMs: number | null;
}

export interface StrategyView {
  /** Monotonic milliseconds. */
  readonly now: number;
  /** Measured for this chain, method, transport and region; null before any sample. */
  latency(candidate: Candidate, method: string): LatencyStats | null;
  /** The same over all methods. */
  latencyOverall(candidate: Candidate): LatencyStats | null;
  /** Units of the monthly quota used and allowed; null without a quota. */
  quota(candidate: Candidate): { readonly used: number; readonly max: number } | null;
  /**
   * Races of the candidate's provider over its transport, or over its other one where it raced over that only, for one
   * type of event (default `newHeads`: one race a block, which logs in floods would outweigh). null before any race.
   */
  race(candidate: Candidate, event?: string): RaceStats | null;
}

export interface Strategy {
  /**
   * `cached`: the order may be kept per (chain, method) and is asked for again on events or after a short time.
   * `per_call`: asked for each call.
   */
  readonly cadence: "cached" | "per_call";
  /** Sorts `candidates` in place, best first. Must leave exactly the same elements. */
  rank(candidates: Candidate[], call: StrategyCall, view: StrategyView): void;
  /** One short phrase: why this candidate stands where it does. */
  explain?(candidate: Candidate, call: StrategyCall, view: StrategyView): string;
  [Symbol.asyncDispose]?(): Promise<void>;
}

export interface StrategyPlugin<Options = unknown> extends PluginBase {
  readonly kind: "strategy";
  /** Strict: an unknown key or a wrong value throws an error that names its path. */
  parse(raw: unknown): Options;
  /** Called once per chain that uses the strategy. */
  create(options: Options, deps: PluginDeps): Strategy;
}
