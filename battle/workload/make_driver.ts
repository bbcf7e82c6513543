// From a planned workload to what runs it: its pacing, its target and its table. Subscribers are no calls and have none.

import type { Clock } from "../../core/clock.ts";
import { LassoError } from "../../core/errors.ts";
import type { PlannedWorkload } from "../model/plan.ts";
import type { Workload } from "../model/scenario.ts";
import { CallTable } from "./call_table.ts";
import type { MakeTarget } from "./call_target.ts";
import { CustomTarget } from "./custom_target.ts";
import { endpointOf } from "./endpoint.ts";
import { HttpTarget } from "./http_target.ts";
import type { LoadOrder } from "./load_generator.ts";
import { ClosedPacing, OpenPacing, type Pacing } from "./pacing.ts";
import { RequestDriver } from "./request_driver.ts";
import { WorkloadFigures } from "./workload_figures.ts";
import { wsSockets, WsTarget } from "./ws_target.ts";

export type CallingWorkload = Exclude<Workload, { readonly kind: "subscribers" }>;

/** Instead of sockets: where the calls of a workload go, for tests and virtual time. */
export type TargetOf = (workload: CallingWorkload, planned: PlannedWorkload) => MakeTarget;

export interface MadeDriver {
  readonly driver: RequestDriver;
  readonly table: CallTable;
}

export function makeDriver(
  planned: PlannedWorkload,
  workload: CallingWorkload,
  order: LoadOrder,
  clock: Clock,
  targetOf: TargetOf,
  moved: () => void,
): MadeDriver {
  const batch = batchOf(workload);
  const table = new CallTable(workload.name, planned.calls, order.keep);
  const figures = new WorkloadFigures(workload.name);
  const isClosed = clientsOf(workload) !== null;
  figures.planned = isClosed ? 0 : planned.calls.length;
  const driver = new RequestDriver({
    batch,
    timeoutMs: workload.timeoutMs,
    pacing: pacingOf(planned, workload, order),
    table,
    figures,
    wanted: order.wanted,
    makeTarget: targetOf(workload, planned),
    clock,
    moved,
  });
  return { driver, table };
}

/** Targets over real sockets, and custom functions. */
export function socketTargets(order: LoadOrder): TargetOf {
  return (workload, { calls }) => {
    const via = workload.kind === "http" || workload.kind === "ws" ? workload.via : null;
    const { http, ws } = endpointOf(order.url, workload.chain, via);
    switch (workload.kind) {
      case "http":
      case "replay": {
        const connectAhead = clientsOf(workload) ?? 16;
        return (sink) => new HttpTarget({ url: http, meta: order.meta, connectAhead }, sink);
      }
      case "ws":
        return (sink) =>
          new WsTarget({ connect: wsSockets(ws), meta: order.meta, batch: workload.batch }, sink);
      case "custom":
        return (sink) => new CustomTarget({ url: http, wsUrl: ws, calls, run: workload.run }, sink);
    }
  };
}

function pacingOf({ calls }: PlannedWorkload, workload: CallingWorkload, order: LoadOrder): Pacing {
  const clients = clientsOf(workload);
  if (clients === null) return new OpenPacing(calls, batchOf(workload));
  if (calls.length === 0) {
    throw new LassoError("internal", "the closed model needs calls to choose from", {
      place: `workload "${workload.name}"`,
    });
  }
  return new ClosedPacing(clients, -order.warmupUs, order.durationUs);
}

/** Clients of the closed model; null: the open one. */
function clientsOf(workload: CallingWorkload): number | null {
  if (workload.kind === "replay" || workload.arrival.kind !== "closed") return null;
  return workload.arrival.concurrency;
}

function batchOf(workload: CallingWorkload): number {
  return workload.kind === "http" || workload.kind === "ws" ? workload.batch : 1;
}
