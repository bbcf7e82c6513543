// The figures that readers of the feed get each second, made once for all of them and only while there is one who wants
// them. A reader of one chain gets that chain's. Owned by FeedEndpoint.

import type { Clock, Timer } from "../clock.ts";
import type { FeedFigures } from "./feed_snapshot.ts";
import type { StateWatch } from "./state_watch.ts";

/** A second's figures as JSON text. */
export interface StatsText {
  /** Epoch ms. */
  readonly at: number;
  /** Members of the process, without braces. */
  readonly process: string;
  /** Each chain's object, by name, in the config's order. */
  readonly chains: ReadonlyMap<string, string>;
}

export interface StatsReader {
  readonly wantsStats: boolean;
  tellStats(stats: StatsText): void;
}

const everyMs = 1_000;

export class FeedTicker {
  readonly #clock: Clock;
  readonly #states: StateWatch;
  readonly #figures: FeedFigures;
  readonly #readers: ReadonlySet<StatsReader>;
  #timer: Timer | null = null;

  /** `readers`: those of the moment; the caller keeps the set. */
  constructor(clock: Clock, states: StateWatch, figures: FeedFigures, readers: ReadonlySet<StatsReader>) {
    this.#clock = clock;
    this.#states = states;
    this.#figures = figures;
    this.#readers = readers;
  }

  /** Somebody came. */
  wake(): void {
    if (this.#timer !== null) return;
    this.#figures.sample();
    this.#arm();
  }

  /** Nobody is left. */
  rest(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#figures.forgetSample();
  }

  #arm(): void {
    this.#timer = this.#clock.after(everyMs, () => {
      this.#arm();
      this.#tick();
    });
  }

  #tick(): void {
    // What runs out in time without a word is seen here.
    this.#states.lookAtAll();
    this.#figures.sample();
    const readers = [...this.#readers].filter(({ wantsStats }) => wantsStats);
    if (readers.length === 0) return;
    const stats = this.#text();
    for (const reader of readers) reader.tellStats(stats);
  }

  #text(): StatsText {
    const chains = new Map<string, string>();
    for (const chain of this.#figures.chains(null)) chains.set(chain.name, JSON.stringify(chain));
    const process = JSON.stringify(this.#figures.process()).slice(1, -1);
    return { at: this.#clock.wallNow(), process, chains };
  }
}

/** Members of the event for who listens to these chains; null: to all. */
export function statsMembers({ process, chains }: StatsText, only: ReadonlySet<string> | null): string {
  const wanted: string[] = [];
  for (const [name, text] of chains) if (only === null || only.has(name)) wanted.push(text);
  return `"event":"stats","stats":{${process},"chains":[${wanted.join(",")}]}`;
}
