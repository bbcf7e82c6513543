// The races of one stream: finds the race that a copy belongs to or opens one. An event that was told while only one
// subscription was open, or whose race was forgotten, opens none: what is known of it is not enough to judge anybody.
// On the streams' way, so it is a look-up and a few numbers per copy; verdicts are made elsewhere.

import type { Racer, RaceTrack } from "../recorder.ts";
import { Race } from "./race.ts";
import type { RaceSeries } from "./race_series.ts";

export interface RaceKeeper {
  opened(race: Race): void;
  /** Everybody who took part has brought it. */
  complete(race: Race): void;
  seriesOf(event: string, racer: Racer): RaceSeries;
}

/** A race closes after so many block times. */
const windowBlocks = 2;
/** What is known of past events counts for so many block times, and at least so long. */
const rememberBlocks = 64;
const rememberAtLeastMs = 60_000;

export class StreamRaces implements RaceTrack {
  readonly event: string;
  readonly #keeper: RaceKeeper;
  readonly #blockTimeMs: () => number;
  /** Open ones, and those that are over, whose keys are remembered. */
  readonly #races = new Map<string, Race>();
  readonly #released = new WeakSet<Racer>();
  readonly #series = new WeakMap<Racer, RaceSeries>();
  #racers: readonly Racer[] = [];
  /** Events of blocks up to this one are not raced any more, till `#floorUntil`. */
  #floor = -1;
  #floorUntil = -Infinity;
  /** When somebody joined last: events without a block may have been told before. */
  #joinedAt = -Infinity;

  constructor(event: string, blockTimeMs: () => number, keeper: RaceKeeper) {
    this.event = event;
    this.#blockTimeMs = blockTimeMs;
    this.#keeper = keeper;
  }

  get rememberMs(): number {
    return Math.max(rememberBlocks * this.#blockTimeMs(), rememberAtLeastMs);
  }

  copy(key: string, block: number | null, racer: Racer, racers: readonly Racer[], at: number): void {
    if (racers !== this.#racers) this.#lineUp(racers, at);
    const known = this.#races.get(key);
    if (known !== undefined) {
      if (known.state !== "open") return;
      known.copy(racer, at);
      if (known.outstanding === 0) this.#keeper.complete(known);
      return;
    }
    const winner = racers.length < 2 ? -1 : racers.indexOf(racer);
    if (winner < 0 || this.#mayBeOld(block, at)) return;
    const race = new Race(this, key, block, racers, winner, at, this.#windowMs);
    this.#races.set(key, race);
    this.#keeper.opened(race);
  }

  alone(block: number | null, at: number): void {
    if (block !== null) this.raiseFloor(block, at);
  }

  released(racer: Racer): void {
    this.#released.add(racer);
  }

  wasReleased(racer: Racer): boolean {
    return this.#released.has(racer);
  }

  seriesOf(racer: Racer): RaceSeries {
    let series = this.#series.get(racer);
    if (series === undefined) this.#series.set(racer, series = this.#keeper.seriesOf(this.event, racer));
    return series;
  }

  /** `at`: now. `early`: for want of room, so that other events of its block may be remembered still. */
  forget(race: Race, at: number, early: boolean): void {
    this.#races.delete(race.key);
    if (race.block !== null) this.raiseFloor(early ? race.block - 1 : race.block, at);
  }

  /** A provider that invents a high block stops the stream's races only as long as things are remembered. */
  raiseFloor(block: number, at: number): void {
    if (block < this.#floor && at < this.#floorUntil) return;
    this.#floor = block;
    this.#floorUntil = at + this.rememberMs;
  }

  get #windowMs(): number {
    return windowBlocks * this.#blockTimeMs();
  }

  #mayBeOld(block: number | null, at: number): boolean {
    if (block === null) return at - this.#joinedAt < this.#windowMs;
    return block <= this.#floor && at < this.#floorUntil;
  }

  #lineUp(racers: readonly Racer[], at: number): void {
    for (const racer of racers) if (!this.#racers.includes(racer)) this.#joinedAt = at;
    this.#racers = racers;
  }
}
