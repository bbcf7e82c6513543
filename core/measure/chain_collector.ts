// Collects what is told of one chain: on the hot path a sample into the ring, off it the samples of a second into
// that second's cells and into the live figures. Driven by Collector, which owns the time; called by Meter.

import type { Candidate } from "../plugins/strategy.ts";
import { maxMethods } from "./chain_measure.ts";
import type { CellPool, CollectedCell } from "./collected_cell.ts";
import { codeBits, failedOverBit, okCode, type OutcomeCodes, timedBit } from "./outcome_codes.ts";
import { unitsOf } from "./quota.ts";
import type { AttemptOutcome } from "./recorder.ts";
import { RollingFigures } from "./rolling_figures.ts";
import { maxAgeMs, maxSamples, SampleRing, type SampleSink } from "./sample_ring.ts";
import {
  emptySlot,
  fromSlot,
  overflowName,
  type SampleKey,
  type Series,
  SeriesBook,
  type SeriesNumbers,
  type SeriesSlot,
} from "./series_book.ts";

/** So many samples are turned into cells without waiting for the second's end. */
export const manyWaiting = 8_192;

/** What the chains of a Collector share. */
export interface Collecting {
  readonly codes: OutcomeCodes;
  readonly numbers: SeriesNumbers;
  readonly pool: CellPool;
  /** The second that is open now. */
  readonly second: number;
  /** Many samples wait: drain soon. */
  soon(): void;
  /** Drain now: there is no more room, or what comes next counts differently. */
  now(): void;
}

/** Live figures of one channel. */
export interface ChannelFigures {
  readonly provider: string;
  readonly transport: "http" | "ws";
  readonly figures: RollingFigures;
}

export class ChainCollector implements SampleSink {
  readonly ring: SampleRing;
  readonly book: SeriesBook;
  /** The chain's client calls. */
  readonly calls: RollingFigures;
  /** By candidate id: what was tried. */
  readonly channels = new Map<string, ChannelFigures>();
  readonly #chain: string;
  readonly #shared: Collecting;
  readonly #callSlots = new Map<string, SeriesSlot>();
  readonly #active: Series[] = [];
  /** So many waiting samples are told of. */
  #alarmAt = manyWaiting;

  /** `now`: monotonic ms. */
  constructor(chain: string, shared: Collecting, now: number) {
    this.#chain = chain;
    this.#shared = shared;
    this.ring = new SampleRing(now);
    this.calls = new RollingFigures(shared.second);
    this.book = new SeriesBook(shared.numbers, shared.codes, (key) => this.#figuresOf(key));
  }

  /** An attempt has settled. `slot` and `label` are of its channel and method; `timed`: its time says how fast it is. */
  attempt(
    slot: SeriesSlot,
    candidate: Candidate,
    label: string,
    strategy: string,
    ms: number,
    outcome: AttemptOutcome,
    timed: boolean,
    at: number,
  ): void {
    const series = fromSlot(slot, strategy) ?? this.#addAttempts(slot, candidate, label, strategy);
    if (series.cost !== candidate.cost) this.#price(series, candidate);
    const code = this.#shared.codes.code(outcome);
    this.#push(series, ms, timed ? code | timedBit : code, at);
  }

  /** A client's call has settled. */
  call(
    label: string,
    strategy: string,
    ms: number,
    outcome: string,
    failedOver: boolean,
    at: number,
  ): void {
    let slot = this.#callSlots.get(label);
    if (slot === undefined) slot = this.#addCallSlot(label);
    const series = fromSlot(slot, strategy) ?? this.#addCalls(slot, label, strategy);
    const code = this.#shared.codes.code(outcome) | timedBit;
    this.#push(series, ms, failedOver ? code | failedOverBit : code, at);
  }

  /** Puts the waiting samples from before `until` (monotonic ms) into the cells of the open second. */
  drain(until: number): void {
    this.ring.drain(until, this);
    this.#alarmAt = manyWaiting;
  }

  /** Closes the second: its cells are added to the live figures and to `into`. They are valid until `release`. */
  finish(second: number, into: CollectedCell[]): void {
    for (const { cell, figures } of this.#active) {
      if (cell === null) continue;
      cell.finish();
      figures.add(second, cell);
      into.push(cell);
    }
  }

  release(): void {
    for (const series of this.#active) {
      if (series.cell !== null) this.#shared.pool.give(series.cell);
      series.cell = null;
    }
    this.#active.length = 0;
  }

  /** To be called with nothing waiting. */
  renew(now: number): void {
    if (this.ring.age(now) > maxAgeMs) this.ring.restart(now);
  }

  /** Forgets channels that are not listed; to be called with nothing waiting and no cell in use. */
  retain(ids: ReadonlySet<string>): void {
    for (const id of this.channels.keys()) if (!ids.has(id)) this.channels.delete(id);
    this.book.retain(({ kind, provider, transport }) =>
      kind === "call" || ids.has(`${provider}:${transport}`)
    );
  }

  sample(local: number, ms: number, outcome: number): void {
    const series = this.book.at(local);
    if (series === null) return;
    const { codes } = this.#shared;
    const cell = series.cell ?? this.#open(series);
    const code = outcome & codeBits;
    cell.n++;
    if (code === okCode) cell.ok++;
    else {
      cell.outcome(codes.names[code]!);
      cell.failed += series.failed[code]!;
    }
    if (series.cost !== null && codes.charged[code] === 1) {
      cell.units += series.units;
      cell.usd += series.usd;
    }
    if ((outcome & failedOverBit) !== 0) cell.failovers++;
    if ((outcome & timedBit) !== 0) cell.time(ms);
  }

  #push(series: Series, ms: number, outcome: number, at: number): void {
    const { ring } = this;
    ring.push(series.local, ms, outcome, at);
    if (ring.waiting >= this.#alarmAt) this.#crowded();
  }

  #crowded(): void {
    if (this.ring.waiting >= maxSamples) return this.#shared.now();
    this.#alarmAt = maxSamples;
    this.#shared.soon();
  }

  #open(series: Series): CollectedCell {
    const cell = this.#shared.pool.take(series.number, series.key);
    series.cell = cell;
    this.#active.push(series);
    return cell;
  }

  #addAttempts(slot: SeriesSlot, candidate: Candidate, label: string, strategy: string): Series {
    const { provider, transport } = candidate;
    return this.book.addTo(
      slot,
      { kind: "attempt", chain: this.#chain, provider, transport, name: label, strategy },
    );
  }

  #addCalls(slot: SeriesSlot, label: string, strategy: string): Series {
    const name = this.#callSlots.has(label) ? label : overflowName;
    return this.book.addTo(
      slot,
      { kind: "call", chain: this.#chain, provider: "", transport: "", name, strategy },
    );
  }

  #addCallSlot(wanted: string): SeriesSlot {
    const label = this.#callSlots.size < maxMethods - 1 ? wanted : overflowName;
    let slot = this.#callSlots.get(label);
    if (slot === undefined) this.#callSlots.set(label, slot = emptySlot());
    return slot;
  }

  #price(series: Series, { cost }: Candidate): void {
    // What waits was charged at the old price.
    if (series.cost !== null && this.ring.waiting > 0) this.#shared.now();
    series.cost = cost;
    series.units = unitsOf(cost, series.key.name);
    series.usd = series.units * (cost.usdPerMillion ?? 0) / 1e6;
  }

  #figuresOf({ kind, provider, transport }: SampleKey): RollingFigures {
    if (kind === "call" || transport === "") return this.calls;
    const id = `${provider}:${transport}`;
    let channel = this.channels.get(id);
    if (channel === undefined) {
      channel = { provider, transport, figures: new RollingFigures(this.#shared.second) };
      this.channels.set(id, channel);
    }
    return channel.figures;
  }
}
