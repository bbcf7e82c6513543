// The latency of one thing (a method on a channel, or a channel over all methods) over the last five minutes, with a
// mean that follows the newest samples. Read by strategies through ChainMeasure, so reading must stay cheap: quantiles
// are computed again only after a quarter more samples or 250 ms, and reading allocates nothing.

import type { LatencyStats } from "../plugins/strategy.ts";
import { Histogram } from "./histogram.ts";

const slotMs = 60_000;
const slotCount = 5;
const refreshMs = 250;
/** Half-life of the weights behind mean and success. */
const halfLifeMs = 30_000;
/** Samples closer together than this share one decay step: the error is below 0.2 %, the exponential is saved. */
const decayStepMs = 50;
/** A weight that is reached a quarter of an hour after the last sample; what it stood for is forgotten. */
const negligible = 1e-9;

interface Slot {
  /** Number of the minute that it holds. */
  minute: number;
  readonly histogram: Histogram;
  /** Calls that failed without a time worth keeping. */
  failures: number;
}

/** `LatencyStats` before it is handed out: each series owns one and brings it up to date on every read. */
type OwnStats = { -readonly [Key in keyof LatencyStats]: LatencyStats[Key] };

const quantiles = [0.5, 0.9, 0.99];
// Reads are synchronous, so all series share what a read needs.
const inWindow: Histogram[] = [];
const figures = new Float64Array(quantiles.length);

export class LatencySeries {
  readonly #slots: Slot[] = [];
  #current: Slot | null = null;
  #currentEnds = -Infinity;
  readonly #stats: OwnStats = { p50: 0, p90: 0, p99: 0, mean: 0, success: 1, n: 0, age: 0 };
  /** -1 until the first sample: p50 of the last computation, or the first time itself. */
  #estimate = -1;
  #timeSum = 0;
  #timeWeight = 0;
  #answered = 0;
  #calls = 0;
  #decayedAt = 0;
  #newestAt = 0;
  #computedAt = -Infinity;
  #sinceComputed = 0;

  /** A call was answered after `ms`. */
  answered(ms: number, now: number): void {
    const slot = this.#slotAt(now);
    this.#decay(now);
    this.#answered++;
    this.#calls++;
    this.#enter(slot, ms);
  }

  /**
   * A call was not answered. Its time says little about the next answer (a refusal comes fast), so it stays out of
   * the latency; `atLeast` is the exception: the call was given up after `ms`. True when the time entered.
   */
  failed(ms: number, now: number, atLeast: boolean): boolean {
    const slot = this.#slotAt(now);
    this.#decay(now);
    this.#calls++;
    if (atLeast && this.#atLeast(slot, ms)) return true;
    slot.failures++;
    // With nothing better known, the time lost on failures is all there is to tell.
    if (this.#timeWeight === 0) this.#estimate = Math.max(this.#estimate, ms);
    return false;
  }

  /**
   * A call was given up after `ms` through no fault of the channel: its true time is longer. True when that entered.
   */
  givenUp(ms: number, now: number): boolean {
    const slot = this.#slotAt(now);
    this.#decay(now);
    return this.#atLeast(slot, ms);
  }

  /**
   * The figures as of `now`. The object belongs to the series and is brought up to date by the next read: copy what
   * is to be kept. When five minutes brought no sample, the last minute that had some stands, and `age` tells so.
   */
  read(now: number): LatencyStats | null {
    if (this.#current === null) return null;
    const stats = this.#stats;
    const stale = now - this.#computedAt >= refreshMs;
    if (stale ? this.#sinceComputed > 0 || now >= this.#currentEnds : this.#sinceComputed * 4 >= stats.n) {
      this.#compute(now);
    }
    stats.mean = this.#timeWeight > 0 ? this.#timeSum / this.#timeWeight : this.#estimate;
    stats.success = this.#calls > 0 ? this.#answered / this.#calls : 1;
    stats.age = now > this.#newestAt ? now - this.#newestAt : 0;
    return stats;
  }

  /** Known only to be longer than `ms`: enters where that raises the estimate, and never lowers one. */
  #atLeast(slot: Slot, ms: number): boolean {
    const known = this.#timeWeight > 0;
    if (known && (ms < this.#estimate || ms < this.#timeSum / this.#timeWeight)) return false;
    this.#enter(slot, ms);
    return true;
  }

  #enter(slot: Slot, ms: number): void {
    if (this.#timeWeight === 0) this.#estimate = ms;
    slot.histogram.record(ms);
    this.#timeSum += ms;
    this.#timeWeight++;
  }

  #slotAt(now: number): Slot {
    this.#newestAt = now;
    this.#sinceComputed++;
    if (now < this.#currentEnds && this.#current !== null) return this.#current;
    const minute = Math.floor(now / slotMs);
    const index = minute % slotCount;
    let slot = this.#slots[index];
    if (slot === undefined) {
      slot = { minute, histogram: new Histogram(), failures: 0 };
      this.#slots[index] = slot;
    } else if (slot.minute !== minute) {
      slot.minute = minute;
      slot.histogram.clear();
      slot.failures = 0;
    }
    this.#current = slot;
    this.#currentEnds = (minute + 1) * slotMs;
    return slot;
  }

  #decay(now: number): void {
    const passed = now - this.#decayedAt;
    if (passed < decayStepMs) return;
    this.#decayedAt = now;
    const factor = 2 ** (-passed / halfLifeMs);
    this.#timeSum *= factor;
    this.#timeWeight *= factor;
    if (this.#timeWeight < negligible) this.#timeSum = this.#timeWeight = 0;
    this.#answered *= factor;
    this.#calls *= factor;
  }

  #compute(now: number): void {
    const oldest = Math.floor(now / slotMs) - slotCount;
    inWindow.length = 0;
    let failures = 0;
    for (const slot of this.#slots) {
      if (slot === undefined || (slot.minute <= oldest && slot !== this.#current)) continue;
      inWindow.push(slot.histogram);
      failures += slot.failures;
    }
    const samples = Histogram.quantiles(inWindow, quantiles, figures);
    const stats = this.#stats;
    this.#computedAt = now;
    this.#sinceComputed = 0;
    stats.n = samples + failures;
    if (samples > 0) {
      this.#estimate = stats.p50 = figures[0]!;
      stats.p90 = figures[1]!;
      stats.p99 = figures[2]!;
    } else if (this.#timeWeight === 0 || stats.p99 === 0) {
      stats.p50 = stats.p90 = stats.p99 = this.#estimate;
    }
  }
}
