// A cell while it is filled: the figures of one series within the open second. Taken from a pool with the second's
// first sample and given back when the second was handed on, so that a second makes no garbage.

import { Histogram } from "./histogram.ts";
import type { Cell, SeriesKey } from "./history/model.ts";

/** Cells that wait for use; more are left to the collector of garbage. */
const maxFree = 512;

export class CollectedCell implements Cell {
  series = -1;
  key: SeriesKey = noKey;
  n = 0;
  failed = 0;
  failovers = 0;
  units = 0;
  usd = 0;
  sum = 0;
  max = 0;
  last = 0;
  /** Counted apart, since nearly every sample is one. */
  ok = 0;
  readonly outcomes = new Map<string, number>();
  readonly histogram = new Histogram();

  /** A time in ms. */
  time(ms: number): void {
    this.sum += ms;
    if (ms > this.max) this.max = ms;
    this.last = ms;
    this.histogram.record(ms);
  }

  outcome(name: string): void {
    this.outcomes.set(name, (this.outcomes.get(name) ?? 0) + 1);
  }

  /** To be called once, before it is read. */
  finish(): void {
    if (this.ok > 0) this.outcomes.set("ok", this.ok);
  }

  clear(): void {
    this.n = this.failed = this.failovers = 0;
    this.units =
      this.usd =
      this.sum =
      this.max =
      this.last =
      this.ok =
        0;
    if (this.outcomes.size > 0) this.outcomes.clear();
    this.histogram.clear();
  }
}

const noKey: SeriesKey = { kind: "call", chain: "", provider: "", transport: "", name: "", strategy: "" };

export class CellPool {
  readonly #free: CollectedCell[] = [];

  take(series: number, key: SeriesKey): CollectedCell {
    const cell = this.#free.pop() ?? new CollectedCell();
    cell.series = series;
    cell.key = key;
    return cell;
  }

  give(cell: CollectedCell): void {
    if (this.#free.length >= maxFree) return;
    cell.clear();
    this.#free.push(cell);
  }
}
