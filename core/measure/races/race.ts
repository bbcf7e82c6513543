// One event that several upstreams bring: who has brought it, and how long after the first. Keeps times only; who
// opens and ends it is stream_races.ts and chain_races.ts.

import type { Racer } from "../recorder.ts";
import type { StreamRaces } from "./stream_races.ts";

/** In `behindMs`: has not brought it. */
const notYet = -1;

export class Race {
  readonly stream: StreamRaces;
  readonly key: string;
  readonly block: number | null;
  /** Monotonic ms. */
  readonly openedAt: number;
  readonly closesAt: number;
  /** Who took part when it opened; replaced by none when it is over and only its key is remembered. */
  racers: readonly Racer[];
  /** ms behind the first copy, by place in `racers`; negative: not brought. */
  behindMs: number[];
  /** Its place in `racers`. */
  readonly winner: number;
  outstanding: number;
  state: "open" | "over" | "cut_short" = "open";

  constructor(
    stream: StreamRaces,
    key: string,
    block: number | null,
    racers: readonly Racer[],
    winner: number,
    at: number,
    windowMs: number,
  ) {
    this.stream = stream;
    this.key = key;
    this.block = block;
    this.openedAt = at;
    this.closesAt = at + windowMs;
    this.racers = racers;
    this.winner = winner;
    this.behindMs = [];
    for (let index = 0; index < racers.length; index++) this.behindMs.push(index === winner ? 0 : notYet);
    this.outstanding = racers.length - 1;
  }

  /** A further copy. A second one of the same racer, one of somebody who joined later, and one too late say nothing. */
  copy(racer: Racer, at: number): void {
    const index = this.racers.indexOf(racer);
    if (index < 0 || this.behindMs[index] !== notYet || at > this.closesAt) return;
    // What one upstream's socket had kept before may be read after a later copy of another one.
    this.behindMs[index] = Math.max(0, at - this.openedAt);
    this.outstanding--;
  }

  /** Has it a verdict about this racer? It brought the event, or had the time to and was not let go. */
  judges(index: number): boolean {
    return this.behindMs[index]! >= 0 ||
      (this.state !== "cut_short" && !this.stream.wasReleased(this.racers[index]!));
  }

  /** Keeps the key only, so that a copy that comes later opens no race of its own. */
  strip(): void {
    this.racers = none;
    this.behindMs = noTimes;
  }
}

const none: readonly Racer[] = [];
const noTimes: number[] = [];
