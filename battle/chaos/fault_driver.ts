// Drives the faults of a plan: begins and ends each at its time on what it is for, the world or the router, and writes
// down when it really was in force. Whatever happens, nothing is left in force when it resolves.

import { type Clock, sleep } from "../../core/clock.ts";
import { LassoError, messageOf } from "../../core/errors.ts";
import type { PlannedFault, RouterFault } from "../model/fault.ts";
import type { FaultRecord } from "../model/record.ts";
import { type RouterControl, routerFaults } from "./router_faults.ts";

/**
 * Where faults are put in force and ended, by a number that tells apart several of the same id. Both give the time at
 * which it happened, µs from time 0: a beginning as it begins, an end when it is complete.
 */
export interface FaultTarget {
  beginFault(handle: number, fault: PlannedFault): Promise<number>;
  endFault(handle: number): Promise<number>;
}

export interface FaultDriverOptions {
  readonly faults: readonly PlannedFault[];
  /** null: there is none, and faults of providers are refused. */
  readonly world: FaultTarget | null;
  readonly router: RouterControl | null;
  readonly clock: Clock;
  /** µs from time 0. */
  readonly nowUs: () => number;
  /** Of the record the end is not known yet: it stands for the beginning. */
  readonly onBegin?: (fault: FaultRecord) => void;
  readonly onEnd?: (fault: FaultRecord) => void;
  /** Ends what is in force, and begins nothing more. */
  readonly signal: AbortSignal;
}

const routerKinds: Readonly<Record<RouterFault["kind"], true>> = {
  memory_pressure: true,
  router_stall: true,
  router_kill: true,
};

function isRouterFault({ fault }: PlannedFault): boolean {
  return Object.hasOwn(routerKinds, fault.kind);
}

/**
 * Resolves with what was really in force, in order of time, when every fault is over. LassoError when one could not be
 * begun or ended; then the others are ended all the same.
 */
export async function driveFaults(options: FaultDriverOptions): Promise<readonly FaultRecord[]> {
  const router = options.router === null ? null : routerFaults(options.router, options.nowUs);
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  const records: FaultRecord[] = [];
  const problems: unknown[] = [];
  const drives = options.faults.map(async (fault, handle) => {
    try {
      const target = isRouterFault(fault) ? router : options.world;
      if (target === null) throw noTarget(fault);
      const record = await driveOne(fault, handle, target, { ...options, signal });
      if (record !== null) records.push(record);
    } catch (thrown) {
      problems.push(thrown);
      failed.abort();
    }
  });
  await Promise.all(drives);
  if (problems.length > 0) throw problems[0];
  return records.sort((a, b) => a.startUs - b.startUs);
}

async function driveOne(
  fault: PlannedFault,
  handle: number,
  target: FaultTarget,
  { clock, nowUs, signal, onBegin, onEnd }: FaultDriverOptions,
): Promise<FaultRecord | null> {
  const until = (atUs: number): Promise<void> => sleep(clock, (atUs - nowUs()) / 1000, signal);
  await until(fault.startUs);
  if (signal.aborted) return null;
  const { id, chain, provider } = fault;
  const startUs = Math.round(await told(fault, "begun", target.beginFault(handle, fault)));
  const begun: FaultRecord = { id, fault: fault.fault, chain, provider, startUs, endUs: startUs };
  onBegin?.(begun);
  if (fault.endUs !== null) await until(fault.endUs);
  const endUs = Math.round(await told(fault, "ended", target.endFault(handle)));
  // A clock that was aligned by pings may be wrong by more than an act takes.
  const record = { ...begun, endUs: Math.max(startUs, endUs) };
  onEnd?.(record);
  return record;
}

async function told<T>({ id }: PlannedFault, what: string, acting: Promise<T>): Promise<T> {
  try {
    return await acting;
  } catch (thrown) {
    if (thrown instanceof LassoError && thrown.code === "usage") throw thrown;
    throw new LassoError("internal", `The fault ${id} could not be ${what}: ${messageOf(thrown)}`, {
      cause: thrown,
    });
  }
}

function noTarget(fault: PlannedFault): LassoError {
  const isRouters = isRouterFault(fault);
  return new LassoError(
    "usage",
    `The fault ${fault.id} has nothing to act on: the run has no ${
      isRouters ? "router" : "world"
    } of its own.`,
    { place: fault.id, hint: "leave the fault out, or let the run start the router and its providers" },
  );
}
