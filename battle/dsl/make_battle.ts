// The object that a scenario file is given, and the builder behind `scenario()`. Nothing is judged while steps are
// written down: `scenarioOf` reads them all at once. Called by the loader and by shipped scenarios.

import { LassoError } from "../../core/errors.ts";
import { checkNames, type Scenario } from "../model/scenario.ts";
import type { Battle } from "./battle_types.ts";
import { faultNames } from "./fault_table.ts";
import { finishScenario } from "./finish_scenario.ts";
import {
  ArrivalPart,
  CheckPart,
  FaultPart,
  LoadPart,
  ProviderPart,
  RandomPart,
  type ScheduleCall,
  type Step,
} from "./parts.ts";
import { show } from "./problems.ts";

type Args = readonly unknown[];

/** Each step gives a new builder. */
class Builder {
  readonly title: string;
  readonly #steps: readonly Step[];
  readonly #seed: number | null;

  constructor(title: string, steps: readonly Step[], seed: number | null) {
    this.title = title;
    this.#steps = steps;
    this.#seed = seed;
  }

  finished(): Scenario {
    return finishScenario(this.title, this.#steps, this.#seed);
  }

  seed = this.#step("seed");
  tag = this.#step("tag");
  chain = this.#step("chain");
  target = this.#step("target");
  router = this.#step("router");
  workload = this.#step("workload");
  duration = this.#step("duration");
  chaos = this.#step("chaos");
  slo = this.#step("slo");
  check = this.#step("check");
  compare = this.#step("compare");
  report = this.#step("report");
  expectedToFail = this.#step("expectedToFail");

  #step(name: string): (...args: Args) => Builder {
    return (...args) => new Builder(this.title, [...this.#steps, { name, args }], this.#seed);
  }
}

/** The plain, frozen scenario of what a scenario file gave back. LassoError `usage` with all that is wrong with it. */
export function scenarioOf(built: unknown): Scenario {
  if (built instanceof Builder) return built.finished();
  const found = built instanceof Promise ? "a promise" : show(built);
  throw new LassoError("usage", `a scenario function gave ${found}, not a scenario`, {
    hint: 'return what scenario("…") and its steps gave; it can\'t be async',
  });
}

/** `seed`: in the place of what scenarios say; null: they say it. */
export function makeBattle(seed: number | null = null): Battle {
  const arrival = (kind: ArrivalPart["arrival"]) => (...args: Args): ArrivalPart =>
    new ArrivalPart(kind, args);
  const load = (kind: LoadPart["load"]) => (...args: Args): LoadPart => new LoadPart(kind, args);
  const provider = (kind: ProviderPart["provider"]) => (...args: Args): ProviderPart =>
    new ProviderPart(kind, args);
  const when = (kind: ScheduleCall["kind"]) => (...args: Args): unknown => choice({ kind, args });
  const battle = {
    scenario: (title: string) => new Builder(title, [], seed),
    sim: provider("sim"),
    anvil: provider("anvil"),
    url: provider("url"),
    http: load("http"),
    ws: load("ws"),
    subscribers: load("subscribers"),
    replay: load("replay"),
    custom: load("custom"),
    constant: arrival("constant"),
    poisson: arrival("poisson"),
    ramp: arrival("ramp"),
    spike: arrival("spike"),
    steps: arrival("steps"),
    at: when("at"),
    every: when("every"),
    flap: when("flap"),
    random: (options?: unknown) => new RandomPart(options),
    check: Object.freeze(
      Object.fromEntries(checkNames.map((name) => [name, () => new CheckPart(name)])),
    ),
  };
  // The types promise what the readers of the steps check.
  return Object.freeze(battle) as unknown as Battle;
}

/** All faults, as methods. */
function choice(schedule: ScheduleCall): unknown {
  return Object.freeze(Object.fromEntries(
    faultNames.map((name) => [name, (...args: Args) => new FaultPart(schedule, name, args)]),
  ));
}
