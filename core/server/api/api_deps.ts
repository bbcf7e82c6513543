// What the routes of the API work on. Each group of routes is a function of these, in a file of its own.

import type { History } from "../../measure/history/model.ts";
import type { ServerState } from "../state.ts";

export interface ReloadOutcome {
  readonly ok: boolean;
  /** What changed, what needs a restart, or what is wrong. */
  readonly message: string;
}

export interface ApiDeps {
  /** The router in force, clock, random, log, hub. */
  readonly state: ServerState;
  readonly history: History;
}
