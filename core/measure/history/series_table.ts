// The dictionary of one database: shelves (region, chain, kind: what lies in one blob) and the series on them, each by
// its number. Held in memory whole: series are bounded by providers × methods of the table × strategies.

import type { Database } from "./database.ts";
import type { SeriesKey, SeriesKind } from "./model.ts";

export interface Shelf {
  readonly id: number;
  readonly region: string;
  readonly chain: string;
  readonly kind: SeriesKind;
}

export interface StoredSeries extends SeriesKey {
  readonly shelf: Shelf;
}

export class SeriesTable {
  readonly #db: Database;
  readonly #shelves = new Map<string, Shelf>();
  readonly #numbers = new Map<string, number>();
  /** By number; numbers begin at 1. */
  #series: (StoredSeries | undefined)[] = [];

  constructor(db: Database) {
    this.#db = db;
    this.reload();
  }

  /** After a transaction that was rolled back: what it added is not there. */
  reload(): void {
    this.#shelves.clear();
    this.#numbers.clear();
    this.#series = [];
    const byId = new Map<number, Shelf>();
    for (const row of this.#db.statement("SELECT id, region, chain, kind FROM shelves").all()) {
      const shelf = row as unknown as Shelf;
      byId.set(shelf.id, shelf);
      this.#shelves.set(shelfName(shelf.region, shelf.chain, shelf.kind), shelf);
    }
    const rows = this.#db.statement("SELECT id, shelf, provider, transport, name, strategy FROM series")
      .all();
    for (const row of rows) {
      const { id, shelf: shelfId, ...key } = row as unknown as
        & { readonly id: number; readonly shelf: number }
        & Pick<SeriesKey, "provider" | "transport" | "name" | "strategy">;
      const shelf = byId.get(shelfId);
      if (shelf !== undefined) this.#keep(id, { ...key, chain: shelf.chain, kind: shelf.kind, shelf });
    }
  }

  get shelves(): Iterable<Shelf> {
    return this.#shelves.values();
  }

  /** By number, with holes. */
  get all(): readonly (StoredSeries | undefined)[] {
    return this.#series;
  }

  get(number: number): StoredSeries | undefined {
    return this.#series[number];
  }

  /** The number of a series, which is added when it is new. */
  numberOf(region: string, key: SeriesKey): number {
    const shelf = this.#shelf(region, key.chain, key.kind);
    const known = this.#numbers.get(seriesName(shelf.id, key));
    if (known !== undefined) return known;
    const { provider, transport, name, strategy } = key;
    const { lastInsertRowid } = this.#db.statement(
      "INSERT INTO series (shelf, provider, transport, name, strategy) VALUES (?, ?, ?, ?, ?)",
    ).run(shelf.id, provider, transport, name, strategy);
    const number = Number(lastInsertRowid);
    this.#keep(number, { kind: shelf.kind, chain: shelf.chain, provider, transport, name, strategy, shelf });
    return number;
  }

  #keep(number: number, series: StoredSeries): void {
    this.#series[number] = series;
    this.#numbers.set(seriesName(series.shelf.id, series), number);
  }

  #shelf(region: string, chain: string, kind: SeriesKind): Shelf {
    const name = shelfName(region, chain, kind);
    const known = this.#shelves.get(name);
    if (known !== undefined) return known;
    const { lastInsertRowid } = this.#db.statement(
      "INSERT INTO shelves (region, chain, kind) VALUES (?, ?, ?)",
    ).run(region, chain, kind);
    const shelf: Shelf = { id: Number(lastInsertRowid), region, chain, kind };
    this.#shelves.set(name, shelf);
    return shelf;
  }
}

function shelfName(region: string, chain: string, kind: string): string {
  return `${region}\n${chain}\n${kind}`;
}

function seriesName(
  shelf: number,
  { provider, transport, name, strategy }: Pick<SeriesKey, "provider" | "transport" | "name" | "strategy">,
): string {
  return `${shelf}\n${provider}\n${transport}\n${name}\n${strategy}`;
}
