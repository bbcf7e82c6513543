// The latency of one thing as LatencySeries (core/measure/latency.ts) would have given it at a past moment, rebuilt
// from cells of a minute or more: quantiles over five minutes, mean and success with the newest counting most.

import { Histogram } from "../measure/histogram.ts";
import type { LatencyStats } from "../plugins/strategy.ts";
import type { PastCell } from "./past_cell.ts";

const windowMs = 5 * 60_000;
/** Half-life of the weights behind mean and success. */
const halfLifeMs = 30_000;
const quantiles = [0.5, 0.9, 0.99];
const figures = new Float64Array(quantiles.length);

interface Kept {
  readonly to: number;
  readonly cell: PastCell;
}

export class PastLatency {
  /** Cells of the window, oldest first; the newest one stays however old it is. */
  #cells: Kept[] = [];
  #timeSum = 0;
  #timeWeight = 0;
  #answered = 0;
  #calls = 0;
  #weighedAt = -Infinity;
  #newestAt = -Infinity;
  #stats: LatencyStats | null = null;
  #statsAt = NaN;

  /** Enters the cell of [from, to), epoch ms. Times never go back; several cells may be of the same time. */
  feed(cell: PastCell, from: number, to: number): void {
    const calls = cell.answered + cell.failed;
    if (calls === 0 && cell.histogram === null) return;
    this.#decay(to);
    // What a sample of the cell weighs on average when the cell ends.
    const width = to - from;
    const weight = (1 - 2 ** (-width / halfLifeMs)) * halfLifeMs / (width * Math.LN2);
    const timed = cell.histogram?.count ?? 0;
    this.#timeSum += timed * cell.mean * weight;
    this.#timeWeight += timed * weight;
    this.#answered += cell.answered * weight;
    this.#calls += calls * weight;
    this.#newestAt = to - width / (calls + 1);
    const oldest = to - windowMs;
    if (this.#cells.length > 0 && this.#cells[0]!.to <= oldest) {
      this.#cells = this.#cells.filter((kept) => kept.to > oldest);
    }
    this.#cells.push({ to, cell });
    this.#statsAt = NaN;
  }

  /** The figures as of `at`; null before any sample. */
  read(at: number): LatencyStats | null {
    if (this.#cells.length === 0) return null;
    if (at !== this.#statsAt) {
      this.#stats = this.#compute(at);
      this.#statsAt = at;
    }
    return this.#stats;
  }

  #compute(at: number): LatencyStats {
    const last = this.#cells.at(-1)!.to;
    const oldest = Math.min(at - windowMs, last - 1);
    const parts: Histogram[] = [];
    let n = 0;
    for (const { to, cell } of this.#cells) {
      if (to <= oldest) continue;
      n += cell.answered + cell.failed;
      if (cell.histogram !== null) parts.push(cell.histogram);
    }
    const samples = Histogram.quantiles(parts, quantiles, figures);
    const mean = this.#timeWeight > 0 ? this.#timeSum / this.#timeWeight : 0;
    const [p50, p90, p99] = samples === 0 ? [mean, mean, mean] : figures;
    return {
      p50: p50!,
      p90: p90!,
      p99: p99!,
      mean,
      success: this.#calls > 0 ? this.#answered / this.#calls : 1,
      n: Math.max(n, samples),
      age: Math.max(0, at - this.#newestAt),
    };
  }

  #decay(to: number): void {
    const factor = 2 ** (-(to - this.#weighedAt) / halfLifeMs);
    this.#weighedAt = to;
    if (factor === 1) return;
    this.#timeSum *= factor;
    this.#timeWeight *= factor;
    this.#answered *= factor;
    this.#calls *= factor;
  }
}
