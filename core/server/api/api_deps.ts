// What the routes of the API work on. Each group of routes is a function of these, in a file of its own. Parts from
// outside of core/server come as ApiParts in ServerDeps (state.ts), wired in cli/start_router.ts.

import type { AlertService } from "../../alerts/model.ts";
import type { History, RaceBoard } from "../../measure/history/model.ts";
import type { TransactionLetters } from "../dead_letters.ts";
import type { ServerState } from "../state.ts";
import type { DemoControls } from "./demo_controls.ts";

export interface ReloadOutcome {
  readonly ok: boolean;
  /** What changed, what needs a restart, or what is wrong. */
  readonly message: string;
}

/** Each is absent where there is no such thing: a route that needs it answers 409 or 503, or says so beside a null. */
export interface ApiParts {
  /** What fires, and another try for an alert that could not be delivered. */
  readonly alerts?: AlertService;
  /** Of `lasso demo`. */
  readonly demo?: DemoControls;
  /** Reads the config file anew. Absent: there is no file. */
  reload?(): Promise<ReloadOutcome>;
  /** Sends a transaction's dead letter again. */
  readonly transactions?: TransactionLetters;
  /** Notable calls that were not kept because too many came at once, since the start. */
  callsNotKept?(): number;
  /** Folder of snapshots and battle reports; null: everything is kept in memory. */
  readonly dataDir?: string | null;
  /** Races that are open, and rankings by their score. */
  readonly races?: RaceBoard;
}

export interface ApiDeps extends ApiParts {
  /** The router in force, clock, random, log, hub. */
  readonly state: ServerState;
  readonly history: History;
}
