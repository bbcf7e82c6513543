// Faults of the router itself, over what the run can do to its process. `router_stall` is SIGSTOP and SIGCONT: the
// kernel keeps its sockets, nothing runs. `router_kill` is SIGKILL and a start on the same port, at once or when the
// time that it was given is over. `memory_pressure` leaves it less heap; of several at a time the tightest counts. What
// is in force holds for a new process too.

import type { PlannedFault } from "../model/fault.ts";
import type { FaultTarget } from "./fault_driver.ts";

export interface RouterControl {
  /** SIGSTOP. Harmless while it is down. */
  stall(): void;
  /** SIGCONT. */
  goOn(): void;
  /** SIGKILL; resolves when it is gone. Harmless while it is down. */
  kill(): Promise<void>;
  /** Starts it again; resolves when it listens. Harmless while it runs. */
  restart(): Promise<void>;
  /** Leaves it a heap of so many MB in all; null: as much as without a fault. Harmless while it is down. */
  leaveHeap(heapMb: number | null): Promise<void>;
}

export function routerFaults(router: RouterControl, nowUs: () => number): FaultTarget {
  const inForce = new Map<number, PlannedFault>();
  const any = (kind: PlannedFault["fault"]["kind"]): boolean =>
    [...inForce.values()].some(({ fault }) => fault.kind === kind);
  const heapMb = (): number | null => {
    const heaps = [...inForce.values()].flatMap(({ fault }) =>
      fault.kind === "memory_pressure" ? [fault.heapMb] : []
    );
    return heaps.length === 0 ? null : Math.min(...heaps);
  };
  return {
    async beginFault(handle, fault): Promise<number> {
      const atUs = nowUs();
      inForce.set(handle, fault);
      if (fault.fault.kind === "router_stall") router.stall();
      if (fault.fault.kind === "router_kill") await router.kill();
      if (fault.fault.kind === "memory_pressure") await router.leaveHeap(heapMb());
      return atUs;
    },
    async endFault(handle): Promise<number> {
      const kind = inForce.get(handle)?.fault.kind;
      inForce.delete(handle);
      if (kind === "router_stall" && !any("router_stall")) router.goOn();
      if (kind === "router_kill" && !any("router_kill")) {
        await router.restart();
        if (heapMb() !== null) await router.leaveHeap(heapMb());
        if (any("router_stall")) router.stall();
      }
      if (kind === "memory_pressure") await router.leaveHeap(heapMb());
      return nowUs();
    },
  };
}
