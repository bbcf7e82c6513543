// What a run asks of a load generator, wherever it runs: in this process (generator.ts) or in one of its own
// (generator_process.ts). Types only.

import type { PlannedWorkload } from "../model/plan.ts";
import type { CallRecord, ProcessSample, SubscriberRecord } from "../model/record.ts";
import type { WantedResults } from "./answer_notes.ts";
import type { WorkloadFigures } from "./workload_figures.ts";

/** What a generator has to do; all of it can be sent to another process but functions of custom workloads. */
export interface LoadOrder {
  /** The router, or one endpoint of it. */
  readonly url: string;
  readonly workloads: readonly PlannedWorkload[];
  readonly durationUs: number;
  readonly warmupUs: number;
  readonly wanted: WantedResults;
  /** Ask for the router's metadata; not for targets that are no Lasso. */
  readonly meta: boolean;
  /** `histograms`: of calls that neither failed nor were failed over only the histograms are kept. */
  readonly keep: "all" | "histograms";
}

/** Once a second. */
export interface LoadProgress {
  readonly atUs: number;
  /** Calls so far, those of the warm-up too. */
  readonly started: number;
  /** Since time 0: answered with a result or an error. */
  readonly answered: number;
  readonly timeouts: number;
  readonly broken: number;
  readonly open: number;
  /** Of all workloads together, since time 0; null: nothing yet. */
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly subscribed: number;
}

/** How well the generator did its own work. */
export interface LoadHealth {
  /** sent − planned, of all calls since time 0. */
  readonly latenessP50Ms: number | null;
  readonly latenessP99Ms: number | null;
  readonly latenessMaxMs: number | null;
  /** Share of one core, whole run and worst second. */
  readonly meanCpu: number;
  readonly maxCpu: number;
  readonly maxLoopLagMs: number;
  /** Requests that had to wait for a connection. */
  readonly queued: number;
  /** Calls that were planned and never started: the run was stopped. */
  readonly notStarted: number;
}

export interface LoadReport {
  readonly calls: readonly CallRecord[];
  readonly subscribers: readonly SubscriberRecord[];
  readonly samples: readonly ProcessSample[];
  /** In the order of the workloads; those with subscribers have none. */
  readonly figures: readonly WorkloadFigures[];
  readonly health: LoadHealth;
  readonly notes: readonly string[];
}

export interface LoadGenerator extends AsyncDisposable {
  /** By how much times may be wrong against the clock of the one who asks, µs. */
  readonly clockErrorUs: number;
  /** Connects and subscribes; what could not is told by a note. */
  prepare(): Promise<void>;
  /** Time 0 is at `zeroMs` of the caller's clock; the warm-up begins before it. Once. */
  go(zeroMs: number): void;
  /** Settles when all has been answered, has timed out or was given up. */
  readonly finished: Promise<LoadReport>;
  /** Starts nothing more, and gives up after `graceMs` what is still open. */
  stop(graceMs: number): void;
}
