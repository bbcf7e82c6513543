// What waits for the history's worker: bounded, and counted where it is dropped. Batches stay here until the worker
// has written them, so that a worker that dies takes none with it.

import { type CellPlace, packCells } from "./cell_blob.ts";
import { ByteWriter } from "./bytes.ts";
import { encodeCell } from "./cell_codec.ts";
import type { Batch, PackedSecond } from "./messages.ts";
import type { Cell, HistoryEvent, KeptCall, RaceResult, SeriesKey } from "./model.ts";

/** Seconds that may wait, and rows of each kind. */
const maxSeconds = 600;
const maxRows = 10_000;
/** Batches that the worker may be behind; then what comes waits here. */
const maxPosted = 30;
/** A series that no second of so many told is forgotten by the next such round: far more seconds than may wait. */
const roundSeconds = 3_600;

export class Outbox {
  /** What was lost because too much came at once. */
  dropped = 0;
  readonly #writer = new ByteWriter();
  readonly #places: CellPlace[] = [];
  /** Series that were told in this round of seconds, and those that were told in the one before only. */
  #series = new Map<number, SeriesKey>();
  #older = new Map<number, SeriesKey>();
  #round = 0;
  #newSeries: [number, SeriesKey][] = [];
  #forgotten: number[] = [];
  #seconds: PackedSecond[] = [];
  #events: HistoryEvent[] = [];
  #calls: KeptCall[] = [];
  #races: RaceResult[] = [];
  #posted: Batch[] = [];
  #id = 0;
  /** Workers that died since the oldest posted batch became the oldest. */
  #deaths = 0;

  second(at: number, cells: Iterable<Cell>): void {
    const writer = this.#writer;
    const places = this.#places;
    writer.clear();
    places.length = 0;
    if (++this.#round > roundSeconds) this.#turn();
    for (const cell of cells) {
      const { series, key } = cell;
      if (this.#series.get(series) !== key) this.#meet(series, key);
      const start = writer.length;
      encodeCell(writer, cell);
      places.push({ series, start, end: writer.length });
    }
    if (places.length === 0) return;
    if (this.#seconds.length >= maxSeconds) {
      this.#seconds.shift();
      this.dropped++;
    }
    this.#seconds.push({ at, blob: packCells(places, writer.bytes) });
  }

  event(event: HistoryEvent): void {
    this.#put(this.#events, event);
  }

  call(call: KeptCall): void {
    this.#put(this.#calls, call);
  }

  race(race: RaceResult): void {
    this.#put(this.#races, race);
  }

  /** Something waits to be posted. */
  get waiting(): boolean {
    return this.#seconds.length + this.#events.length + this.#calls.length + this.#races.length > 0;
  }

  /** Every series that was told of late: all that waits, or is not written yet, is about these. */
  get series(): Batch["series"] {
    return [...this.#older, ...this.#series];
  }

  /** Batches that were posted and are not known to be written, oldest first. */
  get posted(): readonly Batch[] {
    return this.#posted;
  }

  /** What waits, as the next batch; null: the worker is too far behind. */
  next(now: number): Batch | null {
    if (this.#posted.length >= maxPosted) return null;
    const batch: Batch = {
      id: ++this.#id,
      now,
      series: this.#newSeries,
      forgotten: this.#forgotten,
      seconds: this.#seconds,
      events: this.#events,
      calls: this.#calls,
      races: this.#races,
    };
    this.#newSeries = [];
    this.#forgotten = [];
    this.#seconds = [];
    this.#events = [];
    this.#calls = [];
    this.#races = [];
    this.#posted.push(batch);
    return batch;
  }

  /** The worker has written all batches up to this one. */
  written(id: number): void {
    const left = this.#posted.filter((batch) => batch.id > id);
    if (left.length < this.#posted.length) this.#deaths = 0;
    this.#posted = left;
  }

  /** The worker died: the oldest batch that it had not written is dropped when it is the `most`th over it. */
  died(most: number): void {
    if (this.#posted.length === 0 || ++this.#deaths < most) return;
    const { seconds, events, calls, races } = this.#posted.shift()!;
    this.dropped += seconds.length + events.length + calls.length + races.length;
    this.#deaths = 0;
  }

  #meet(series: number, key: SeriesKey): void {
    if (this.#older.get(series) === key) this.#older.delete(series);
    else this.#newSeries.push([series, key]);
    this.#series.set(series, key);
  }

  /** A series that is gone (a reload, a renamed provider) is not kept for ever. */
  #turn(): void {
    this.#forgotten.push(...this.#older.keys());
    this.#older = this.#series;
    this.#series = new Map();
    this.#round = 1;
  }

  #put<Row>(rows: Row[], row: Row): void {
    if (rows.length < maxRows) rows.push(row);
    else this.dropped++;
  }
}
