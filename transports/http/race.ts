// Connects to several addresses of one host, each with a head start before the next (RFC 8305, its simple form), and
// keeps the first one that connects. Losers are destroyed at once. Called by the dialer.

import type net from "node:net";
import type { Clock, Timer } from "../../core/clock.ts";
import type { Address } from "./addresses.ts";
import type { WireSocket } from "./wire_socket.ts";

const headStartMs = 250;

export interface RaceResult {
  readonly wire: WireSocket;
  readonly address: string;
}

/** Resolves with the first TCP connection; rejects with the last error when all failed, or when `signal` aborts. */
export function raceAddresses(
  addresses: readonly Address[],
  open: (address: Address) => WireSocket,
  clock: Clock,
  signal: AbortSignal,
): Promise<RaceResult> {
  return new Promise((resolve, reject) => {
    const running = new Map<WireSocket, string>();
    let next = 0;
    let timer: Timer | null = null;
    const settle = (): void => {
      timer?.cancel();
      signal.removeEventListener("abort", onAbort);
      for (const loser of running.keys()) loser.destroy();
    };
    const onAbort = (): void => {
      settle();
      reject(signal.reason);
    };
    const start = (): void => {
      timer?.cancel();
      timer = null;
      const address = addresses[next++];
      if (address === undefined) return;
      const wire = open(address);
      running.set(wire, address.address);
      const socket: net.Socket = wire.socket;
      socket.once("connect", () => {
        if (!running.delete(wire)) return;
        settle();
        resolve({ wire, address: address.address });
      });
      wire.listen({
        onBytes: () => {},
        onGone: (error) => {
          if (!running.delete(wire)) return;
          wire.destroy();
          if (next < addresses.length) start();
          else if (running.size === 0) {
            settle();
            reject(error);
          }
        },
      });
      if (next < addresses.length) timer = clock.after(headStartMs, start);
    };
    if (signal.aborted) return reject(signal.reason);
    signal.addEventListener("abort", onAbort);
    start();
  });
}
