// The figures of the last minutes of one thing (a chain's calls, a channel's attempts), by seconds: counts for five
// minutes and, by minutes, for an hour; histograms in slots of five seconds. Filled with each second's cells by
// ChainCollector, read by LiveBoard. Time goes in whole seconds that never run backwards.

import { Histogram } from "./histogram.ts";
import type { Cell, LiveWindow } from "./history/model.ts";
import { isError } from "./outcomes.ts";

const seconds = 300;
const slotSeconds = 5;
/** One more than five minutes have, since a window rarely begins with a slot. */
const slots = seconds / slotSeconds + 1;
const minutes = 61;

const quantiles = [0.5, 0.95, 0.99];
// Reads are synchronous, so all share what a read needs.
const inWindow: Histogram[] = [];
const figures = new Float64Array(quantiles.length);

interface Slot {
  /** Number of its five seconds. */
  at: number;
  readonly histogram: Histogram;
  errors: Map<string, number> | null;
}

export class RollingFigures {
  // Invariant: n, failed and the minutes hold what lies within their length before #newest, and 0 elsewhere.
  readonly #n = new Uint32Array(seconds);
  readonly #failed = new Uint32Array(seconds);
  readonly #minuteN = new Uint32Array(minutes);
  readonly #minuteFailed = new Uint32Array(minutes);
  readonly #slots: Slot[] = [];
  #newest: number;
  readonly #since: number;

  /** `second`: the one that is open when it begins. */
  constructor(second: number) {
    this.#newest = this.#since = second;
  }

  /** Adds a cell of a second; several may come for one second, but none for one before the newest. */
  add(second: number, cell: Cell): void {
    this.#advance(second);
    const at = second % seconds;
    const minute = Math.floor(second / 60) % minutes;
    this.#n[at] = this.#n[at]! + cell.n;
    this.#failed[at] = this.#failed[at]! + cell.failed;
    this.#minuteN[minute] = this.#minuteN[minute]! + cell.n;
    this.#minuteFailed[minute] = this.#minuteFailed[minute]! + cell.failed;
    const slot = this.#slotOf(second);
    if (cell.histogram !== null) slot.histogram.merge(cell.histogram);
    for (const [outcome, n] of cell.outcomes) {
      if (!isError(outcome)) continue;
      const errors = slot.errors ??= new Map();
      errors.set(outcome, (errors.get(outcome) ?? 0) + n);
    }
  }

  /** How many there were in the `width` seconds before `now` (at most 300). */
  count(now: number, width: number): number {
    return this.#sum(this.#n, now, width);
  }

  /** Per second over `width` seconds before `now`, or over the time since the begin where that is shorter. */
  rate(now: number, width: number): number {
    return this.count(now, width) / Math.max(1, Math.min(width, now - this.#since));
  }

  window(now: number, width: number): LiveWindow {
    const n = this.count(now, width);
    const failed = this.#sum(this.#failed, now, width);
    inWindow.length = 0;
    const first = Math.floor((now - width) / slotSeconds);
    for (const slot of this.#slots) if (slot !== undefined && slot.at >= first) inWindow.push(slot.histogram);
    const timed = Histogram.quantiles(inWindow, quantiles, figures) > 0;
    return {
      n,
      failed,
      success: n > 0 ? 1 - failed / n : null,
      rps: this.rate(now, width),
      p50: timed ? figures[0]! : null,
      p95: timed ? figures[1]! : null,
      p99: timed ? figures[2]! : null,
    };
  }

  /** Share that did not fail over the last hour, to the minute; null when there was nothing. */
  successHour(now: number): number | null {
    this.#advance(now);
    let n = 0;
    let failed = 0;
    for (let minute = 0; minute < minutes; minute++) {
      n += this.#minuteN[minute]!;
      failed += this.#minuteFailed[minute]!;
    }
    return n > 0 ? 1 - failed / n : null;
  }

  /** By outcome over the last five minutes, to the slot. */
  errors(now: number): Readonly<Record<string, number>> {
    const first = Math.floor((now - seconds) / slotSeconds);
    const found: Record<string, number> = {};
    for (const slot of this.#slots) {
      if (slot === undefined || slot.at < first || slot.errors === null) continue;
      for (const [outcome, n] of slot.errors) found[outcome] = (found[outcome] ?? 0) + n;
    }
    return found;
  }

  #sum(counts: Uint32Array, now: number, width: number): number {
    let sum = 0;
    const from = Math.max(now - width, this.#newest - seconds + 1);
    for (let second = from; second < now && second <= this.#newest; second++) {
      sum += counts[second % seconds]!;
    }
    return sum;
  }

  /** Clears what the time up to `second` has left behind. */
  #advance(second: number): void {
    if (second <= this.#newest) return;
    const first = Math.max(this.#newest + 1, second - seconds + 1);
    for (let at = first; at <= second; at++) this.#n[at % seconds] = this.#failed[at % seconds] = 0;
    const minute = Math.floor(second / 60);
    const firstMinute = Math.max(Math.floor(this.#newest / 60) + 1, minute - minutes + 1);
    for (let at = firstMinute; at <= minute; at++) {
      this.#minuteN[at % minutes] = this.#minuteFailed[at % minutes] = 0;
    }
    this.#newest = second;
  }

  #slotOf(second: number): Slot {
    const at = Math.floor(second / slotSeconds);
    const index = at % slots;
    let slot = this.#slots[index];
    if (slot === undefined) this.#slots[index] = slot = { at, histogram: new Histogram(), errors: null };
    else if (slot.at !== at) {
      slot.at = at;
      slot.histogram.clear();
      slot.errors = null;
    }
    return slot;
  }
}
