// The calls of one workload: when, which method, which params. Arrivals, methods and the params of each method have a
// random sequence each, apart for warm-up and run, so that a longer warm-up or another weight moves nothing else.

import { LassoError } from "../../core/errors.ts";
import type { Random } from "../../core/random.ts";
import type { PlannedCall } from "../model/plan.ts";
import type { Arrival, Mix, Workload } from "../model/scenario.ts";
import { arrivalTimes, warmupTimes } from "./arrivals.ts";
import { makeParams } from "./call_params.ts";
import type { KnownChain } from "./known_chain.ts";
import { isPlannedMethod, type PlannedMethod, simulatedOnlyMethods } from "./method_names.ts";
import { randomStream, streamSeed } from "./random_stream.ts";

/** What `atUs` of a call is in the closed model. */
export const CLOSED_MODEL_US = -1e15;

/** Requests of the closed model before it begins again. */
const CLOSED_REQUESTS = 4096;
/** With raw transactions, which must not come twice, more. */
const CLOSED_REQUESTS_WITH_SENDS = 32_768;

export interface Span {
  readonly warmupUs: number;
  readonly durationUs: number;
  /** Nothing starts at or after this; at most `durationUs`. */
  readonly limitUs: number;
}

export type CallingWorkload = Extract<Workload, { readonly kind: "http" | "ws" }>;
export type CustomWorkload = Extract<Workload, { readonly kind: "custom" }>;

/** LassoError where the mix has a method whose params can't be made for that chain. */
export function plannedCalls(
  workload: CallingWorkload,
  chain: KnownChain,
  seed: number,
  span: Span,
): PlannedCall[] {
  const { name, mix, batch, arrival } = workload;
  for (const method of Object.keys(mix)) checkMethod(method, workload, chain);
  const calls: PlannedCall[] = [];
  for (const part of ["warm-up", "run"] as const) {
    const choose = methodChooser(mix, randomStream(seed, name, part, "methods"));
    const streams = new Map<PlannedMethod, Random>();
    let index = 0;
    for (const atUs of startTimes(arrival, part, seed, name, span, closedRequests(mix))) {
      for (let item = 0; item < batch; item++) {
        const method = choose();
        const random = streams.get(method) ?? randomStream(seed, name, part, "params", method);
        streams.set(method, random);
        const mark = `${seed} ${name} ${part} ${index++}`;
        calls.push({ atUs, method, params: makeParams[method]({ chain, random, mark }) });
      }
    }
  }
  return calls;
}

/** A custom workload's calls have no method; their params hold the seed of the call's own random sequence. */
export function customCalls({ name, arrival }: CustomWorkload, seed: number, span: Span): PlannedCall[] {
  const times = (["warm-up", "run"] as const).flatMap((
    part,
  ) => [...startTimes(arrival, part, seed, name, span, CLOSED_REQUESTS)]);
  const base = streamSeed(seed, name, "custom") % 2 ** 32;
  return times.map((atUs, index) => ({
    atUs,
    method: "custom",
    params: `[${(base + Math.imul(index, 0x9e3779b1) + 2 ** 32) % 2 ** 32}]`,
  }));
}

function startTimes(
  arrival: Arrival,
  part: "warm-up" | "run",
  seed: number,
  name: string,
  { warmupUs, durationUs, limitUs }: Span,
  closed: number,
): readonly number[] {
  if (arrival.kind === "closed") {
    return part === "run" ? Array.from({ length: closed }, () => CLOSED_MODEL_US) : [];
  }
  const random = randomStream(seed, name, part, "arrivals");
  if (part === "warm-up") return warmupUs === 0 ? [] : warmupTimes(arrival, warmupUs, random);
  const times = arrivalTimes(arrival, durationUs, random);
  return limitUs < durationUs ? times.filter((atUs) => atUs < limitUs) : times;
}

function closedRequests(mix: Mix): number {
  return (mix["eth_sendRawTransaction"] ?? 0) > 0 ? CLOSED_REQUESTS_WITH_SENDS : CLOSED_REQUESTS;
}

/** By weight; in the order of the names, so that the order in which they are written changes nothing. */
function methodChooser(mix: Mix, random: Random): () => PlannedMethod {
  const methods = Object.keys(mix).filter(isPlannedMethod).filter((name) => mix[name]! > 0).toSorted();
  const bounds: number[] = [];
  let total = 0;
  for (const method of methods) bounds.push(total += mix[method]!);
  const last = methods.at(-1)!;
  return () => {
    const draw = random.next() * total;
    return methods[bounds.findIndex((bound) => draw < bound)] ?? last;
  };
}

function checkMethod(method: string, { name, chain: chainName }: CallingWorkload, chain: KnownChain): void {
  const place = `workload "${name}"`;
  if (!isPlannedMethod(method)) {
    throw new LassoError("usage", `no params can be made for ${method}`, {
      place,
      hint: "leave it out of the mix, or send it by custom() or from recorded traffic by replay()",
    });
  }
  if (chain.blocks === null && simulatedOnlyMethods.has(method)) {
    throw new LassoError(
      "usage",
      `${method} needs hashes or funded accounts of a simulated chain; "${chainName}" is none`,
      {
        place,
        hint: "leave it out of the mix, or send it by custom() or from recorded traffic by replay()",
      },
    );
  }
}
