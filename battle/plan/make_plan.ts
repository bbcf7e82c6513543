// Makes the plan of a run from a scenario and its seed: all arrivals, methods, params and stretches of faults, decided
// before anything is started. Pure but for the reader of recorded traffic, which is handed in.

import { LassoError } from "../../core/errors.ts";
import type { Plan, PlannedCall } from "../model/plan.ts";
import type { ChainSpec, Scenario, Workload } from "../model/scenario.ts";
import { expectedStarts } from "./arrivals.ts";
import { type KnownChain, knownChain } from "./known_chain.ts";
import { MOST_STRETCHES, placeFaults } from "./place_faults.ts";
import { planHash } from "./plan_hash.ts";
import { customCalls, plannedCalls, type Span } from "./planned_calls.ts";
import { recordedCalls } from "./recorded_traffic.ts";

/** A plan is held in memory, in three processes. */
const MOST_CALLS = 5_000_000;

export interface PlanOptions {
  /** Instead of the scenario's. */
  readonly seed?: number;
  /** The run is cut after so long; what comes before is the same as without. */
  readonly durationLimitMs?: number;
  /** The text of a file that a replay workload names; needed only where there is one. */
  readonly readTraffic?: (file: string) => string;
}

/**
 * LassoError for traffic that can't be read, for methods that can't be planned for their chain, and for more than can be
 * held.
 */
export function makePlan(scenario: Scenario, options: PlanOptions = {}): Plan {
  const seed = options.seed ?? scenario.seed;
  const durationUs = micro(scenario.durationMs);
  const limitUs = Math.min(durationUs, micro(options.durationLimitMs ?? scenario.durationMs));
  const span: Span = { warmupUs: micro(scenario.warmupMs), durationUs, limitUs };
  checkCalls(scenario, span);
  const chains = new KnownChains(scenario, seed);
  const faults = placeFaults(scenario.faults, limitUs);
  if (faults.length > MOST_STRETCHES) {
    throw tooMuch(
      scenario,
      `more than ${MOST_STRETCHES.toLocaleString("en-US")} stretches of faults`,
      MOST_STRETCHES,
    );
  }
  const unhashed = {
    scenario: scenario.name,
    seed,
    durationUs: limitUs,
    warmupUs: span.warmupUs,
    workloads: scenario.workloads.map((workload) => ({
      workload,
      calls: callsOf(workload, chains, seed, span, options),
    })),
    faults,
  };
  return { ...unhashed, hash: planHash(unhashed) };
}

/** Before any of them is made. Recorded traffic is as long as its file. */
function checkCalls(scenario: Scenario, { warmupUs, durationUs }: Span): void {
  let calls = 0;
  for (const workload of scenario.workloads) {
    if (workload.kind === "subscribers" || workload.kind === "replay" || workload.arrival.kind === "closed") {
      continue;
    }
    const batch = workload.kind === "custom" ? 1 : workload.batch;
    calls += batch * expectedStarts(workload.arrival, warmupUs, durationUs);
  }
  if (calls <= MOST_CALLS) return;
  throw tooMuch(scenario, `about ${Math.round(calls).toLocaleString("en-US")} calls`, MOST_CALLS);
}

function tooMuch({ name }: Scenario, what: string, most: number): LassoError {
  return new LassoError(
    "usage",
    `its plan has ${what}; at most ${most.toLocaleString("en-US")} are possible`,
    {
      place: `scenario "${name}"`,
      hint: "make the run shorter, or do it less often",
    },
  );
}

function callsOf(
  workload: Workload,
  chains: KnownChains,
  seed: number,
  span: Span,
  { readTraffic }: PlanOptions,
): readonly PlannedCall[] {
  switch (workload.kind) {
    case "subscribers":
      return [];
    case "custom":
      return customCalls(workload, seed, span);
    case "replay": {
      const { file, chain, speed } = workload;
      if (readTraffic === undefined) {
        throw new LassoError("internal", "a plan with recorded traffic needs a reader of files", {
          place: `workload "${workload.name}"`,
        });
      }
      return recordedCalls(readTraffic(file), { file, chain, speed, limitUs: span.limitUs });
    }
    default:
      return plannedCalls(workload, chains.get(workload.chain), seed, span);
  }
}

/** Simulated chains are made once each, and only where a workload asks. */
class KnownChains {
  readonly #known = new Map<string, KnownChain>();
  readonly #scenario: Scenario;
  readonly #seed: number;

  constructor(scenario: Scenario, seed: number) {
    this.#scenario = scenario;
    this.#seed = seed;
  }

  get(name: string): KnownChain {
    const found = this.#known.get(name);
    if (found !== undefined) return found;
    const { chains, warmupMs, durationMs } = this.#scenario;
    // A foreign router's chain may not be described at all: it is known by its name only.
    const foreign: ChainSpec = { name, chainId: 1, blockTimeMs: 0, providers: [] };
    const spec = chains.find((chain) => chain.name === name) ?? foreign;
    const known = knownChain(spec, this.#seed, warmupMs + durationMs);
    this.#known.set(name, known);
    return known;
  }
}

function micro(ms: number): number {
  return Math.round(ms * 1000);
}
