// What can still be read of a damaged history, copied into a new one: rows as they are, over the holes. Figures only
// where their dictionary is whole, since a cell that is filed under a wrong series is worse than none. The damaged file
// is only read. Called by keeper.ts once it has moved the file aside.

import {
  Database,
  schemaVersion,
  type SqlDatabase,
  type Sqlite,
  type SqlRow,
  type SqlValue,
} from "./database.ts";

export interface Salvaged {
  /** Rows that were taken over. */
  readonly rows: number;
  /** Tables of which something, or everything, could not be read. */
  readonly torn: readonly string[];
}

/** Without all of them cells mean nothing. */
const dictionary = ["meta", "shelves", "series"];
const rowTables = ["dead_letters", "calls", "events", "races"];
const atOnce = 256;

/** `from`: path of the damaged file; `into`: path of the new one, which has nothing in it yet. Throws what writing throws. */
export function salvage(sqlite: Sqlite, from: string, into: string): Salvaged {
  using target = new Database(sqlite, into);
  const source = openDamaged(sqlite, from);
  if (source === null) return { rows: 0, torn: [...dictionary, "cells", ...rowTables] };
  try {
    return target.transaction(() => copyAll(source, target));
  } finally {
    source.close();
  }
}

function copyAll(source: SqlDatabase, target: Database): Salvaged {
  const torn: string[] = [];
  const copied = (table: string, { rows, torn: isTorn }: Copied): number => {
    if (isTorn) torn.push(table);
    return rows;
  };
  let rows = copied("meta", copyMeta(source, target));
  for (const table of ["shelves", "series"]) rows += copied(table, copyTable(source, target, table));
  if (torn.length === 0) rows += copied("cells", copyTable(source, target, "cells"));
  else {
    for (const table of dictionary) target.statement(`DELETE FROM ${table}`).run();
    rows = 0;
    torn.push("cells");
  }
  for (const table of rowTables) rows += copied(table, copyTable(source, target, table));
  return { rows, torn };
}

/** null: not even its first page says what it holds, or it is of another version. */
function openDamaged(sqlite: Sqlite, path: string): SqlDatabase | null {
  let db: SqlDatabase | null = null;
  try {
    db = new sqlite(path, { readOnly: true });
    const { user_version: version } = db.prepare("PRAGMA user_version").get() as { user_version: number };
    if (version === schemaVersion) return db;
  } catch {
    // Nothing can be had of it.
  }
  db?.close();
  return null;
}

interface Copied {
  readonly rows: number;
  readonly torn: boolean;
}

/** Row by row number. Holes are leapt over in steps that double, so that their size costs no time. */
function copyTable(source: SqlDatabase, target: Database, table: string): Copied {
  const columns = target.columns(table);
  const put = inserterOf(target, table, columns);
  const read = `SELECT rowid AS place, ${
    columns.join(", ")
  } FROM ${table} WHERE rowid > ? ORDER BY rowid LIMIT ?`;
  let rows = 0;
  let torn = false;
  let limit = atOnce;
  let leap = 1;
  for (let place = 0; place < Number.MAX_SAFE_INTEGER;) {
    const found = readable(() => source.prepare(read).all(place, limit));
    if (found === null || !isAscending(found, place)) {
      // Those before the hole one by one, then across.
      if (limit === 1) {
        torn = true;
        place += leap;
        leap *= 2;
      }
      limit = 1;
      continue;
    }
    const last = found.at(-1);
    if (last === undefined) break;
    for (const row of found) rows += put(row);
    place = Number(last["place"]);
    if (leap > 1) limit = atOnce;
    leap = 1;
  }
  return { rows, torn };
}

/** A damaged tree may lead back: whoever followed it would go round for ever. */
function isAscending(rows: readonly SqlRow[], after: number): boolean {
  let place = after;
  for (const row of rows) {
    const next = Number(row["place"]);
    if (!(next > place)) return false;
    place = next;
  }
  return true;
}

/** `meta` has no row numbers, and fits on a page. */
function copyMeta(source: SqlDatabase, target: Database): Copied {
  const columns = target.columns("meta");
  const found = readable(() => source.prepare(`SELECT ${columns.join(", ")} FROM meta`).all());
  const put = inserterOf(target, "meta", columns);
  return { rows: (found ?? []).reduce((sum, row) => sum + put(row), 0), torn: found === null };
}

function inserterOf(target: Database, table: string, columns: readonly string[]): (row: SqlRow) => number {
  const places = columns.map(() => "?").join(", ");
  const insert = target.statement(
    `INSERT OR IGNORE INTO ${table} (${columns.join(", ")}) VALUES (${places})`,
  );
  return (row) => Number(insert.run(...columns.map((name) => row[name] as SqlValue)).changes);
}

function readable(read: () => SqlRow[]): SqlRow[] | null {
  try {
    return read();
  } catch {
    return null;
  }
}
