// Answers questions about figures from one or more databases (the file, and what is in memory while the file can't be
// written): reads the rows of the plan in the order of their times, adds up what belongs together, closes a point when
// its time is over.

import { addCells } from "./cell_blob.ts";
import { boundedRange, segmentsFor, stepFor } from "./cell_plan.ts";
import { type CellSum, CellSums } from "./cell_sum.ts";
import { type CellRow, type CellTable, floorTo } from "./cell_table.ts";
import { DamagedBytes } from "./bytes.ts";
import { encodeHistogram } from "./histogram_codec.ts";
import type { Level } from "./levels.ts";
import type { CellAnswer, CellGroup, CellQuery, Dimension } from "./model.ts";
import { outcomeNames } from "./outcome_numbers.ts";

/** A row that could not be read. */
export interface DamagedRow {
  readonly table: CellTable;
  readonly level: Level;
  readonly at: number;
  readonly shelf: number;
}

const quantiles = [0.5, 0.9, 0.95, 0.99];

/** `region`: the router's own. Rows that can't be read are left out and told to `damaged`. */
export function answerCells(
  tables: readonly CellTable[],
  query: CellQuery,
  region: string,
  damaged: (row: DamagedRow) => void,
): CellAnswer {
  const { from, to } = boundedRange(query.from, query.to);
  const { stepMs } = query;
  if (!(from < to)) return { stepMs: stepMs ?? 0, groups: [] };
  const step = stepMs === null
    ? null
    : Math.max(...tables.map(({ extent }) => stepFor(from, to, stepMs, extent.kept)));
  const gathering = new Gathering(query);
  const readers = tables.map((table) =>
    reader(table, { ...query, from, to }, query.region ?? region, step, gathering)
  );
  for (const { row, groups, table, level } of inOrder(readers)) {
    const { at, shelf, blob } = row;
    gathering.openPoint(step === null ? from : floorTo(at, step));
    try {
      addCells(blob, (series) => gathering.sumOf(groups[series] ?? -1));
    } catch (thrown) {
      if (!(thrown instanceof DamagedBytes)) throw thrown;
      damaged({ table, level, at, shelf });
    }
  }
  return { stepMs: step ?? to - from, groups: gathering.finish() };
}

/** A row, and to which group each series of its database belongs. */
interface Read {
  readonly row: CellRow;
  readonly groups: Int32Array<ArrayBuffer>;
  readonly table: CellTable;
  readonly level: Level;
}

function* reader(
  table: CellTable,
  query: CellQuery,
  region: string,
  step: number | null,
  gathering: Gathering,
): Generator<Read> {
  const { kind, where = {} } = query;
  const shelves = [...table.series.shelves].filter((shelf) =>
    shelf.kind === kind && shelf.region === region &&
    (where.chain === undefined || where.chain === shelf.chain)
  ).map(({ id }) => id);
  if (shelves.length === 0) return;
  const { all } = table.series;
  const groups = new Int32Array(all.length).fill(-1);
  const filters = Object.entries(where) as [Dimension, string][];
  all.forEach((series, number) => {
    if (series === undefined || !shelves.includes(series.shelf.id)) return;
    if (filters.every(([dimension, value]) => series[dimension] === value)) {
      groups[number] = gathering.groupOf(query.by.map((dimension) => series[dimension]));
    }
  });
  for (const { level, from, to } of segmentsFor(query.from, query.to, step, table.extent)) {
    for (const row of table.rows(level, from, to, shelves)) yield { row, groups, table, level };
  }
}

/** All rows in the order of their times. */
function* inOrder(readers: readonly Generator<Read>[]): Generator<Read> {
  if (readers.length === 1) return yield* readers[0]!;
  const heads = readers.map((from) => ({ from, next: from.next() }));
  for (;;) {
    const open = heads.filter(({ next }) => !next.done);
    if (open.length === 0) return;
    const first = open.reduce((best, head) => head.next.value.row.at < best.next.value.row.at ? head : best);
    yield first.next.value;
    first.next = first.from.next();
  }
}

/** The groups of an answer while it is made. */
class Gathering {
  readonly #query: CellQuery;
  readonly #numbers = new Map<string, number>();
  readonly #keys: CellGroup["key"][] = [];
  readonly #free = new CellSums();
  /** By group: sums of the point that is open. */
  #sums: (CellSum | undefined)[] = [];
  #at = NaN;
  readonly #groups: CellGroup[] = [];

  constructor(query: CellQuery) {
    this.#query = query;
  }

  groupOf(values: readonly string[]): number {
    const name = values.join("\n");
    let number = this.#numbers.get(name);
    if (number === undefined) {
      this.#numbers.set(name, number = this.#keys.length);
      this.#keys.push(Object.fromEntries(this.#query.by.map((dimension, i) => [dimension, values[i]!])));
    }
    return number;
  }

  openPoint(at: number): void {
    if (at === this.#at) return;
    this.#close();
    this.#at = at;
  }

  sumOf(group: number): CellSum | null {
    if (group < 0) return null;
    return this.#sums[group] ??= this.#free.take();
  }

  finish(): readonly CellGroup[] {
    this.#close();
    return this.#groups;
  }

  #close(): void {
    this.#sums.forEach((sum, group) => {
      if (sum === undefined) return;
      this.#groups.push(groupOf(this.#at, this.#keys[group]!, sum, this.#query.histograms ?? false));
      this.#free.give(sum);
    });
    this.#sums = [];
  }
}

function groupOf(at: number, key: CellGroup["key"], sum: CellSum, withHistogram: boolean): CellGroup {
  const { n, failed, failovers, units, usd, samples, histogram } = sum;
  const outcomes: Record<string, number> = {};
  sum.outcomes.forEach((count, number) => {
    if (count > 0) outcomes[outcomeNames[number]!] = count;
  });
  for (const [name, count] of sum.others) outcomes[name] = count;
  const [p50 = null, p90 = null, p95 = null, p99 = null] = histogram?.quantiles(quantiles, sum.max) ?? [];
  return {
    at,
    key,
    n,
    failed,
    outcomes,
    units,
    usd,
    failovers,
    p50,
    p90,
    p95,
    p99,
    mean: samples > 0 ? sum.sum / samples : null,
    max: samples > 0 ? sum.max : null,
    last: samples > 0 ? sum.last : null,
    ...(withHistogram && histogram !== null ? { histogram: encodeHistogram(histogram, sum.max) } : {}),
  };
}
