// What main hands to the commands: the real clock and randomness, the lists of built-in plugins, the version, the log's
// sink and the signals. Commands reach nothing of the kind by themselves, so that tests can run them whole.

import type { Clock } from "../core/clock.ts";
import type { LogSink } from "../core/measure/log_writer.ts";
import type { StrategyPlugin } from "../core/plugins/strategy.ts";
import type { TransportPlugin } from "../core/plugins/transport.ts";
import type { LoadDashboard } from "../core/server/dashboard.ts";
import type { Random } from "../core/random.ts";

export type SignalName = "SIGINT" | "SIGTERM" | "SIGHUP";

export interface Wiring {
  readonly version: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly strategies: readonly StrategyPlugin[];
  readonly transports: readonly TransportPlugin[];
  readonly logSink: LogSink;
  /** Labels of lasso_build_info. */
  readonly build: Readonly<Record<string, string>>;
  memory(): Readonly<Record<string, number>>;
  /** Ms of processor time that the process has used. Absent: not known. */
  cpuMs?(): number;
  /** The dashboard's files, as they were built. Absent: there is no dashboard. */
  readonly dashboard?: LoadDashboard;
  /** Calls `fire` on each signal; gives the function that stops that. Unknown signals of the platform are ignored. */
  onSignal(name: SignalName, fire: () => void): () => void;
  /** Ends the process at once. */
  exit(code: number): never;
}

/** Ids that a config may name before any plugin file is loaded. */
export function builtinIds(wiring: Wiring): { strategies: string[]; transports: string[] } {
  return {
    strategies: wiring.strategies.map(({ id }) => id),
    transports: wiring.transports.map(({ id }) => id),
  };
}
