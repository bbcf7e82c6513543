// Makes the plan of a run from a scenario and its seed: all arrivals, methods, params and stretches of faults, decided
// before anything is started. Pure but for the reader of recorded traffic, which is handed in.

import { LassoError } from "../../core/errors.ts";
import type { Plan, PlannedCall } from "../model/plan.ts";
import type { ChainSpec, Scenario, Workload } from "../model/scenario.ts";
import { type KnownChain, knownChain } from "./known_chain.ts";
import { placeFaults } from "./place_faults.ts";
import { planHash } from "./plan_hash.ts";
import { customCalls, plannedCalls, type Span } from "./planned_calls.ts";
import { recordedCalls } from "./recorded_traffic.ts";

export interface PlanOptions {
  /** Instead of the scenario's. */
  readonly seed?: number;
  /** The run is cut after so long; what comes before is the same as without. */
  readonly durationLimitMs?: number;
  /** The text of a file that a replay workload names; needed only where there is one. */
  readonly readTraffic?: (file: string) => string;
}

/** LassoError for traffic that can't be read, and for methods that can't be planned for their chain. */
export function makePlan(scenario: Scenario, options: PlanOptions = {}): Plan {
  const seed = options.seed ?? scenario.seed;
  const durationUs = micro(scenario.durationMs);
  const limitUs = Math.min(durationUs, micro(options.durationLimitMs ?? scenario.durationMs));
  const span: Span = { warmupUs: micro(scenario.warmupMs), durationUs, limitUs };
  const chains = new KnownChains(scenario, seed);
  const unhashed = {
    scenario: scenario.name,
    seed,
    durationUs: limitUs,
    warmupUs: span.warmupUs,
    workloads: scenario.workloads.map((workload) => ({
      workload,
      calls: callsOf(workload, chains, seed, span, options),
    })),
    faults: placeFaults(scenario.faults, limitUs),
  };
  return { ...unhashed, hash: planHash(unhashed) };
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
