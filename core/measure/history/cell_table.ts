// The figures of one database: a blob for each level, time and shelf. Writes seconds, makes minutes of seconds, and so
// on, when a time is over; what comes later than that is added to all that was made of it. Called in transactions.

import { DamagedBytes } from "./bytes.ts";
import { type CellPlace, cellPlaces, mergeBlobs, packCells } from "./cell_blob.ts";
import { CellSums } from "./cell_sum.ts";
import type { Database } from "./database.ts";
import { type Level, levels, type Limits } from "./levels.ts";
import { SeriesTable } from "./series_table.ts";

/** Time, shelf and cells of one row. */
export interface CellRow {
  readonly at: number;
  readonly shelf: number;
  readonly blob: Uint8Array;
}

/** What the levels hold: everything of a level lies in [kept, rolled), of the finest in [kept, ∞). Epoch ms. */
export interface Extent {
  readonly kept: Readonly<Record<Level, number>>;
  readonly rolled: Readonly<Record<Level, number>>;
}

/** A time counts as over so long after its end: seconds are told a moment later. */
const graceMs = 2_000;

export class CellTable {
  readonly series: SeriesTable;
  /** Rows that could not be read and were left out. */
  damagedRows = 0;
  readonly #db: Database;
  readonly #sums = new CellSums();
  readonly #kept = new Map<Level, number>();
  readonly #rolled = new Map<Level, number>();

  constructor(db: Database) {
    this.#db = db;
    this.series = new SeriesTable(db);
    this.#readMarks();
  }

  /** After a transaction that was rolled back. */
  reload(): void {
    this.series.reload();
    this.#readMarks();
  }

  get extent(): Extent {
    const record = (marks: Map<Level, number>): Record<Level, number> =>
      Object.fromEntries(levels.map((level) => [level, marks.get(level) ?? 0])) as Record<Level, number>;
    return { kept: record(this.#kept), rolled: record(this.#rolled) };
  }

  /** Adds the cells of a second. `numberOf`: the number here of a series by its number in the blob. */
  writeSecond(at: number, blob: Uint8Array, numberOf: (series: number) => number): void {
    for (const [shelf, part] of this.#byShelf(blob, numberOf)) {
      for (const level of levels) {
        const bucket = floorTo(at, level);
        const made = level === levels[0] || bucket + level <= this.#mark(this.#rolled, level);
        if (made && bucket >= this.#mark(this.#kept, level)) this.#add(level, bucket, shelf, part);
      }
    }
  }

  /** Adds a row of another database, of any level. What it was made of must not be added here as well. */
  addRow(level: Level, at: number, blob: Uint8Array, numberOf: (series: number) => number): void {
    for (const [shelf, part] of this.#byShelf(blob, numberOf)) this.#add(level, at, shelf, part);
  }

  /**
   * For a clock that was in the future and is set right: what was dropped then is gone, but what comes is kept again,
   * from the begin of a row of the next level on.
   */
  followClock(now: number): void {
    levels.forEach((level, index) => {
      if (this.#mark(this.#kept, level) <= now) return;
      this.#setMark("kept", level, floorTo(now, levels[index + 1] ?? level));
    });
  }

  /** Makes what can be made of times that are over at `now`, and what is missing since earlier. */
  rollUp(now: number): void {
    let finer: Level = levels[0];
    let through = now - graceMs;
    for (const level of levels.slice(1)) {
      this.#rollUpTo(level, finer, floorTo(through, level));
      through = this.#mark(this.#rolled, level);
      finer = level;
    }
  }

  /** Drops what is older than is kept, but nothing of which the next level was not made yet. */
  prune(now: number, { keepMs }: Pick<Limits, "keepMs">): void {
    levels.forEach((level, index) => {
      const above = levels[index + 1] ?? level;
      const wanted = floorTo(now - keepMs[level], above);
      this.#dropBefore(level, above === level ? wanted : Math.min(wanted, this.#mark(this.#rolled, above)));
    });
  }

  /** Drops the oldest tenth of a level's time; false: there is only what is younger than `leaveMs`. */
  dropTenth(level: Level, now: number, leaveMs: number): boolean {
    const above = levels[levels.indexOf(level) + 1] ?? level;
    const { oldest } = this.#db.statement("SELECT min(at) AS oldest FROM cells WHERE level = ?").get(
      level,
    ) as {
      oldest: number | null;
    };
    if (oldest === null) return false;
    const wanted = floorTo(oldest + Math.max(above, (now - oldest) / 10), above);
    const cutoff = Math.min(wanted, floorTo(now - leaveMs, above), this.#mark(this.#rolled, above));
    if (cutoff <= oldest) return false;
    this.#dropBefore(level, cutoff);
    return true;
  }

  /** Rows of a level in [from, to), oldest first; at most some hundred are held at once. */
  *rows(level: Level, from: number, to: number, shelves: readonly number[]): Generator<CellRow> {
    const statement = this.#db.statement(
      "SELECT at, shelf, blob FROM cells WHERE level = ? AND at >= ? AND at < ? AND shelf IN (SELECT value FROM json_each(?)) ORDER BY at",
    );
    const wanted = JSON.stringify(shelves);
    const chunk = 128 * level;
    // Times without rows are leapt over: the cost is that of the rows, whatever range was asked for.
    for (let start = this.#firstAt(level, from); start < to; start = this.#firstAt(level, start + chunk)) {
      const rows = statement.all(level, start, Math.min(to, start + chunk), wanted);
      yield* rows as unknown as CellRow[];
    }
  }

  /** Every row of a level. */
  *allRows(level: Level): Generator<CellRow> {
    const shelves = [...this.series.shelves].map(({ id }) => id);
    const row = this.#db.statement("SELECT max(at) AS last FROM cells WHERE level = ?").get(level) as {
      last: number | null;
    };
    if (row.last !== null) yield* this.rows(level, 0, row.last + 1, shelves);
  }

  /** Takes over what another database knows of the levels, once its rows were added. */
  takeMarks({ kept, rolled }: Extent): void {
    for (const level of levels) {
      this.#setMark("kept", level, Math.max(kept[level], this.#mark(this.#kept, level)));
      this.#setMark("rolled", level, Math.max(rolled[level], this.#mark(this.#rolled, level)));
    }
  }

  /** Drops a row that can't be read. */
  drop(level: Level, at: number, shelf: number): void {
    this.#db.statement("DELETE FROM cells WHERE level = ? AND at = ? AND shelf = ?").run(level, at, shelf);
    this.damagedRows++;
  }

  /** The time of a level's first row from `from` on; Infinity where there is none. */
  #firstAt(level: Level, from: number): number {
    const statement = this.#db.statement("SELECT min(at) AS first FROM cells WHERE level = ? AND at >= ?");
    const { first } = statement.get(level, from) as { first: number | null };
    return first ?? Infinity;
  }

  #rollUpTo(level: Level, finer: Level, through: number): void {
    for (;;) {
      const bucket = floorTo(this.#firstAt(finer, this.#mark(this.#rolled, level)), level);
      if (!(bucket + level <= through)) break;
      const parts = new Map<number, Uint8Array[]>();
      const shelves = [...this.series.shelves].map(({ id }) => id);
      for (const { shelf, blob } of this.rows(finer, bucket, bucket + level, shelves)) {
        const known = parts.get(shelf);
        if (known === undefined) parts.set(shelf, [blob]);
        else known.push(blob);
      }
      for (const [shelf, blobs] of parts) this.#add(level, bucket, shelf, this.#merged(blobs));
      this.#setMark("rolled", level, bucket + level);
    }
    if (through > this.#mark(this.#rolled, level)) this.#setMark("rolled", level, through);
  }

  /** Adds cells to a row, which is made when it is not there. */
  #add(level: Level, at: number, shelf: number, blob: Uint8Array): void {
    const known = this.#db.statement("SELECT blob FROM cells WHERE level = ? AND at = ? AND shelf = ?")
      .get(level, at, shelf) as { blob: Uint8Array } | undefined;
    const merged = known === undefined ? blob : this.#merged([known.blob, blob]);
    this.#db.statement("INSERT OR REPLACE INTO cells (level, at, shelf, blob) VALUES (?, ?, ?, ?)")
      .run(level, at, shelf, merged);
  }

  #merged(blobs: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
    try {
      return mergeBlobs(blobs, this.#sums);
    } catch (thrown) {
      if (!(thrown instanceof DamagedBytes)) throw thrown;
      return mergeBlobs(blobs.filter((blob) => this.#isReadable(blob)), this.#sums);
    }
  }

  #isReadable(blob: Uint8Array): boolean {
    try {
      mergeBlobs([blob], this.#sums);
      return true;
    } catch (thrown) {
      if (!(thrown instanceof DamagedBytes)) throw thrown;
      this.damagedRows++;
      return false;
    }
  }

  #byShelf(blob: Uint8Array, numberOf: (series: number) => number): Map<number, Uint8Array<ArrayBuffer>> {
    const places = new Map<number, CellPlace[]>();
    for (const { series: theirs, start, end } of cellPlaces(blob)) {
      const series = numberOf(theirs);
      const shelf = this.series.get(series)?.shelf.id ?? 0;
      const known = places.get(shelf);
      if (known === undefined) places.set(shelf, [{ series, start, end }]);
      else known.push({ series, start, end });
    }
    return new Map([...places].map(([shelf, own]) => [shelf, packCells(own, blob)]));
  }

  #dropBefore(level: Level, cutoff: number): void {
    if (cutoff <= this.#mark(this.#kept, level)) return;
    this.#db.statement("DELETE FROM cells WHERE level = ? AND at < ?").run(level, cutoff);
    this.#setMark("kept", level, cutoff);
  }

  #mark(marks: Map<Level, number>, level: Level): number {
    return marks.get(level) ?? 0;
  }

  #setMark(which: "kept" | "rolled", level: Level, value: number): void {
    (which === "kept" ? this.#kept : this.#rolled).set(level, value);
    this.#db.statement("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)").run(
      `${which} ${level}`,
      value,
    );
  }

  #readMarks(): void {
    const statement = this.#db.statement("SELECT value FROM meta WHERE name = ?");
    for (const level of levels) {
      for (const [which, marks] of [["kept", this.#kept], ["rolled", this.#rolled]] as const) {
        const row = statement.get(`${which} ${level}`) as { value: number } | undefined;
        marks.set(level, row?.value ?? 0);
      }
    }
  }
}

export function floorTo(value: number, width: number): number {
  return Math.floor(value / width) * width;
}
