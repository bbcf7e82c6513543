// The plan of a run: everything that is random, decided before it begins, from the seed. The same seed gives the same
// plan, and the same hash, on any machine.

import type { PlannedFault } from "./fault.ts";
import type { Workload } from "./scenario.ts";

/** One request to come. */
export interface PlannedCall {
  /** Whole µs from the end of the warm-up; negative: in the warm-up. -1e15 and the order: the closed model. */
  readonly atUs: number;
  readonly method: string;
  /** JSON text of the params. */
  readonly params: string;
}

export interface PlannedWorkload {
  readonly workload: Workload;
  /**
   * In order of time. A request of a batch of n takes n calls in a row with the same time. The closed model takes them
   * in order, without times, and begins again at the end.
   */
  readonly calls: readonly PlannedCall[];
}

export interface Plan {
  readonly scenario: string;
  readonly seed: number;
  /** SHA-256 of all that follows, hex. */
  readonly hash: string;
  readonly durationUs: number;
  readonly warmupUs: number;
  readonly workloads: readonly PlannedWorkload[];
  /** In order of time. */
  readonly faults: readonly PlannedFault[];
}
