// What the streams of one chain share: the route in force, time, log, and the counts that a scrape shows.

import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import { type RaceRecorder, silentRaces } from "../measure/recorder.ts";
import type { Random } from "../random.ts";
import type { ChainRoute } from "../routing/chain_route.ts";
import type { FeedEnv } from "./feed_set.ts";

export interface StreamDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** An event for feeds and history; `fields` hold no secrets. */
  emit(event: string, fields: Readonly<Record<string, unknown>>): void;
  /** Hears each copy of an event that an upstream brings. Default: nobody. */
  readonly raced?: RaceRecorder;
}

/** A sign of life counts for so long, and for three block times. */
const aliveMs = 10_000;

/** Counts since the start, of one chain. */
export interface StreamCounts {
  gaps: number;
  /** Feeds that were lost or went stale. */
  failovers: number;
  /** Faults of the streams' own code. */
  faults: number;
}

export class StreamEnv implements FeedEnv {
  /** A reload replaces it. */
  route: ChainRoute;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly races: RaceRecorder;
  readonly counts: StreamCounts = { gaps: 0, failovers: 0, faults: 0 };
  /** When an upstream last gave a sign of life: an event, or an answer to a question of the streams. */
  aliveAt = -Infinity;
  readonly #deps: StreamDeps;

  constructor(route: ChainRoute, deps: StreamDeps) {
    this.route = route;
    this.#deps = deps;
    this.clock = deps.clock;
    this.random = deps.random;
    this.log = deps.log;
    this.races = deps.raced ?? silentRaces;
  }

  get settings(): ChainRoute["chain"]["settings"] {
    return this.route.chain.settings;
  }

  get blockTimeMs(): number {
    return this.route.chain.blockTimeMs;
  }

  /** Is any upstream alive? While none is, no time runs out. */
  get reachable(): boolean {
    return this.clock.now() - this.aliveAt <= Math.max(aliveMs, 3 * this.blockTimeMs);
  }

  /** Blocks that are fetched at most to close a gap. */
  get maxBackfill(): number {
    const { gapFilling, maxBackfillBlocks } = this.settings.subscriptions;
    if (!gapFilling) return 0;
    return maxBackfillBlocks ?? Math.max(32, Math.ceil(120_000 / this.blockTimeMs));
  }

  report(level: "info" | "warn" | "error", event: string, fields: Readonly<Record<string, unknown>>): void {
    const all = { chain: this.settings.name, ...fields };
    this.log.write(level, event, all);
    this.#deps.emit(event, all);
  }
}
