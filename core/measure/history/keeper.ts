// The worker's side of history: the file, or memory while (or where) there is none that can be written. A problem is
// told once, what is told meanwhile is kept in memory, and goes into the file when that can be written again. It has
// no timer: it does what is due when a batch comes, which is each second.

import { messageOf } from "../../errors.ts";
import { answerCells } from "./cell_answer.ts";
import { NewerSchema, type Sqlite } from "./database.ts";
import { changeLetter, insertLetter, letterOf, readLetter, removeLetter } from "./dead_letters.ts";
import { DataFile } from "./data_file.ts";
import { fileLimits, type Limits, memoryLimits } from "./levels.ts";
import type { Batch, Notice, Opening, Question } from "./messages.ts";
import type {
  HistoryEvent,
  HistoryState,
  KeptCall,
  Page,
  PageQuery,
  RaceResult,
  SeriesKey,
} from "./model.ts";
import {
  answerRows,
  callConditions,
  type Condition,
  eventConditions,
  findCall,
  raceConditions,
  rowOf,
  type RowTable,
} from "./row_tables.ts";
import { salvage } from "./salvage.ts";
import { SnapshotWriter } from "./snapshot_writer.ts";
import { Store } from "./store.ts";

/** A file that could not be written is tried again after so long. */
const retryMs = 5_000;
/** Failed batches of memory: nothing helps, and it is told once. */
const lostNotice = "what was told is lost: it could not be kept in memory";

export interface KeeperOptions {
  readonly sqlite: Sqlite;
  /** Says what people should know. */
  notice(notice: Notice): void;
  /** Default: those of levels.ts. */
  readonly limits?: { readonly file: Limits; readonly memory: Limits };
}

export class Keeper implements Disposable {
  readonly #opening: Opening;
  readonly #options: KeeperOptions;
  readonly #limits: { readonly file: Limits; readonly memory: Limits };
  readonly #series = new Map<number, SeriesKey>();
  /** null: all is kept in memory. */
  readonly #file: DataFile | null;
  readonly #snapshots: SnapshotWriter | null;
  /** What is in the file; null while it can't be opened. */
  #stored: Store | null = null;
  /** What is in memory; null while the file takes everything. */
  #memory: Store | null = null;
  #problem: string | null = null;
  /** Only a restart helps. */
  #final = false;
  #triedAt: number;
  #now: number;
  #dropped = 0;

  constructor(opening: Opening, options: KeeperOptions) {
    this.#opening = opening;
    this.#options = options;
    this.#limits = options.limits ?? { file: fileLimits, memory: memoryLimits };
    this.#now = this.#triedAt = opening.now;
    const { dataDir } = opening;
    this.#file = dataDir === null ? null : new DataFile(dataDir);
    this.#snapshots = dataDir === null ? null : new SnapshotWriter(dataDir, opening.region);
    this.#addSeries(opening.series);
    if (this.#file === null) this.#memory = this.#inMemory();
    else this.#open();
  }

  get state(): HistoryState {
    const damaged = [this.#stored, this.#memory].reduce((n, store) => n + (store?.cells.damagedRows ?? 0), 0);
    return {
      file: this.#file?.path ?? null,
      problem: this.#problem,
      bytes: this.#stores.reduce((sum, { db }) => sum + db.bytes, 0),
      dropped: this.#dropped + damaged,
    };
  }

  /** Never throws for what a disk does. */
  write(batch: Batch): void {
    this.#now = batch.now;
    for (const number of batch.forgotten) this.#series.delete(number);
    this.#addSeries(batch.series);
    if (this.#stored !== null && this.#file?.isGone) this.#beginAnew();
    if (this.#problem !== null && Math.abs(batch.now - this.#triedAt) >= retryMs) this.#retry();
    this.#guarded(
      (store) => store.write(batch, this.#opening.session, (number) => this.#series.get(number)),
      () => {
        this.#dropped += batch.seconds.length + batch.events.length + batch.calls.length + batch.races.length;
      },
    );
    if (this.#problem === null && this.#stored !== null && this.#snapshots !== null) {
      for (const notice of this.#snapshots.write(this.#stored, batch.now)) this.#options.notice(notice);
    }
  }

  /** Throws what only a fault of ours can be. */
  answer(question: Question): unknown {
    try {
      return this.#answer(question);
    } catch (thrown) {
      if (this.#stored === null || this.#problem !== null && this.#memory === null) throw thrown;
      // It was the file: it is set aside, or not written for now. What is left answers.
      this.#fault(thrown);
      return this.#answer(question);
    }
  }

  [Symbol.dispose](): void {
    this.#stored?.[Symbol.dispose]();
    this.#memory?.[Symbol.dispose]();
    this.#file?.[Symbol.dispose]();
  }

  /** Of rows of the same time the last one's are the newest. */
  get #stores(): Store[] {
    return [this.#stored, this.#memory].filter((store) => store !== null);
  }

  #addSeries(series: Batch["series"]): void {
    for (const [number, key] of series) this.#series.set(number, key);
  }

  #inMemory(): Store {
    return new Store(this.#options.sqlite, null, this.#limits.memory, this.#opening.region);
  }

  /** Opens the file, or goes on in memory. */
  #open(): void {
    try {
      this.#stored = this.#openFile();
    } catch (thrown) {
      this.#fault(thrown);
    }
  }

  /** Throws also where it finds damage, which else would be told only when somebody asks for what is gone. */
  #openFile(): Store {
    const { sqlite } = this.#options;
    return this.#file!.open((path) => {
      const store = new Store(sqlite, path, this.#limits.file, this.#opening.region);
      try {
        store.db.check();
        return store;
      } catch (thrown) {
        store[Symbol.dispose]();
        throw thrown;
      }
    });
  }

  /** Writes where it is possible now; `lost` when it is nowhere. */
  #guarded(work: (store: Store) => void, lost: () => void): void {
    if (this.#memory === null && this.#stored !== null) {
      try {
        return work(this.#stored);
      } catch (thrown) {
        this.#fault(thrown);
      }
    }
    try {
      work(this.#memory ?? this.#stored ?? (this.#memory = this.#inMemory()));
    } catch (thrown) {
      lost();
      if (this.#problem === null) this.#tell(`${lostNotice}: ${messageOf(thrown)}`);
    }
  }

  /** The file failed: a damaged one is moved aside and begun anew, otherwise memory serves until it can be written. */
  #fault(thrown: unknown): void {
    if (isDamage(thrown) && this.#file !== null) {
      this.#stored?.[Symbol.dispose]();
      this.#stored = null;
      try {
        const aside = this.#file.moveAside(this.#now);
        const found = { problem: messageOf(thrown), file: this.#file.path, moved_to: aside };
        const fields = { ...found, ...this.#salvaged(aside) };
        this.#options.notice({ level: "error", event: "history.damaged", fields });
        this.#stored = this.#openFile();
        return;
      } catch (again) {
        return this.#goOnInMemory(again);
      }
    }
    this.#goOnInMemory(thrown);
  }

  /** What can be read of the damaged file goes into a new one, if there is room for it. */
  #salvaged(aside: string): Notice["fields"] {
    try {
      const { rows, torn } = this.#file!.open((path) => salvage(this.#options.sqlite, aside, path));
      return { rows_kept: rows, torn };
    } catch (thrown) {
      return { rows_kept: 0, why_none: messageOf(thrown) };
    }
  }

  /** The file was removed, by hand most likely: what it held is gone, and what comes must not go the same way. */
  #beginAnew(): void {
    const file = this.#file!.path;
    this.#stored?.[Symbol.dispose]();
    this.#stored = null;
    const problem = "the file was removed or moved while Lasso ran; a new one is begun";
    this.#options.notice({ level: "error", event: "history.removed", fields: { problem, file } });
    if (this.#memory === null) this.#open();
  }

  #goOnInMemory(thrown: unknown): void {
    this.#final = thrown instanceof NewerSchema;
    this.#triedAt = this.#now;
    this.#memory ??= this.#inMemory();
    this.#tell(messageOf(thrown));
  }

  /** Once for each problem. */
  #tell(problem: string): void {
    if (this.#problem === problem) return;
    this.#problem = problem;
    this.#options.notice({
      level: "error",
      event: "history.problem",
      fields: { problem, file: this.#file?.path ?? null },
    });
  }

  #retry(): void {
    const memory = this.#memory;
    if (memory === null || this.#file === null || this.#final) return;
    this.#triedAt = this.#now;
    try {
      this.#stored ??= this.#openFile();
      this.#stored.takeOver(memory);
      this.#stored.noteBatch(this.#opening.session, memory.lastBatch(this.#opening.session));
    } catch (thrown) {
      return this.#fault(thrown);
    }
    memory[Symbol.dispose]();
    this.#memory = null;
    this.#problem = null;
    this.#options.notice({ level: "info", event: "history.recovered", fields: { file: this.#file.path } });
  }

  #answer(question: Question): unknown {
    const stores = this.#stores;
    const databases = stores.map(({ db }) => db);
    switch (question.about) {
      case "cells":
        return answerCells(
          stores.map(({ cells }) => cells),
          question.query,
          this.#opening.region,
          ({ table, level, at, shelf }) => table.drop(level, at, shelf),
        );
      case "events":
        return this.#rows<HistoryEvent>("events", question.query, eventConditions(question.query));
      case "calls":
        return this.#rows<KeptCall>("calls", question.query, callConditions(question.query));
      case "races":
        return this.#rows<RaceResult>("races", question.query, raceConditions(question.query));
      case "findCall":
        return databases.map((db) => findCall(db, question.query)).find((call) => call !== null) ?? null;
      case "addDeadLetter":
        return this.#addLetter(question.query);
      case "deadLetters": {
        const { kind } = question.query;
        const conditions = kind === undefined ? [] : [{ sql: "kind = ?", values: [kind] }];
        return answerRows(databases, "dead_letters", question.query, conditions, letterOf).page;
      }
      case "deadLetter":
        return databases.map((db) => readLetter(db, question.query)).find((letter) => letter !== null) ??
          null;
      case "updateDeadLetter": {
        const { id, change } = question.query;
        return databases.some((db) => changeLetter(db, id, change));
      }
      case "removeDeadLetter":
        return databases.some((db) => removeLetter(db, question.query));
    }
  }

  #rows<Row>(table: RowTable, query: PageQuery, conditions: readonly Condition[]): Page<Row> {
    const databases = this.#stores.map(({ db }) => db);
    const { page, damaged } = answerRows(databases, table, query, conditions, rowOf<Row>);
    this.#dropped += damaged;
    return page;
  }

  #addLetter(letter: Parameters<typeof insertLetter>[1]): number {
    // While the file can't be written, ids are far above its own: they stay when the letter goes into it.
    const leastId = this.#file !== null && this.#memory !== null ? this.#now : 1;
    return insertLetter((this.#memory ?? this.#stored)!.db, letter, leastId);
  }
}

function isDamage(thrown: unknown): boolean {
  return /not a database|malformed|corrupt/i.test(messageOf(thrown)) && !(thrown instanceof NewerSchema);
}
