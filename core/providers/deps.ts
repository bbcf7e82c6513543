// What a chain is given by main: clock, randomness, log, counters, and the transports of the config.

import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { Recorder } from "../measure/recorder.ts";
import type { Random } from "../random.ts";
import type { ChosenTransport, Protocol } from "./transport_choice.ts";

export interface ChainDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly recorder: Recorder;
  /**
   * The transport plugin of this id with its parsed options, whatever its protocol; `wanted` is what it is looked up
   * for. Throws LassoError `plugin` for an unknown id.
   */
  transport(id: string, wanted: Protocol): ChosenTransport;
  /** The CONNECT proxy for a URL, from HTTPS_PROXY and NO_PROXY; null: none. */
  proxyFor(url: string): string | null;
  readonly server: { readonly bufferBytes: number; readonly maxResponseBytes: number };
  /** An event for feeds and history; `fields` hold no secrets. */
  emit(event: string, fields: Readonly<Record<string, unknown>>): void;
}
