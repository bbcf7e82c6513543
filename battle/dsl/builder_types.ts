// The scenario under construction: each step gives a new builder whose type knows the names so far, so that a fault on
// a provider that is not there does not compile. Types only, part of lasso-battle.d.ts.

import type { CheckName, ReportFormat, SloKey } from "../model/scenario.ts";
import type { FaultKind } from "../model/fault.ts";
import type { Chaos } from "./fault_types.ts";
import type { ChainOptions, Provider } from "./provider_types.ts";
import type { Duration } from "./unit_types.ts";
import type { Load } from "./workload_types.ts";

/** The names that a scenario has so far. */
export interface ScenarioNames {
  chains: string;
  sims: string;
  anvils: string;
  urls: string;
  workloads: string;
  faults: string;
  /** true once the target is a router that runs elsewhere. */
  foreign: boolean;
}

export interface NoNames {
  chains: never;
  sims: never;
  anvils: never;
  urls: never;
  workloads: never;
  faults: never;
  foreign: false;
}

type WithName<N extends ScenarioNames, Key extends keyof ScenarioNames, Name> = {
  [Each in keyof ScenarioNames]: Each extends Key ? N[Each] | Name : N[Each];
};

type Elsewhere<N extends ScenarioNames> = {
  [Each in keyof ScenarioNames]: Each extends "foreign" ? true : N[Each];
};

type IdsOf<Providers, Kind, Chain extends string> = {
  [Id in keyof Providers & string]: Providers[Id] extends Provider<infer K extends "sim" | "anvil" | "url">
    ? K extends Kind ? Id | `${Chain}/${Id}` : never
    : never;
}[keyof Providers & string];

type WithChain<N extends ScenarioNames, Chain extends string, Providers> = {
  chains: N["chains"] | Chain;
  sims: N["sims"] | IdsOf<Providers, "sim", Chain>;
  anvils: N["anvils"] | IdsOf<Providers, "anvil", Chain>;
  urls: N["urls"] | IdsOf<Providers, "url", Chain>;
  workloads: N["workloads"];
  faults: N["faults"];
  foreign: N["foreign"];
};

/** What faults may need here. A foreign router's providers, and other people's endpoints, are out of reach. */
export type Reachable<N extends ScenarioNames> = N["foreign"] extends true ? never
  :
    | `wire:${N["sims"] | N["anvils"]}`
    | `answer:${N["sims"]}`
    | `chain:${N["sims"]}`
    | `reorg:${N["chains"]}`
    | "reorg:"
    | "router"
    | "random";

export type SloBounds = { readonly [Key in SloKey]?: number };

export interface SloScopeOf<N extends ScenarioNames> {
  readonly workload?: N["workloads"];
  readonly method?: string;
  readonly provider?: N["sims"] | N["anvils"] | N["urls"];
  /** A fault by its id, all faults, or the time without any. */
  readonly during?:
    | "faults"
    | "calm"
    | N["faults"]
    | `${N["faults"]}-${N["sims"] | N["anvils"]}`
    | `${FaultKind}-${N["sims"] | N["anvils"] | N["chains"]}-${number}`
    | `${FaultKind}-${number}`;
}

/** What `check.…()` gives. */
export interface Check {
  readonly check: CheckName;
}

export interface DurationOptions {
  /** Runs before time 0, and counts for nothing. Default none. */
  readonly warmup?: Duration;
}

export interface CompareOptions {
  /** Changes to the router's config for the other side: `{ strategy: "load_balanced" }` goes to its `defaults`. */
  readonly baseline: Readonly<Record<string, unknown>>;
  readonly metric: SloKey;
  /** Share by which ours may be worse: 0.05 is 5 %. Default 0. */
  readonly maxRegression?: number;
}

/** What a scenario file gives back: any builder. */
export interface FinishedScenario {
  /** The scenario's name. */
  readonly title: string;
}

/** Nothing is changed in place: each step gives a new builder, and the old one stays as it was. */
export interface ScenarioBuilder<N extends ScenarioNames> extends FinishedScenario {
  /** Of everything that is random. Default 1. */
  seed(seed: number): ScenarioBuilder<N>;
  /** For `lasso battle --tag`. */
  tag(...tags: readonly [string, ...string[]]): ScenarioBuilder<N>;
  /** A chain with its providers. Not for a target that runs elsewhere: it has its own. */
  chain<const Name extends string, const Providers extends Readonly<Record<string, Provider>>>(
    name: Name,
    options: ChainOptions<Name, Providers>,
  ): ScenarioBuilder<WithChain<N, Name, Providers>>;
  /** A router that runs already, by its URL. Default: the run starts one. */
  target(url: string): ScenarioBuilder<Elsewhere<N>>;
  /** Further keys of the router's config file, such as `{ defaults: { breaker: false } }`. */
  router(
    config: N["foreign"] extends true ? never : Readonly<Record<string, unknown>>,
  ): ScenarioBuilder<N>;
  workload<const Name extends string>(
    name: Name,
    load: Load<N["foreign"] extends true ? string : N["chains"]>,
  ): ScenarioBuilder<WithName<N, "workloads", Name>>;
  duration(duration: Duration, options?: DurationOptions): ScenarioBuilder<N>;
  chaos<const Id extends string>(
    ...faults: readonly [Chaos<Reachable<N>, Id>, ...Chaos<Reachable<N>, Id>[]]
  ): ScenarioBuilder<WithName<N, "faults", Exclude<Id, "">>>;
  /** Bounds that must hold, for a workload by its name or for what a scope says; `{}` is everything. */
  slo(scope: N["workloads"] | SloScopeOf<N>, bounds: SloBounds): ScenarioBuilder<N>;
  check(...checks: readonly [Check, ...Check[]]): ScenarioBuilder<N>;
  /** Runs both sides in paired rounds A B B A. */
  compare(options: CompareOptions): ScenarioBuilder<N>;
  /** Default: all formats. */
  report(...formats: readonly [ReportFormat, ...ReportFormat[]]): ScenarioBuilder<N>;
  /** Known to fail: FAIL counts as pass then, and PASS as fail. */
  expectedToFail(reason: string): ScenarioBuilder<N>;
}
