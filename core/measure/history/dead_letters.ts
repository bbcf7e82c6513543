// The dead-letter table of one database: what could not be sent, until somebody sends or discards it.

import type { Database, SqlValue } from "./database.ts";
import type { DeadLetter } from "./model.ts";

export type LetterChange = Partial<Pick<DeadLetter, "tries" | "lastError" | "nextAt">>;

/** As a row holds it. */
interface LetterRow {
  readonly id: number;
  readonly at: number;
  readonly kind: string;
  readonly target: string;
  readonly body: string;
  readonly tries: number;
  readonly last_error: string;
  readonly next_at: number | null;
}

/** `id`: the least that it may get; ids are not given out again while a greater one is there. */
export function insertLetter(db: Database, letter: Omit<DeadLetter, "id">, id: number): number {
  const { last } = db.statement("SELECT max(id) AS last FROM dead_letters").get() as { last: number | null };
  const own = Math.max(id, (last ?? 0) + 1);
  putLetter(db, { ...letter, id: own });
  return own;
}

export function putLetter(db: Database, letter: DeadLetter): void {
  db.statement(
    "INSERT OR REPLACE INTO dead_letters (id, at, kind, target, body, tries, last_error, next_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
  ).run(
    letter.id,
    letter.at,
    letter.kind,
    letter.target,
    letter.body,
    letter.tries,
    letter.lastError,
    letter.nextAt,
  );
}

export function readLetter(db: Database, id: number): DeadLetter | null {
  const row = db.statement("SELECT * FROM dead_letters WHERE id = ?").get(id);
  return row === undefined ? null : letterOf(row);
}

export function allLetters(db: Database): DeadLetter[] {
  return db.statement("SELECT * FROM dead_letters ORDER BY id").all().map(letterOf);
}

export function changeLetter(db: Database, id: number, { tries, lastError, nextAt }: LetterChange): boolean {
  const changes: [string, SqlValue][] = [];
  if (tries !== undefined) changes.push(["tries", tries]);
  if (lastError !== undefined) changes.push(["last_error", lastError]);
  if (nextAt !== undefined) changes.push(["next_at", nextAt]);
  if (changes.length === 0) return readLetter(db, id) !== null;
  const sets = changes.map(([column]) => `${column} = ?`).join(", ");
  const result = db.statement(`UPDATE dead_letters SET ${sets} WHERE id = ?`)
    .run(...changes.map(([, value]) => value), id);
  return Number(result.changes) > 0;
}

export function removeLetter(db: Database, id: number): boolean {
  return Number(db.statement("DELETE FROM dead_letters WHERE id = ?").run(id).changes) > 0;
}

export function letterOf(row: unknown): DeadLetter {
  const { last_error: lastError, next_at: nextAt, ...rest } = row as LetterRow;
  return { ...rest, lastError, nextAt } as DeadLetter;
}
