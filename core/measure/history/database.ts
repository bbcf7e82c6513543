// The SQLite database of the history: opening, settings, tables, transactions. Runs in the worker only (node:sqlite
// blocks), which hands the module in, so that nothing else of Lasso loads it.

export type SqlValue = null | number | bigint | string | Uint8Array;
export type SqlRow = Readonly<Record<string, unknown>>;

/** What is used of node:sqlite; its own types differ between what declares them. */
export interface SqlStatement {
  get(...values: SqlValue[]): SqlRow | undefined;
  all(...values: SqlValue[]): SqlRow[];
  run(...values: SqlValue[]): {
    readonly lastInsertRowid: number | bigint;
    readonly changes: number | bigint;
  };
}

export interface SqlDatabase {
  exec(sql: string): void;
  prepare(sql: string): SqlStatement;
  close(): void;
}

/** Of node:sqlite, as the worker loaded it. */
export type Sqlite = new (path: string, options?: { readonly readOnly?: boolean }) => SqlDatabase;

// Pages of the file that SQLite caches, for all chains together. More of it does not make a dashboard's questions about
// a day any faster.
const cacheKib = 2_000;
export const cacheBytes = cacheKib * 1_024;

/** Written as user_version. A change of the tables raises it and adds its step to `migrations`. */
export const schemaVersion = 1;

const migrations: readonly string[] = [
  `CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
   CREATE TABLE shelves (id INTEGER PRIMARY KEY, region TEXT NOT NULL, chain TEXT NOT NULL, kind TEXT NOT NULL,
     UNIQUE (region, chain, kind));
   CREATE TABLE series (id INTEGER PRIMARY KEY, shelf INTEGER NOT NULL, provider TEXT NOT NULL,
     transport TEXT NOT NULL, name TEXT NOT NULL, strategy TEXT NOT NULL,
     UNIQUE (shelf, provider, transport, name, strategy));
   CREATE TABLE cells (level INTEGER NOT NULL, at INTEGER NOT NULL, shelf INTEGER NOT NULL, blob BLOB NOT NULL,
     PRIMARY KEY (level, at, shelf));
   CREATE TABLE events (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, topic TEXT NOT NULL, chain TEXT,
     provider TEXT, event TEXT NOT NULL, body TEXT NOT NULL);
   CREATE INDEX events_at ON events (at, topic);
   CREATE INDEX events_chain ON events (chain, at);
   CREATE TABLE calls (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, request TEXT NOT NULL, chain TEXT NOT NULL,
     method TEXT NOT NULL, outcome TEXT NOT NULL, failover INTEGER NOT NULL, providers TEXT NOT NULL,
     body TEXT NOT NULL);
   CREATE INDEX calls_at ON calls (at, outcome, failover);
   CREATE INDEX calls_chain ON calls (chain, at, method);
   CREATE INDEX calls_request ON calls (request);
   CREATE TABLE races (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, chain TEXT NOT NULL, event TEXT NOT NULL,
     providers TEXT NOT NULL, body TEXT NOT NULL);
   CREATE INDEX races_at ON races (at);
   CREATE INDEX races_chain ON races (chain, at, event);
   CREATE TABLE dead_letters (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL, target TEXT NOT NULL,
     body TEXT NOT NULL, tries INTEGER NOT NULL, last_error TEXT NOT NULL, next_at INTEGER);
   CREATE INDEX dead_letters_at ON dead_letters (at, kind);`,
];

/** The file was written by a newer Lasso. */
export class NewerSchema extends Error {
  override readonly name = "NewerSchema";
  constructor(found: number) {
    super(`the file is of a newer Lasso (version ${found} of its tables, this one knows ${schemaVersion})`);
  }
}

export class Database implements Disposable {
  readonly #db: SqlDatabase;
  readonly #statements = new Map<string, SqlStatement>();

  /** Opens or creates it. `path` null: in memory. Throws NewerSchema, or what SQLite throws. */
  constructor(sqlite: Sqlite, path: string | null) {
    this.#db = new sqlite(path ?? ":memory:");
    try {
      // Before anything is written: a newer file is left as it is.
      const version = this.#integer("PRAGMA user_version");
      if (version > schemaVersion) throw new NewerSchema(version);
      this.#db.exec(
        `PRAGMA cache_size = -${cacheKib}; PRAGMA temp_store = MEMORY; PRAGMA busy_timeout = 500`,
      );
      if (path !== null) {
        this.#db.exec(
          "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 16000000",
        );
      }
      this.#migrate(version);
    } catch (thrown) {
      this.#db.close();
      throw thrown;
    }
  }

  #migrate(from: number): void {
    if (from === schemaVersion) return;
    this.transaction(() => {
      for (const step of migrations.slice(from)) this.#db.exec(step);
      this.#db.exec(`PRAGMA user_version = ${schemaVersion}`);
    });
  }

  /** Prepared once. */
  statement(sql: string): SqlStatement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) this.#statements.set(sql, statement = this.#db.prepare(sql));
    return statement;
  }

  /** All or nothing of what `work` writes. */
  transaction<T>(work: () => T): T {
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.#db.exec("COMMIT");
      return result;
    } catch (thrown) {
      try {
        this.#db.exec("ROLLBACK");
      } catch {
        // SQLite has rolled back by itself, as it does when the disk is full.
      }
      throw thrown;
    }
  }

  /** Reads every page once. Throws an Error that calls the file malformed where one is not as it must be. */
  check(): void {
    const [found] = Object.values(this.#db.prepare("PRAGMA quick_check(1)").get() ?? {});
    if (found === "ok") return;
    throw new Error(`the file is malformed: ${String(found).replaceAll(/\s+/g, " ")}`);
  }

  /** Names of a table's columns. */
  columns(table: string): string[] {
    return this.#db.prepare(`PRAGMA table_info(${table})`).all().map(({ name }) => String(name));
  }

  /** Bytes that it takes, without the write-ahead log. */
  get bytes(): number {
    return this.#integer("PRAGMA page_count") * this.#integer("PRAGMA page_size");
  }

  /** Bytes of what it holds. */
  get usedBytes(): number {
    const pages = this.#integer("PRAGMA page_count") - this.#integer("PRAGMA freelist_count");
    return pages * this.#integer("PRAGMA page_size");
  }

  #integer(sql: string): number {
    const row = this.#db.prepare(sql).get();
    return row === undefined ? 0 : Number(Object.values(row)[0]);
  }

  [Symbol.dispose](): void {
    this.#statements.clear();
    this.#db.close();
  }
}
