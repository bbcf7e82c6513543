// The figures of one or many cells, added up: what a roll-up writes and what a question is answered from.

import { HistogramSum } from "./histogram_sum.ts";
import { outcomeNames } from "./outcome_numbers.ts";

export class CellSum {
  n = 0;
  failed = 0;
  failovers = 0;
  units = 0;
  usd = 0;
  /** Of values; `max` and `last` are NaN while there is none. */
  sum = 0;
  max = NaN;
  last = NaN;
  /** Values of gauges: those have no histogram. */
  gauged = 0;
  /** Counts by number of the outcome, and of outcomes that have none by name. */
  readonly outcomes: Float64Array<ArrayBuffer> = new Float64Array(outcomeNames.length);
  readonly others: Map<string, number> = new Map();
  /** Made when it is needed. */
  histogram: HistogramSum | null = null;

  outcome(name: string, number: number, count: number): void {
    if (number > 0) this.outcomes[number] = this.outcomes[number]! + count;
    else this.others.set(name, (this.others.get(name) ?? 0) + count);
  }

  value(sum: number, max: number, last: number): void {
    this.sum += sum;
    if (!(this.max >= max)) this.max = max;
    this.last = last;
  }

  buckets(): HistogramSum {
    return this.histogram ??= new HistogramSum();
  }

  /** Values behind `sum`. */
  get samples(): number {
    return (this.histogram?.count ?? 0) + this.gauged;
  }

  clear(): void {
    this.n =
      this.failed =
      this.failovers =
      this.units =
      this.usd =
      this.sum =
      this.gauged =
        0;
    this.max = this.last = NaN;
    this.outcomes.fill(0);
    this.others.clear();
    this.histogram?.clear();
  }
}

/** Sums that are used again and again, so that reading thousands of cells makes no garbage. */
export class CellSums {
  readonly #free: CellSum[] = [];

  take(): CellSum {
    return this.#free.pop() ?? new CellSum();
  }

  give(sum: CellSum): void {
    if (this.#free.length >= 64) return;
    sum.clear();
    this.#free.push(sum);
  }
}
