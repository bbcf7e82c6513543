// Turns what was told of all chains into seconds: each second, and sooner when many samples wait, they are drained
// into cells, and a second that is over goes to the sink, once. Owned by Meter.
//
// Seconds are cut by the monotonic clock, so that none is counted twice or never when the wall clock is set; what is
// told is the wall time that a second has when it ends.

import type { Clock, Timer } from "../clock.ts";
import type { Log } from "../log.ts";
import { ChainCollector, type Collecting } from "./chain_collector.ts";
import { CellPool, type CollectedCell } from "./collected_cell.ts";
import { GaugeBook, type GaugeSource } from "./gauge_book.ts";
import type { Cell, CellSink, LiveFigures, SeriesKey } from "./history/model.ts";
import { LiveBoard } from "./live_board.ts";
import { codeBits, failedOverBit, OutcomeCodes, timedBit } from "./outcome_codes.ts";
import { SeriesNumbers } from "./series_book.ts";
import { ToldOnce } from "./told_once.ts";

/** The wall clock may be so far from the cut before seconds are told another time; more than half a second. */
const maxDriftMs = 750;

/** A sample as it was told. */
export interface RawSample {
  readonly key: SeriesKey;
  /** Of a race the margin. */
  readonly ms: number;
  readonly outcome: string;
  /** Its time is among those that the histograms hold. */
  readonly timed: boolean;
  readonly failedOver: boolean;
  /** Monotonic ms, whole. */
  readonly at: number;
}

export class Collector implements Collecting {
  readonly codes = new OutcomeCodes();
  readonly numbers = new SeriesNumbers();
  readonly pool = new CellPool();
  readonly chains = new Map<string, ChainCollector>();
  readonly live: LiveFigures = new LiveBoard(this);
  readonly #clock: Clock;
  readonly #sink: CellSink | null;
  readonly #boundary: ToldOnce;
  readonly #gauges: GaugeBook;
  /** Monotonic ms + this = the time that seconds are cut by; whole. */
  readonly #offset: number;
  /** Whole seconds that the wall clock was moved by since the start. */
  #shift = 0;
  #open: number;
  #timer: Timer | null = null;
  #soon: Timer | null = null;
  readonly #ready: Cell[] = [];

  /**
   * Starts its timer; `dispose` stops it. `sink` null: cells are made for the live figures only. What the sink or a
   * gauge's source throws is logged once until it is well again, and costs nothing but its own figures.
   */
  constructor(clock: Clock, sink: CellSink | null, log: Log) {
    this.#clock = clock;
    this.#sink = sink;
    this.#boundary = new ToldOnce("cells", log);
    this.#gauges = new GaugeBook(this.numbers, log);
    this.#offset = Math.round(clock.wallNow() - clock.now());
    this.#open = this.#secondOf(clock.now());
    this.#arm();
  }

  /** The open second, by the cut; all before it were handed on. */
  get second(): number {
    return this.#open;
  }

  /** Begin of the open second in epoch ms. */
  get secondAt(): number {
    return (this.#open + this.#shift) * 1000;
  }

  chain(name: string): ChainCollector {
    let chain = this.chains.get(name);
    if (chain === undefined) {
      this.now();
      this.chains.set(name, chain = new ChainCollector(name, this, this.#clock.now()));
    }
    return chain;
  }

  addGaugeSource(source: GaugeSource): void {
    this.#gauges.add(source);
  }

  /** What was told of the chain is handed on with its second; then it is forgotten. */
  forget(chain: string): void {
    if (!this.chains.has(chain)) return;
    this.#handOn();
    this.chains.delete(chain);
    this.#gauges.forget(chain);
  }

  /** Forgets the chain's channels and providers that are not listed. */
  retain(chain: string, ids: ReadonlySet<string>, providers: ReadonlySet<string>): void {
    this.#handOn();
    this.chains.get(chain)?.retain(ids);
    this.#gauges.retain(chain, providers);
  }

  /** The raw samples of the last `lastMs` that are still held, oldest first. */
  samples(chain: string, lastMs: number): RawSample[] {
    const known = this.chains.get(chain);
    const found: RawSample[] = [];
    known?.ring.recent(this.#clock.now() - lastMs, {
      sample: (local, ms, outcome, at) => {
        const series = known.book.at(local);
        if (series === null) return;
        found.push({
          key: series.key,
          ms,
          outcome: this.codes.names[outcome & codeBits]!,
          timed: (outcome & timedBit) !== 0,
          failedOver: (outcome & failedOverBit) !== 0,
          at,
        });
      },
    });
    return found;
  }

  soon(): void {
    this.#soon ??= this.#clock.after(0, () => {
      this.#soon = null;
      this.now();
    });
  }

  /** Drains all that waits, and hands on the seconds that are over. */
  now(): void {
    const now = this.#clock.now();
    const current = this.#secondOf(now);
    while (this.#open < current) this.#close(current);
    for (const chain of this.chains.values()) {
      chain.drain(Infinity);
      chain.renew(now);
    }
  }

  /** Stops the timers and hands on what there is, also of the open second. */
  [Symbol.dispose](): void {
    this.#timer?.cancel();
    this.#soon?.cancel();
    this.#timer = this.#soon = null;
    this.#handOn();
  }

  /** Hands on all that was told so far; the open second will come once more with what is told after this. */
  #handOn(): void {
    this.now();
    this.#tell(false);
  }

  /** Ends the open second; one after the other, as far as there is something in them. */
  #close(current: number): void {
    const end = (this.#open + 1) * 1000 - this.#offset;
    let waiting = 0;
    for (const chain of this.chains.values()) {
      chain.drain(end);
      waiting += chain.ring.waiting;
    }
    // Gauges are read when a second ends, not for those that passed while nobody looked.
    this.#tell(this.#open === current - 1);
    this.#open = waiting === 0 ? Math.max(this.#open + 1, current - 1) : this.#open + 1;
  }

  #tell(withGauges: boolean): void {
    this.#followWall();
    const ready = this.#ready;
    for (const chain of this.chains.values()) chain.finish(this.#open, ready as CollectedCell[]);
    if (withGauges) this.#gauges.read(ready);
    const sink = this.#sink;
    if (ready.length > 0 && sink !== null) this.#boundary.call(() => sink.second(this.secondAt, ready));
    ready.length = 0;
    this.#gauges.release();
    for (const chain of this.chains.values()) chain.release();
  }

  #followWall(): void {
    const drift = this.#clock.wallNow() - this.#clock.now() - this.#offset;
    if (Math.abs(drift - this.#shift * 1000) > maxDriftMs) this.#shift = Math.round(drift / 1000);
  }

  #secondOf(now: number): number {
    return Math.floor((now + this.#offset) / 1000);
  }

  #arm(): void {
    const wait = (this.#open + 1) * 1000 - this.#offset - this.#clock.now();
    this.#timer = this.#clock.after(Math.max(1, Math.ceil(wait)), () => {
      this.now();
      this.#arm();
    });
  }
}
