// What a run needs of the parts that it brings together, wherever they live: the world with its providers and the load
// generator. Processes of their own in a real run (process_parts.ts), fakes in tests.

import type { FaultTarget } from "../chaos/fault_driver.ts";
import type { CallRecord, SubscriberRecord } from "../model/record.ts";
import type { Plan } from "../model/plan.ts";
import type { Scenario } from "../model/scenario.ts";
import type { ProviderAddress, WorldReport } from "../world/world_options.ts";

/** A part with a clock of its own, which may die. */
export interface RunPart extends AsyncDisposable {
  /** null: it lives in this process. */
  readonly pid: number | null;
  /** Settles with what it said when it ended by itself; else never. */
  readonly died: Promise<string>;
  /** ms of its clock. */
  ping(): Promise<number>;
}

export interface WorldPart extends RunPart, FaultTarget {
  /** Where the router is to reach each provider. */
  readonly addresses: readonly ProviderAddress[];
  /** Time 0 on its own clock, ms. */
  setZero(ms: number): Promise<void>;
  report(): Promise<WorldReport>;
}

export interface GeneratorReport {
  readonly calls: readonly CallRecord[];
  readonly subscribers: readonly SubscriberRecord[];
  readonly notes: readonly string[];
}

export interface GeneratorCounts {
  readonly done: number;
  readonly failed: number;
}

export interface GeneratorPart extends RunPart {
  /** Runs the plan with time 0 at `zeroMs` of its own clock; resolves when the last answer is there or given up. */
  run(zeroMs: number): Promise<void>;
  /** Ends early: nothing more is sent, and `run` resolves soon. */
  stop(): Promise<void>;
  report(): Promise<GeneratorReport>;
  readonly counts: GeneratorCounts;
}

export interface WorldRequest {
  readonly scenario: Scenario;
  readonly plan: Plan;
  /** Files of the world go there; it belongs to the run. */
  readonly folder: string;
}

export interface GeneratorRequest {
  readonly scenario: Scenario;
  readonly plan: Plan;
  /** The target: `http://host:port`. */
  readonly url: string;
  /** The scenario's file, for functions of its own, which can't be sent to a process; null: a shipped one. */
  readonly scenarioFile: string | null;
}

export interface RunParts {
  startWorld(request: WorldRequest): Promise<WorldPart>;
  startGenerator(request: GeneratorRequest): Promise<GeneratorPart>;
}
