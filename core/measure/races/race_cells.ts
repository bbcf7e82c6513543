// The figures of races by seconds, for history: collects the series that a second touched and hands their cells on when
// the second is over. One timer, while there is something to hand on.

import type { Clock, Timer } from "../../clock.ts";
import type { CellSink } from "../history/model.ts";
import type { RaceSeries } from "./race_series.ts";

const secondMs = 1_000;

export class RaceCells {
  readonly #clock: Clock;
  readonly #sink: CellSink | null;
  readonly #touched = new Set<RaceSeries>();
  /** Begin of the second that is collected; epoch ms. */
  #second = -1;
  #timer: Timer | null = null;

  constructor(clock: Clock, sink: CellSink | null) {
    this.#clock = clock;
    this.#sink = sink;
  }

  /** To be called before a race is counted: what was counted in an earlier second goes out first. */
  begin(wallNow: number): void {
    const second = Math.floor(wallNow / secondMs) * secondMs;
    if (second === this.#second) return;
    this.flush();
    this.#second = second;
  }

  /** Something was counted in this series. */
  touch(series: RaceSeries): void {
    this.#touched.add(series);
    if (this.#timer !== null) return;
    const leftMs = this.#second + secondMs - this.#clock.wallNow();
    this.#timer = this.#clock.after(Math.max(leftMs, 1), () => {
      this.#timer = null;
      this.flush();
    });
  }

  /** Hands on what there is. */
  flush(): void {
    this.#timer?.cancel();
    this.#timer = null;
    if (this.#touched.size === 0) return;
    this.#sink?.second(this.#second, Array.from(this.#touched, ({ cell }) => cell));
    for (const series of this.#touched) series.clearCell();
    this.#touched.clear();
  }
}
