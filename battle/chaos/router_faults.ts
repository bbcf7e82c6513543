// Faults of the router itself, over what the run can do to its process. `router_stall` is SIGSTOP and SIGCONT: the
// kernel keeps its sockets, nothing runs. `router_kill` is SIGKILL and a start on the same port, at once or when the
// time that it was given is over. `memory_pressure` is a limit of V8's heap, which only a start can set: the run starts
// the router with it, so that it holds all the time, and nothing is done here but to note when it was meant.

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
}

export function routerFaults(router: RouterControl, nowUs: () => number): FaultTarget {
  const inForce = new Map<number, PlannedFault>();
  const any = (kind: PlannedFault["fault"]["kind"]): boolean =>
    [...inForce.values()].some(({ fault }) => fault.kind === kind);
  return {
    async beginFault(handle, fault): Promise<number> {
      const atUs = nowUs();
      inForce.set(handle, fault);
      if (fault.fault.kind === "router_stall") router.stall();
      if (fault.fault.kind === "router_kill") await router.kill();
      return atUs;
    },
    async endFault(handle): Promise<number> {
      const kind = inForce.get(handle)?.fault.kind;
      inForce.delete(handle);
      if (kind === "router_stall" && !any("router_stall")) router.goOn();
      if (kind === "router_kill" && !any("router_kill")) {
        await router.restart();
        // A stall that is in force holds for the new process too.
        if (any("router_stall")) router.stall();
      }
      return nowUs();
    },
  };
}
