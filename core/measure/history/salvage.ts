// What can still be read of a damaged history, copied into a new one: rows as they are, over the holes. Figures only
// where their dictionary is whole, since a cell that is filed under a wrong series is worse than none. The damaged file
// is only read. Called by keeper.ts once it has moved the file aside.

import { Database, schemaVersion, type SqlDatabase, type Sqlite, type SqlValue } from "./database.ts";

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
    return target.transaction(() => {
      const torn: string[] = [];
      let rows = 0;
      const copy = (table: string): void => {
        const copied = copyTable(source, target, table);
        rows += copied.rows;
        if (copied.torn) torn.push(table);
      };
      dictionary.forEach(copy);
      if (torn.length === 0) copy("cells");
      else {
        for (const table of dictionary) target.statement(`DELETE FROM ${table}`).run();
        rows = 0;
        torn.push("cells");
      }
      rowTables.forEach(copy);
      return { rows, torn };
    });
  } finally {
    source.close();
  }
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

/** Holes are leapt over in steps that double, so that the time does not depend on their size. */
function copyTable(source: SqlDatabase, target: Database, table: string): { rows: number; torn: boolean } {
  const columns = target.columns(table);
  const names = columns.join(", ");
  const put = target.statement(
    `INSERT OR IGNORE INTO ${table} (${names}) VALUES (${columns.map(() => "?").join(", ")})`,
  );
  const write = (row: Readonly<Record<string, unknown>>): void => {
    const { changes } = put.run(...columns.map((name) => row[name] as SqlValue));
    rows += Number(changes);
  };
  let rows = 0;
  let torn = false;
  // It has no row numbers, and fits on a page.
  const isWhole = table === "meta";
  let at = 0;
  let limit = isWhole ? 1_000 : atOnce;
  for (let leap = 1; at < Number.MAX_SAFE_INTEGER;) {
    let found;
    try {
      found = isWhole
        ? source.prepare(`SELECT ${names} FROM ${table}`).all()
        : source.prepare(
          `SELECT rowid AS place, ${names} FROM ${table} WHERE rowid > ? ORDER BY rowid LIMIT ?`,
        ).all(at, limit);
    } catch {
      if (isWhole) return { rows, torn: true };
      if (limit === 1) {
        torn = true;
        at += leap;
        leap *= 2;
      }
      limit = 1;
      continue;
    }
    found.forEach(write);
    if (isWhole || found.length === 0) break;
    at = Number(found.at(-1)?.["place"]);
    limit = atOnce;
    leap = 1;
  }
  return { rows, torn };
}
