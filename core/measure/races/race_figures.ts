// One provider's races of one event type over the last 24 hours, in a ring of one-hour buckets: the running hour and the
// 23 before it. Adding costs a few additions; the sums are made anew only when something changed and somebody reads.

import type { RaceStats } from "../../plugins/strategy.ts";
import { raceScore } from "./race_score.ts";

export const hourMs = 3_600_000;
/** Hours that count, with the running one. */
export const hoursKept = 24;

/** `RaceStats` with what stands behind it. */
export interface RaceTotals extends RaceStats {
  readonly wins: number;
  readonly losses: number;
  readonly missed: number;
}

type OwnTotals = { -readonly [Key in keyof RaceTotals]: RaceTotals[Key] };

export class RaceFigures {
  /** Number of the hour (since the epoch) that a bucket holds; -1: none yet. */
  readonly #hours = new Int32Array(hoursKept).fill(-1);
  readonly #wins = new Uint32Array(hoursKept);
  readonly #losses = new Uint32Array(hoursKept);
  readonly #missed = new Uint32Array(hoursKept);
  /** Sum of the margins of losses, ms. */
  readonly #marginMs = new Float64Array(hoursKept);
  readonly #totals: OwnTotals = {
    score: 0,
    races: 0,
    winRate: 0,
    avgMarginMs: null,
    wins: 0,
    losses: 0,
    missed: 0,
  };
  /** Hour of which the totals are; -1: they are out of date. */
  #summedAt = -1;

  won(hour: number): void {
    this.#wins[this.#bucket(hour)]!++;
  }

  lost(hour: number, marginMs: number): void {
    const at = this.#bucket(hour);
    this.#losses[at]!++;
    this.#marginMs[at]! += marginMs;
  }

  missed(hour: number): void {
    this.#missed[this.#bucket(hour)]!++;
  }

  /** Adds what an earlier process measured in that hour. */
  restore(hour: number, wins: number, losses: number, missed: number, marginSumMs: number): void {
    const at = this.#bucket(hour);
    this.#wins[at]! += wins;
    this.#losses[at]! += losses;
    this.#missed[at]! += missed;
    this.#marginMs[at]! += marginSumMs;
  }

  /** The figures as of that hour. The object is brought up to date by the next read: copy what is to be kept. */
  totals(hour: number): RaceTotals {
    const totals = this.#totals;
    if (this.#summedAt === hour) return totals;
    this.#summedAt = hour;
    let [wins, losses, missed, marginMs] = [0, 0, 0, 0];
    for (let at = 0; at < hoursKept; at++) {
      const own = this.#hours[at]!;
      if (own <= hour - hoursKept || own > hour) continue;
      wins += this.#wins[at]!;
      losses += this.#losses[at]!;
      missed += this.#missed[at]!;
      marginMs += this.#marginMs[at]!;
    }
    const races = wins + losses + missed;
    totals.wins = wins;
    totals.losses = losses;
    totals.missed = missed;
    totals.races = races;
    totals.winRate = races === 0 ? 0 : wins / races;
    totals.avgMarginMs = losses === 0 ? null : marginMs / losses;
    totals.score = raceScore(races, wins, totals.avgMarginMs);
    return totals;
  }

  #bucket(hour: number): number {
    this.#summedAt = -1;
    const at = hour % hoursKept;
    if (this.#hours[at] !== hour) {
      this.#hours[at] = hour;
      this.#wins[at] = this.#losses[at] = this.#missed[at] = 0;
      this.#marginMs[at] = 0;
    }
    return at;
  }
}
