// The object that a scenario file's default export is given. Types only; `lasso battle new` writes them beside a starter
// as lasso-battle.d.ts, so that a scenario file needs nothing of Lasso at run time.

import type { CheckName } from "../model/scenario.ts";
import type { Check, FinishedScenario, NoNames, ScenarioBuilder } from "./builder_types.ts";
import type { ActChoice, Chaos, FaultChoice, RandomKind, RandomNeeds, RandomOptions } from "./fault_types.ts";
import type { AnvilOptions, Provider, SimOptions, UrlOptions } from "./provider_types.ts";
import type { Duration, PerSecond } from "./unit_types.ts";
import type {
  ArrivalModel,
  CallOptions,
  CustomOptions,
  CustomRequest,
  Load,
  ReplayOptions,
  SubscriberOptions,
} from "./workload_types.ts";

export interface Battle {
  scenario(name: string): ScenarioBuilder<NoNames>;

  /** A simulated provider. */
  sim(options?: SimOptions): Provider<"sim">;
  /** A real node, Anvil, that the run starts. */
  anvil(options?: AnvilOptions): Provider<"anvil">;
  /** Somebody else's endpoint; beyond loopback it needs `--allow-host`. */
  url(url: string, options?: UrlOptions): Provider<"url">;

  http<const Chain extends string = never>(options: CallOptions<Chain>): Load<Chain>;
  ws<const Chain extends string = never>(options: CallOptions<Chain>): Load<Chain>;
  subscribers<const Chain extends string = never>(options: SubscriberOptions<Chain>): Load<Chain>;
  replay<const Chain extends string = never>(options: ReplayOptions<Chain>): Load<Chain>;
  /** Calls `run` for each arrival. */
  custom<const Chain extends string = never>(
    run: (request: CustomRequest) => Promise<void>,
    options: CustomOptions<Chain>,
  ): Load<Chain>;

  /** Evenly. */
  constant(perSecond: PerSecond): ArrivalModel;
  /** As of many independent clients: gaps are exponential. */
  poisson(perSecond: PerSecond): ArrivalModel;
  /** Changes evenly over the whole run. */
  ramp(options: { readonly from: PerSecond; readonly to: PerSecond }): ArrivalModel;
  spike(options: {
    readonly base: PerSecond;
    readonly peak: PerSecond;
    readonly at: Duration;
    readonly for: Duration;
  }): ArrivalModel;
  /** One rate after the other, `each` so long; the last one stays. */
  steps(rates: readonly [PerSecond, ...PerSecond[]], options: { readonly each: Duration }): ArrivalModel;

  /** Once, so long after the end of the warm-up. */
  at(time: Duration): FaultChoice<"at"> & ActChoice;
  /** Again and again, from `from` (default: after the first `period`). */
  every(period: Duration, options?: { readonly from?: Duration }): FaultChoice<"every"> & ActChoice;
  /** On and off in turn, from `from` (default 0s). */
  flap(
    options: { readonly on: Duration; readonly off: Duration; readonly from?: Duration },
  ): FaultChoice<"flap">;
  /** Faults drawn from a seed: kinds, providers, times, strengths. */
  random<const P extends string, const Kind extends RandomKind = RandomKind>(
    options: RandomOptions<Kind, P> & { readonly providers: readonly P[] },
  ): Chaos<RandomNeeds<Kind, P>, "">;
  random<const Kind extends RandomKind = RandomKind>(
    options?: RandomOptions<Kind, never>,
  ): Chaos<"random", "">;

  readonly check: { readonly [Name in CheckName]: () => Check };
}

/** The default export of a scenario file: one of these, or a list of them. */
export type ScenarioFunction = (battle: Battle) => FinishedScenario;
