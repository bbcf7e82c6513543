// What stands behind the router: simulated providers, a real node on this machine, somebody else's endpoint. Types only,
// part of lasso-battle.d.ts.

import type { Duration, Rate } from "./unit_types.ts";

/** How long a simulated provider takes for an answer. */
export type SimLatency =
  /** Always the same. */
  | Duration
  /** Evenly between the two. */
  | { readonly uniform: readonly [least: Duration, most: Duration] }
  | { readonly normal: { readonly mean: Duration; readonly sd: Duration } }
  /** A heavy tail: at shape 1.5 it is long, at 3 short. Cut at `max`. */
  | { readonly pareto: { readonly min: Duration; readonly shape: number; readonly max: Duration } };

interface SimCommon {
  /** Share of requests that fail (5xx, reset, internal error), 0..1. Default 0. */
  readonly failureRate?: number;
  /** Blocks that it is behind, all the time. Default 0. */
  readonly lag?: number;
  /** Beyond it HTTP 429. Default none. */
  readonly rateLimit?: Rate;
  /** Does it have the state of all old blocks? Default true. */
  readonly archive?: boolean;
  /** The most blocks that one eth_getLogs may span. Default no limit. */
  readonly getLogsRange?: number;
  /** Methods that it does not know; a trailing `*` matches any ending. */
  readonly denyMethods?: readonly string[];
  /** Does it offer WebSocket? Default true. */
  readonly ws?: boolean;
  /** Further keys of the provider in the router's config: `type`, `priority`, `cost` … */
  readonly config?: Readonly<Record<string, unknown>>;
}

/** Either `p50` (evenly within ± 25 % of it) or `latency`; neither: answers at once. */
export type SimOptions =
  & SimCommon
  & (
    | { readonly p50?: Duration; readonly latency?: never }
    | { readonly latency?: SimLatency; readonly p50?: never }
  );

export interface AnvilOptions {
  /** Default that of the chain. */
  readonly blockTime?: Duration;
  /** Further keys of the provider in the router's config. */
  readonly config?: Readonly<Record<string, unknown>>;
}

export interface UrlOptions {
  /** Its WebSocket endpoint. Default none. */
  readonly ws?: string;
  /** Further keys of the provider in the router's config. */
  readonly config?: Readonly<Record<string, unknown>>;
}

/** What `sim()`, `anvil()` and `url()` give. */
export interface Provider<Kind extends "sim" | "anvil" | "url" = "sim" | "anvil" | "url"> {
  readonly provider: Kind;
}

/** Chains whose id is known by their name. */
export type KnownChainName = "ethereum" | "base" | "optimism" | "arbitrum" | "polygon" | "bsc" | "sepolia";

export type ChainOptions<Name extends string, Providers> =
  & {
    /** Default 1s. */
    readonly blockTime?: Duration;
    /** By id. All simulated ones of a chain share one simulated chain. */
    readonly providers: Providers;
  }
  & (Name extends KnownChainName ? { readonly chainId?: number } : { readonly chainId: number });
