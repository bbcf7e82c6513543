// A load's order on its way from the run to the generator's process: the plan's calls in pieces, each text once. The
// functions of custom workloads can't be sent; the other end looks them up in the scenario's file.

import type { PlannedCall } from "../model/plan.ts";
import type { Scenario, Workload } from "../model/scenario.ts";
import { LassoError } from "../../core/errors.ts";
import type { LoadOrder } from "./load_generator.ts";

/** A workload without its function, as far as it has one. */
export type SentWorkload = Workload | Omit<Extract<Workload, { readonly kind: "custom" }>, "run">;

export interface SentOrder extends Omit<LoadOrder, "workloads"> {
  readonly workloads: readonly SentWorkload[];
  readonly scenario: string;
  /** null: a shipped scenario. */
  readonly scenarioFile: string | null;
  /** The run's: what the file draws by itself must come out as it did for the plan. */
  readonly seed: number;
}

/** Calls of one workload: of each its time, and where its method and params stand in the lists. */
export interface CallsPiece {
  readonly workload: number;
  readonly methods: readonly string[];
  readonly params: readonly string[];
  readonly atUs: readonly number[];
  readonly method: readonly number[];
  readonly param: readonly number[];
}

const callsAPiece = 10_000;

export function sentOrder(
  order: LoadOrder,
  from: Pick<SentOrder, "scenario" | "scenarioFile" | "seed">,
): SentOrder {
  const workloads = order.workloads.map(({ workload }): SentWorkload => {
    if (workload.kind !== "custom") return workload;
    const { kind, name, chain, arrival, timeoutMs } = workload;
    return { kind, name, chain, arrival, timeoutMs };
  });
  const { scenario, scenarioFile, seed } = from;
  return { ...order, workloads, scenario, scenarioFile, seed };
}

export function* callPieces({ workloads }: LoadOrder): Generator<CallsPiece> {
  for (const [workload, { calls }] of workloads.entries()) {
    for (let from = 0; from < calls.length; from += callsAPiece) {
      yield callsPiece(workload, calls.slice(from, from + callsAPiece));
    }
  }
}

function callsPiece(workload: number, calls: readonly PlannedCall[]): CallsPiece {
  const methods = new Map<string, number>();
  const params = new Map<string, number>();
  const numberIn = (texts: Map<string, number>, text: string): number => {
    const known = texts.get(text) ?? texts.size;
    texts.set(text, known);
    return known;
  };
  const method = calls.map((call) => numberIn(methods, call.method));
  const param = calls.map((call) => numberIn(params, call.params));
  return {
    workload,
    methods: [...methods.keys()],
    params: [...params.keys()],
    atUs: calls.map(({ atUs }) => atUs),
    method,
    param,
  };
}

export function callsOf({ methods, params, atUs, method, param }: CallsPiece): PlannedCall[] {
  return atUs.map((at, nth) => ({ atUs: at, method: methods[method[nth]!]!, params: params[param[nth]!]! }));
}

/** The scenarios of a file, or the shipped ones for null, with this seed in the place of theirs. */
export type ScenariosOf = (file: string | null, seed: number) => Promise<readonly Scenario[]>;

/** Puts functions back into custom workloads. */
export async function withFunctions(
  { workloads, scenario, scenarioFile, seed }: SentOrder,
  scenariosOf: ScenariosOf,
): Promise<readonly Workload[]> {
  if (workloads.every(({ kind }) => kind !== "custom")) return workloads as readonly Workload[];
  const scenarios = await scenariosOf(scenarioFile, seed);
  const found = scenarios.find(({ name }) => name === scenario);
  return workloads.map((workload) => {
    if (workload.kind !== "custom") return workload;
    const own = found?.workloads.find(({ name }) => name === workload.name);
    if (own?.kind === "custom") return own;
    throw new LassoError("usage", `the function of the workload "${workload.name}" is not there any more`, {
      place: scenarioFile ?? `scenario "${scenario}"`,
      hint: "don't change the file during a run",
    });
  });
}
