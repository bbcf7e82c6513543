// What a run needs of the parts that it brings together, wherever they live: the world with its providers and the load
// generator. Processes of their own in a real run (process_parts.ts), fakes in tests.

import type { FaultTarget } from "../chaos/fault_driver.ts";
import type { Plan } from "../model/plan.ts";
import type { Scenario } from "../model/scenario.ts";
import type { LoadGenerator, LoadOrder, LoadProgress } from "../workload/load_generator.ts";
import type { ProviderAddress, WorldReport } from "../world/world_options.ts";

/** A part that may die. */
export interface Mortal {
  /** null: it lives in this process. */
  readonly pid: number | null;
  /** Settles with what it said when it ended by itself; else never. */
  readonly died: Promise<string>;
}

export interface WorldPart extends FaultTarget, Mortal, AsyncDisposable {
  /** Where the router is to reach each provider. */
  readonly addresses: readonly ProviderAddress[];
  /** ms of its clock. */
  ping(): Promise<number>;
  /** Time 0 on its own clock, ms. */
  setZero(ms: number): Promise<void>;
  report(): Promise<WorldReport>;
}

export interface GeneratorPart extends LoadGenerator, Mortal {}

export interface WorldRequest {
  readonly scenario: Scenario;
  readonly plan: Plan;
  /** Files of the world go there; it belongs to the run. */
  readonly folder: string;
}

export interface GeneratorRequest {
  readonly order: LoadOrder;
  /** Where its custom functions are, which can't be sent to a process. */
  readonly scenario: string;
  /** null: a shipped scenario. */
  readonly scenarioFile: string | null;
  /** The plan's. */
  readonly seed: number;
  /** The run's. */
  readonly folder: string;
  readonly onProgress: (progress: LoadProgress) => void;
}

export interface RunParts {
  startWorld(request: WorldRequest): Promise<WorldPart>;
  startGenerator(request: GeneratorRequest): Promise<GeneratorPart>;
}
