// All races of one chain, in the order in which they opened: ends those whose time is over, forgets the oldest, and
// never holds more than a fixed number. One timer for all, while one is open. Made and told by the race book.

import type { Clock, Timer } from "../../clock.ts";
import type { Racer, RaceTrack } from "../recorder.ts";
import type { Race } from "./race.ts";
import type { RaceSeries } from "./race_series.ts";
import { type RaceKeeper, StreamRaces } from "./stream_races.ts";

export interface ChainRacesHost {
  readonly clock: Clock;
  /** It is over: everybody has brought the event, its time has passed, or it was cut short. */
  over(race: Race): void;
  seriesOf(event: string, racer: Racer): RaceSeries;
}

/** Races that are held, open or remembered by their key: about 300 bytes each at most. */
export const maxRaces = 16_384;
const minSweepMs = 20;
/** The list is moved together when so many places at its begin are free. */
const compactAt = 1_024;

export class ChainRaces implements RaceKeeper {
  readonly #host: ChainRacesHost;
  readonly #max: number;
  /** By time of opening; before `#first` are free places, before `#next` none is open. */
  #queue: Race[] = [];
  #first = 0;
  #next = 0;
  #open = 0;
  #cutShort = 0;
  #timer: Timer | null = null;
  #disposed = false;

  constructor(host: ChainRacesHost, max = maxRaces) {
    this.#host = host;
    this.#max = max;
  }

  /** Races held, open or remembered. */
  get held(): number {
    return this.#queue.length - this.#first;
  }

  /** Races that had to end before their time. */
  get cutShort(): number {
    return this.#cutShort;
  }

  stream(event: string, blockTimeMs: () => number): RaceTrack {
    return new StreamRaces(event, blockTimeMs, this);
  }

  /** Open ones, newest first, at most `limit`. */
  open(limit: number): Race[] {
    const found: Race[] = [];
    for (let at = this.#queue.length - 1; at >= this.#next && found.length < limit; at--) {
      const race = this.#queue[at]!;
      if (race.state === "open") found.push(race);
    }
    return found;
  }

  opened(race: Race): void {
    if (this.#disposed) return;
    if (this.held >= this.#max) this.#forgetFirst(race.openedAt, true);
    this.#queue.push(race);
    this.#open++;
    if (this.#timer === null) this.#arm();
  }

  complete(race: Race): void {
    this.#end(race, "over");
  }

  seriesOf(event: string, racer: Racer): RaceSeries {
    return this.#host.seriesOf(event, racer);
  }

  /** Open races end without a verdict. */
  [Symbol.dispose](): void {
    this.#disposed = true;
    this.#timer?.cancel();
    this.#timer = null;
    this.#queue = [];
    this.#first = this.#next = this.#open = 0;
  }

  #end(race: Race, state: "over" | "cut_short"): void {
    if (race.state !== "open") return;
    race.state = state;
    this.#open--;
    this.#host.over(race);
    race.strip();
  }

  #arm(): void {
    const { clock } = this.#host;
    this.#skipEnded();
    const oldest = this.#queue[this.#next];
    if (oldest === undefined) return;
    this.#timer = clock.after(Math.max(oldest.closesAt - clock.now(), minSweepMs), () => {
      this.#timer = null;
      this.#sweep(clock.now());
      if (this.#open > 0) this.#arm();
    });
  }

  #sweep(now: number): void {
    for (let race = this.#queue[this.#next]; race !== undefined; race = this.#queue[++this.#next]) {
      if (race.state !== "open") continue;
      if (race.closesAt > now) break;
      this.#end(race, "over");
    }
    for (let race = this.#queue[this.#first]; race !== undefined; race = this.#queue[this.#first]) {
      if (race.state === "open" || now - race.openedAt < race.stream.rememberMs) break;
      this.#forgetFirst(now, false);
    }
  }

  #skipEnded(): void {
    while (this.#next < this.#queue.length && this.#queue[this.#next]!.state !== "open") this.#next++;
  }

  /** `early`: for want of room. */
  #forgetFirst(now: number, early: boolean): void {
    const race = this.#queue[this.#first]!;
    if (race.state === "open") {
      this.#cutShort++;
      this.#end(race, "cut_short");
    }
    race.stream.forget(race, now, early);
    this.#first++;
    this.#next = Math.max(this.#next, this.#first);
    if (this.#first >= compactAt) {
      this.#queue.splice(0, this.#first);
      this.#next -= this.#first;
      this.#first = 0;
    }
  }
}
