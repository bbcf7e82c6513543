// What happened, row by row: events, kept calls, races. Each row is its JSON beside the columns that questions choose
// by. Pages go from the newest row to the oldest, over one or more databases (see answerRows).

import type { Database, SqlValue } from "./database.ts";
import type {
  CallQuery,
  EventQuery,
  HistoryEvent,
  KeptCall,
  Page,
  PageQuery,
  RaceQuery,
  RaceResult,
} from "./model.ts";

export type RowTable = "events" | "calls" | "races";

/** Part of a WHERE clause with its values. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

export interface FoundRow {
  readonly id: number;
  readonly at: number;
  readonly body: string;
}

export function insertEvent(db: Database, event: HistoryEvent): void {
  db.statement("INSERT INTO events (at, topic, chain, provider, event, body) VALUES (?, ?, ?, ?, ?, ?)")
    .run(event.at, event.topic, event.chain, event.provider, event.event, JSON.stringify(event));
}

export function insertCall(db: Database, call: KeptCall): void {
  const providers = new Set(call.attempts.map(({ provider }) => provider));
  if (call.provider !== null) providers.add(call.provider);
  const failover = call.retries > 0 && (call.outcome === "ok" || call.outcome === "error");
  db.statement(
    "INSERT INTO calls (at, request, chain, method, outcome, failover, providers, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
  ).run(
    call.at,
    call.id,
    call.chain,
    call.method,
    call.outcome,
    failover ? 1 : 0,
    listed(providers),
    JSON.stringify(call),
  );
}

export function insertRace(db: Database, race: RaceResult): void {
  const providers = new Set(race.margins.map(({ provider }) => provider));
  db.statement("INSERT INTO races (at, chain, event, providers, body) VALUES (?, ?, ?, ?, ?)")
    .run(race.at, race.chain, race.event, listed(providers), JSON.stringify(race));
}

/** Newest first; null: not kept. */
export function findCall(db: Database, request: string): KeptCall | null {
  const row = db.statement("SELECT body FROM calls WHERE request = ? ORDER BY id DESC LIMIT 1").get(request);
  return row === undefined ? null : rowOf<KeptCall>(row as { readonly body: string });
}

/** null: it can't be read. */
export function rowOf<Row>({ body }: Pick<FoundRow, "body">): Row | null {
  try {
    return JSON.parse(body) as Row;
  } catch {
    return null;
  }
}

export function eventConditions({ topics, chain, provider }: EventQuery): Condition[] {
  return [
    ...(topics === undefined
      ? []
      : [{ sql: "topic IN (SELECT value FROM json_each(?))", values: [JSON.stringify(topics)] }]),
    ...equals("chain", chain),
    ...equals("provider", provider),
  ];
}

export function callConditions({ chain, method, provider, outcome }: CallQuery): Condition[] {
  return [
    ...equals("chain", chain),
    ...equals("method", method),
    ...(provider === undefined ? [] : [lists(provider)]),
    ...(outcome === "failed"
      ? [{ sql: "outcome NOT IN ('ok', 'error')", values: [] }]
      : outcome === "failover"
      ? [{ sql: "failover = 1", values: [] }]
      : equals("outcome", outcome)),
  ];
}

export function raceConditions({ chain, event, provider }: RaceQuery): Condition[] {
  return [
    ...equals("chain", chain),
    ...equals("event", event),
    ...(provider === undefined ? [] : [lists(provider)]),
  ];
}

/**
 * A page over several databases, the newest rows first. Of rows of the same time the last database's come first; the
 * cursor says where the page ended: time, database, row. Rows that can't be read (`read` gives null) are left out,
 * removed and counted.
 */
export function answerRows<Row>(
  databases: readonly Database[],
  table: RowTable | "dead_letters",
  query: PageQuery,
  conditions: readonly Condition[],
  read: (row: FoundRow) => Row | null,
): { readonly page: Page<Row>; readonly damaged: number } {
  const after = cursorOf(query.cursor);
  const found = databases.flatMap((db, place) =>
    rowsOf(db, table, place, query, conditions, after).map((row) => ({ ...row, place }))
  );
  found.sort((a, b) => b.at - a.at || b.place - a.place || b.id - a.id);
  const rows = found.slice(0, query.limit);
  const last = rows[rows.length - 1];
  const next = found.length > query.limit && last !== undefined
    ? `${last.at}.${last.place}.${last.id}`
    : null;
  const whole: Row[] = [];
  for (const found of rows) {
    const row = read(found);
    if (row !== null) whole.push(row);
    else databases[found.place]?.statement(`DELETE FROM ${table} WHERE id = ?`).run(found.id);
  }
  return { page: { rows: whole, next }, damaged: rows.length - whole.length };
}

interface Cursor {
  readonly at: number;
  readonly place: number;
  readonly id: number;
}

/** What is no cursor of ours begins anew. */
function cursorOf(text: string | undefined): Cursor | null {
  const match = /^(-?\d{1,15})\.(\d)\.(\d{1,15})$/.exec(text ?? "");
  return match === null ? null : { at: Number(match[1]), place: Number(match[2]), id: Number(match[3]) };
}

function rowsOf(
  db: Database,
  table: RowTable | "dead_letters",
  place: number,
  { from, to, limit }: PageQuery,
  conditions: readonly Condition[],
  after: Cursor | null,
): FoundRow[] {
  const all: Condition[] = [
    ...conditions,
    ...(from === undefined ? [] : [{ sql: "at >= ?", values: [from] }]),
    ...(to === undefined ? [] : [{ sql: "at < ?", values: [to] }]),
  ];
  if (after !== null) {
    const idBelow = place < after.place ? Number.MAX_SAFE_INTEGER : place > after.place ? 0 : after.id;
    all.push({ sql: "at <= ? AND (at < ? OR id < ?)", values: [after.at, after.at, idBelow] });
  }
  const where = all.length === 0 ? "" : ` WHERE ${all.map(({ sql }) => sql).join(" AND ")}`;
  const columns = table === "dead_letters" ? "*" : "id, at, body";
  const sql = `SELECT ${columns} FROM ${table}${where} ORDER BY at DESC, id DESC LIMIT ?`;
  return db.statement(sql).all(...all.flatMap(({ values }) => values), limit + 1) as unknown as FoundRow[];
}

/** When there are more rows than `most`, the oldest tenth goes. Gives how many went. */
export function trimRows(db: Database, table: RowTable | "dead_letters", most: number): number {
  const { n } = db.statement(`SELECT count(*) AS n FROM ${table}`).get() as { n: number };
  if (n <= most) return 0;
  return dropOldest(db, table, Math.max(n - most, Math.ceil(n / 10)));
}

export function dropOldest(db: Database, table: RowTable | "dead_letters", count: number): number {
  const sql = `DELETE FROM ${table} WHERE id IN (SELECT id FROM ${table} ORDER BY at, id LIMIT ?)`;
  return Number(db.statement(sql).run(count).changes);
}

/** Bytes of the rows, about. */
export function rowBytes(db: Database, table: RowTable): number {
  const row = db.statement(`SELECT sum(length(body)) + 100 * count(*) AS bytes FROM ${table}`).get();
  return (row as { bytes: number | null }).bytes ?? 0;
}

/** Copies what `from` holds to the end of `to`. */
export function copyRows(from: Database, to: Database): void {
  for (const { body } of allBodies(from, "events")) insertEvent(to, JSON.parse(body) as HistoryEvent);
  for (const { body } of allBodies(from, "calls")) insertCall(to, JSON.parse(body) as KeptCall);
  for (const { body } of allBodies(from, "races")) insertRace(to, JSON.parse(body) as RaceResult);
}

function allBodies(db: Database, table: RowTable): readonly { readonly body: string }[] {
  return db.statement(`SELECT body FROM ${table} ORDER BY id`).all() as { body: string }[];
}

function equals(column: string, value: string | undefined): Condition[] {
  return value === undefined ? [] : [{ sql: `${column} = ?`, values: [value] }];
}

/** Names as one text that can be searched for one of them. */
function listed(names: Iterable<string>): string {
  return ` ${[...names].join(" ")} `;
}

function lists(name: string): Condition {
  return { sql: "instr(providers, ?) > 0", values: [` ${name} `] };
}
