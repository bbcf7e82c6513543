// What every plugin is given when it is created, so that it needs no run-time import of Lasso.

import type { Clock } from "../clock.ts";
import type { Random } from "../random.ts";

export interface PluginDeps {
  readonly clock: Clock;
  readonly random: Random;
  /** One structured log line; `fields` must hold no secrets. */
  log(
    level: "debug" | "info" | "warn" | "error",
    message: string,
    fields?: Readonly<Record<string, unknown>>,
  ): void;
  /** An event for feeds and history. Names are prefixed with the plugin's id. */
  emit(event: string, fields?: Readonly<Record<string, unknown>>): void;
}

interface PluginBase {
  /** `[a-z][a-z0-9_]*`, unique among its kind. */
  readonly id: string;
  /** One sentence for lists. */
  readonly summary: string;
}

export type { PluginBase };
