// One database as the history uses it: figures, rows, dead letters, and how much of them is kept. Whether it is a file
// or in memory makes no difference but in how much it keeps. What fails throws; keeper.ts decides what comes of it.

import { CellTable } from "./cell_table.ts";
import { allLetters, putLetter } from "./dead_letters.ts";
import { Database, type Sqlite } from "./database.ts";
import { levels, type Limits } from "./levels.ts";
import type { Batch } from "./messages.ts";
import type { SeriesKey } from "./model.ts";
import {
  copyRows,
  dropOldest,
  insertCall,
  insertEvent,
  insertRace,
  rowBytes,
  type RowTable,
  trimRows,
} from "./row_tables.ts";

const minute = 60_000;
const hour = 3_600_000;
const day = 24 * hour;
const rowTables: readonly RowTable[] = ["events", "calls", "races"];

/** Series by the process's numbers. */
export type SeriesOf = (number: number) => SeriesKey | undefined;

export class Store implements Disposable {
  readonly db: Database;
  readonly cells: CellTable;
  readonly #limits: Limits;
  readonly #region: string;
  /** Numbers here by the process's numbers. */
  #numbers: number[] = [];
  #prunedMinute = 0;
  #trimmedHour = 0;
  /** It was checked when it was opened. */
  #checkedDay: number | null = null;

  /** `path` null: in memory. Throws what `Database` throws. */
  constructor(sqlite: Sqlite, path: string | null, limits: Limits, region: string) {
    this.db = new Database(sqlite, path);
    try {
      this.cells = new CellTable(this.db);
    } catch (thrown) {
      this.db[Symbol.dispose]();
      throw thrown;
    }
    this.#limits = limits;
    this.#region = region;
  }

  /** Writes a batch, once: one that was written before (by a worker that died then) is passed over. */
  write(batch: Batch, session: number, seriesOf: SeriesOf): void {
    if (this.lastBatch(session) >= batch.id) return;
    this.#inTransaction(() => {
      this.cells.followClock(batch.now);
      for (const event of batch.events) insertEvent(this.db, event);
      for (const call of batch.calls) insertCall(this.db, call);
      for (const race of batch.races) insertRace(this.db, race);
      for (const { at, blob } of batch.seconds) {
        this.cells.writeSecond(at, blob, (number) => this.#numberOf(number, seriesOf));
      }
      this.cells.rollUp(batch.now);
      this.#cleanUp(batch.now);
      this.noteBatch(session, batch.id);
    });
  }

  /** Takes over all that `other` holds, which was begun when this one could not be written. */
  takeOver(other: Store): void {
    this.#inTransaction(() => {
      const { extent, series } = other.cells;
      // What the other one has made of its part must find what is here made as well.
      this.cells.rollUp(Math.max(...levels.map((level) => extent.rolled[level])) + minute);
      for (const level of levels) {
        for (const { at, blob } of other.cells.allRows(level)) {
          this.cells.addRow(level, at, blob, (number) => {
            const key = series.get(number);
            return key === undefined ? 0 : this.cells.series.numberOf(key.shelf.region, key);
          });
        }
      }
      this.cells.takeMarks(extent);
      copyRows(other.db, this.db);
      for (const letter of allLetters(other.db)) putLetter(this.db, letter);
    });
  }

  /** 0: none. */
  lastBatch(session: number): number {
    return this.#meta("session") === session ? this.#meta("batch") : 0;
  }

  noteBatch(session: number, id: number): void {
    this.setMeta("session", session);
    this.setMeta("batch", id);
  }

  /** End of the newest hour of which a snapshot was written; 0: none. */
  get snapshotsUntil(): number {
    return this.#meta("snapshots");
  }

  setMeta(name: "session" | "batch" | "snapshots", value: number): void {
    this.db.statement("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)").run(name, value);
  }

  #meta(name: "session" | "batch" | "snapshots"): number {
    const row = this.db.statement("SELECT value FROM meta WHERE name = ?").get(name) as
      | { value: number }
      | undefined;
    return row?.value ?? 0;
  }

  #inTransaction(work: () => void): void {
    try {
      this.db.transaction(work);
    } catch (thrown) {
      this.#numbers = [];
      this.cells.reload();
      throw thrown;
    }
  }

  #numberOf(number: number, seriesOf: SeriesOf): number {
    const known = this.#numbers[number];
    if (known !== undefined) return known;
    const key = seriesOf(number);
    if (key === undefined) throw new Error(`there is no series ${number}`);
    return this.#numbers[number] = this.cells.series.numberOf(this.#region, key);
  }

  #cleanUp(now: number): void {
    const thisMinute = Math.floor(now / minute);
    if (thisMinute !== this.#prunedMinute) {
      this.#prunedMinute = thisMinute;
      this.cells.prune(now, this.#limits);
      this.#keepWithinBytes(now);
    }
    const thisHour = Math.floor(now / hour);
    if (thisHour === this.#trimmedHour) return;
    this.#trimmedHour = thisHour;
    const today = Math.floor(now / day);
    const isDue = this.#checkedDay !== null && this.#checkedDay !== today;
    this.#checkedDay = today;
    if (isDue) this.db.check();
    for (const [table, most] of Object.entries(this.#limits.rows)) {
      trimRows(this.db, table as keyof Limits["rows"], most);
    }
  }

  /** What is older goes first: minutes, then five minutes; the newest of each stay whatever they take. */
  #keepWithinBytes(now: number): void {
    const { bytesPerChain } = this.#limits;
    if (bytesPerChain === null) return;
    const chains = Math.max(1, new Set([...this.cells.series.shelves].map(({ chain }) => chain)).size);
    for (const table of rowTables) {
      const { n } = this.db.statement(`SELECT count(*) AS n FROM ${table}`).get() as { n: number };
      if (rowBytes(this.db, table) > bytesPerChain.rows * chains / rowTables.length) {
        dropOldest(this.db, table, Math.ceil(n / 10));
      }
    }
    const most = bytesPerChain.all * chains;
    while (this.db.usedBytes > most && this.cells.dropTenth(minute, now, hour));
    while (this.db.usedBytes > most && this.cells.dropTenth(300_000, now, 6 * hour));
  }

  [Symbol.dispose](): void {
    this.db[Symbol.dispose]();
  }
}
