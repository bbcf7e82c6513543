// What clients do: requests in the open or closed model, subscribers, recorded traffic, a function of one's own. Types
// only, part of lasso-battle.d.ts.

import type { PlannedMethod } from "../plan/method_names.ts";
import type { Duration, PerSecond } from "./unit_types.ts";

/** When requests start, in the open model; what `constant()`, `poisson()`, `ramp()`, `spike()`, `steps()` give. */
export interface ArrivalModel {
  readonly arrival: "constant" | "poisson" | "ramp" | "spike" | "steps";
}

/** Exactly one of the three. A rate counts requests: a batch is one. */
export type Pace =
  | { readonly arrival: ArrivalModel; readonly rate?: never; readonly concurrency?: never }
  /** Constant arrival. */
  | { readonly rate: PerSecond; readonly arrival?: never; readonly concurrency?: never }
  /** The closed model: so many clients, each of which sends the next request when it has its answer. */
  | { readonly concurrency: number; readonly arrival?: never; readonly rate?: never };

/** Method → weight. Params are made by the plan, and are real for the simulated chain. */
export type MethodMix = { readonly [Method in PlannedMethod]?: number };

export type CallOptions<Chain extends string = string> = Pace & {
  /** Default: balances, calls, blocks and logs, as a wallet reads them. */
  readonly mix?: MethodMix;
  /** A call that takes longer has failed. Default 5s. */
  readonly timeout?: Duration;
  /** Calls in one request. Default 1, which is no batch. */
  readonly batch?: number;
  /** Path below `/rpc`: a strategy such as `round_robin`, or `provider/<id>`. Default none. */
  readonly via?: string;
  /** Default the scenario's first. */
  readonly chain?: Chain;
};

export interface SubscriberOptions<Chain extends string = string> {
  /** WebSockets, one subscription each. */
  readonly sockets: number;
  /** Default `newHeads`. */
  readonly subscription?: "newHeads" | "logs" | "newPendingTransactions";
  /** What the router shall do when it can't fill a gap. Default: what its config says. */
  readonly gaps?: "close" | "notify" | "continue";
  readonly chain?: Chain;
}

export interface ReplayOptions<Chain extends string = string> {
  /** JSON lines of `lasso serve --record FILE`; the path is relative to the scenario file. */
  readonly file: string;
  /** 2: twice as fast as it was recorded. Default 1. */
  readonly speed?: number;
  /** Default 5s. */
  readonly timeout?: Duration;
  readonly chain?: Chain;
}

/** What a custom workload's function is given; a rejection is a failed request. */
export interface CustomRequest {
  /** The router's HTTP endpoint for the chain. */
  readonly url: string;
  /** The router's WebSocket endpoint for the chain. */
  readonly wsUrl: string;
  readonly index: number;
  /** Uniform in [0, 1), from the plan's seed. */
  random(): number;
  /** Aborts at the workload's timeout and at the end of the run. */
  readonly signal: AbortSignal;
}

export type CustomOptions<Chain extends string = string> = Pace & {
  /** Default 5s. */
  readonly timeout?: Duration;
  readonly chain?: Chain;
};

/** What `http()`, `ws()`, `subscribers()`, `replay()` and `custom()` give. */
export interface Load<Chain extends string = string> {
  readonly load: "http" | "ws" | "subscribers" | "replay" | "custom";
  /** The chain that it names. */
  readonly on: Chain | null;
}
