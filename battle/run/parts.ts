// What a run needs of the parts that it brings together, wherever they live: the world with its providers, the load
// generator, the driver of faults. Processes in a real run (real_parts.ts), fakes in tests.

import type { FaultRecord } from "../model/record.ts";
import type { CallRecord, ProviderRecord, SubscriberRecord } from "../model/record.ts";
import type { Plan } from "../model/plan.ts";
import type { Scenario } from "../model/scenario.ts";
import type { ChainTruth } from "../simulator/chain_truth.ts";
import type { Ledger } from "../simulator/ledger.ts";
import type { ProviderAddress } from "./router_config.ts";

/** A part with a clock of its own, which may die. */
export interface RunPart extends AsyncDisposable {
  /** null: it lives in this process. */
  readonly pid: number | null;
  /** Settles with what it said when it ended by itself; else never. */
  readonly died: Promise<string>;
  /** ms of its clock. */
  ping(): Promise<number>;
}

export interface WorldReport {
  readonly providers: readonly ProviderRecord[];
  readonly ledgers: ReadonlyMap<string, Ledger>;
  readonly truths: ReadonlyMap<string, ChainTruth>;
  readonly notes: readonly string[];
}

export interface WorldPart extends RunPart {
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

/** What faults can do to the router. */
export interface RouterControl {
  stall(): void;
  goOn(): void;
  kill(): Promise<void>;
  restart(): Promise<void>;
}

export interface FaultDriverOptions {
  readonly plan: Plan;
  readonly world: WorldPart | null;
  readonly router: RouterControl | null;
  /** µs from time 0, and the clock to wait by. */
  readonly nowUs: () => number;
  readonly onBegin: (fault: FaultRecord) => void;
  readonly onEnd: (fault: FaultRecord) => void;
  /** Ends what is in force, and begins nothing more. */
  readonly signal: AbortSignal;
}

export interface GeneratorOptions {
  readonly scenario: Scenario;
  readonly plan: Plan;
  /** `http://host:port` */
  readonly url: string;
  /** The scenario's file, for functions of its own, which can't be sent to a process; null: it has none. */
  readonly scenarioFile: string | null;
}

export interface RunParts {
  startWorld(scenario: Scenario, plan: Plan, folder: string): Promise<WorldPart>;
  startGenerator(options: GeneratorOptions): Promise<GeneratorPart>;
  /** Resolves when every fault of the plan is over. */
  driveFaults(options: FaultDriverOptions): Promise<readonly FaultRecord[]>;
}
