// What the functions of the DSL give: what they were called with, kept as it is and judged when the scenario is
// finished, so that all that is wrong is told at once. Classes, so that a stray object is not taken for one.

export type ProviderKind = "sim" | "anvil" | "url";
export type LoadKind = "http" | "ws" | "subscribers" | "replay" | "custom";
export type ArrivalKind = "constant" | "poisson" | "ramp" | "spike" | "steps";
type Args = readonly unknown[];

export class ProviderPart {
  readonly provider: ProviderKind;
  readonly args: Args;

  constructor(provider: ProviderKind, args: Args) {
    this.provider = provider;
    this.args = args;
  }
}

export class LoadPart {
  readonly load: LoadKind;
  readonly on: string | null;
  readonly args: Args;

  constructor(load: LoadKind, args: Args) {
    this.load = load;
    this.args = args;
    const options = (load === "custom" ? args[1] : args[0]) as
      | { readonly chain?: unknown }
      | null
      | undefined;
    this.on = typeof options?.chain === "string" ? options.chain : null;
  }
}

export class ArrivalPart {
  readonly arrival: ArrivalKind;
  readonly args: Args;

  constructor(arrival: ArrivalKind, args: Args) {
    this.arrival = arrival;
    this.args = args;
  }
}

export class CheckPart {
  readonly check: string;

  constructor(check: string) {
    this.check = check;
  }
}

/** What `at()`, `every()` and `flap()` were called with. */
export interface ScheduleCall {
  readonly kind: "at" | "every" | "flap";
  readonly args: Args;
}

/** One call of a modifier such as `.for("2s")`. */
export interface ModifierCall {
  readonly name: "for" | "ramp" | "share" | "methods" | "as";
  readonly args: Args;
}

/** A fault with its modifiers; each gives a new part. `name`: the method of the DSL. */
export class FaultPart {
  readonly schedule: ScheduleCall;
  readonly name: string;
  readonly args: Args;
  readonly modifiers: readonly ModifierCall[];
  /** The types alone read these two. */
  declare readonly needs: string;
  declare readonly id: string;

  constructor(schedule: ScheduleCall, name: string, args: Args, modifiers: readonly ModifierCall[] = []) {
    this.schedule = schedule;
    this.name = name;
    this.args = args;
    this.modifiers = modifiers;
  }

  for(...args: Args): FaultPart {
    return this.#with("for", args);
  }

  ramp(...args: Args): FaultPart {
    return this.#with("ramp", args);
  }

  share(...args: Args): FaultPart {
    return this.#with("share", args);
  }

  methods(...args: Args): FaultPart {
    return this.#with("methods", args);
  }

  as(...args: Args): FaultPart {
    return this.#with("as", args);
  }

  #with(name: ModifierCall["name"], args: Args): FaultPart {
    return new FaultPart(this.schedule, this.name, this.args, [...this.modifiers, { name, args }]);
  }
}

export class RandomPart {
  readonly options: unknown;
  declare readonly needs: string;
  declare readonly id: string;

  constructor(options: unknown) {
    this.options = options;
  }
}

/** One step of a builder. */
export interface Step {
  readonly name: string;
  readonly args: Args;
}
