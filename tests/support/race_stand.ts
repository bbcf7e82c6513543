// A race book on virtual time with everything it tells kept for the test. Copies are given by hand through `track`.

import { silentLog } from "../../core/log.ts";
import type { RaceResult, SeriesKey } from "../../core/measure/history/model.ts";
import { RaceBook } from "../../core/measure/races/race_book.ts";
import type { Racer, RaceTrack } from "../../core/measure/recorder.ts";
import { VirtualClock } from "../../core/virtual_clock.ts";

/** A cell as it was handed on. */
export interface ToldCell {
  readonly at: number;
  readonly key: SeriesKey;
  readonly series: number;
  readonly n: number;
  readonly failed: number;
  readonly sum: number;
  readonly max: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly samples: number;
}

export class RaceStand {
  readonly clock: VirtualClock;
  readonly rows: RaceResult[] = [];
  readonly told: Readonly<Record<string, unknown>>[] = [];
  readonly cells: ToldCell[] = [];
  readonly book: RaceBook;
  listening = true;
  #series = 0;

  constructor(clock = new VirtualClock()) {
    this.clock = clock;
    this.book = new RaceBook({
      clock,
      log: silentLog,
      history: { race: (row) => void this.rows.push(row) },
      listening: () => this.listening,
      publish: (chain, fields) => void this.told.push({ chain, ...fields }),
      numbers: { take: () => this.#series++ },
      cells: {
        second: (at, cells) => {
          for (const { key, series, n, failed, sum, max, outcomes, histogram } of cells) {
            const samples = histogram?.count ?? 0;
            const counts = Object.fromEntries(outcomes);
            this.cells.push({ at, key, series, n, failed, sum, max, outcomes: counts, samples });
          }
        },
      },
    });
  }

  stream(event = "newHeads", blockTimeMs = 1_000): StandStream {
    return new StandStream(this.book.track("ethereum", event, () => blockTimeMs), this.clock);
  }

  /** `provider wins/losses/missed`, in the order of the ranking. */
  ranking(event = "newHeads"): string[] {
    return this.book.ranking("ethereum", event).map(({ provider, wins, losses, missed }) =>
      `${provider} ${wins}/${losses}/${missed}`
    );
  }

  /** Of each row: winner first, with the margins. */
  margins(): string[] {
    return this.rows.map(({ margins }) =>
      margins.map(({ provider, ms }) => `${provider} ${ms ?? "missed"}`).join(", ")
    );
  }
}

/** One stream's subscriptions: `a` and `b`, and whoever joins. */
export class StandStream {
  readonly track: RaceTrack;
  readonly #clock: VirtualClock;
  readonly #byName = new Map<string, Racer>();
  racers: readonly Racer[] = [];

  constructor(track: RaceTrack, clock: VirtualClock) {
    this.track = track;
    this.#clock = clock;
    this.join("a");
    this.join("b");
  }

  join(provider: string): void {
    const racer: Racer = { provider, transport: "ws" };
    this.#byName.set(provider, racer);
    this.racers = [...this.racers, racer];
  }

  leave(provider: string, released: boolean): void {
    const racer = this.#byName.get(provider)!;
    this.racers = this.racers.filter((other) => other !== racer);
    if (released) this.track.released(racer);
  }

  /** A copy that arrives now. */
  copy(provider: string, key: string, block: number | null): void {
    if (this.racers.length < 2) this.track.alone(block, this.#clock.now());
    else this.track.copy(key, block, this.#byName.get(provider)!, this.racers, this.#clock.now());
  }
}

/** A hash of 32 bytes that ends in this number. */
export function hashOf(number: number): string {
  return `0x${number.toString(16).padStart(64, "0")}`;
}
