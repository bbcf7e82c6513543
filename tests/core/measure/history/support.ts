// Figures for tests of the history: cells as the collector makes them, from samples that the test also keeps, and a
// keeper without a thread around it.

import { DatabaseSync } from "node:sqlite";
import { Histogram } from "../../../../core/measure/histogram.ts";
import type { Sqlite } from "../../../../core/measure/history/database.ts";
import { Keeper, type KeeperOptions } from "../../../../core/measure/history/keeper.ts";
import type { Batch, Notice, Opening } from "../../../../core/measure/history/messages.ts";
import type { Cell, CellAnswer, CellQuery, SeriesKey } from "../../../../core/measure/history/model.ts";
import { Outbox } from "../../../../core/measure/history/outbox.ts";

/** A full hour. */
export const t0 = Date.UTC(2026, 2, 4, 5);
export const second = 1_000;
export const minute = 60_000;
export const hour = 3_600_000;

export function seriesKey(change: Partial<SeriesKey> = {}): SeriesKey {
  return {
    kind: "attempt",
    chain: "ethereum",
    provider: "alchemy",
    transport: "http",
    name: "eth_call",
    strategy: "fastest",
    ...change,
  };
}

/** A cell of these times (ms); `change` sets what else is special about it. */
export function cellOf(
  series: number,
  key: SeriesKey,
  times: readonly number[],
  change: Partial<Cell> = {},
): Cell {
  const histogram = new Histogram();
  for (const ms of times) histogram.record(ms);
  return {
    series,
    key,
    n: times.length,
    failed: 0,
    failovers: 0,
    units: 0,
    usd: 0,
    sum: times.reduce((sum, ms) => sum + ms, 0),
    max: times.length === 0 ? NaN : Math.max(...times),
    last: times.at(-1) ?? NaN,
    outcomes: new Map(times.length === 0 ? [] : [["ok", times.length]]),
    histogram,
    ...change,
  };
}

export function gaugeCell(series: number, key: SeriesKey, values: readonly number[]): Cell {
  return cellOf(series, key, values, { histogram: null, outcomes: new Map() });
}

/** A keeper as the worker has it, told by an outbox as the client has it. */
export class TestKeeper implements Disposable {
  readonly notices: Notice[] = [];
  readonly outbox = new Outbox();
  readonly keeper: Keeper;
  #questions = 0;

  constructor(opening: Partial<Opening> = {}, options: Partial<KeeperOptions> = {}) {
    this.keeper = new Keeper(
      { dataDir: null, region: "local", session: 1, now: t0, series: [], ...opening },
      {
        sqlite: DatabaseSync as unknown as Sqlite,
        notice: (notice) => void this.notices.push(notice),
        ...options,
      },
    );
  }

  /** Posts what waits. */
  post(now: number): Batch {
    const batch = this.outbox.next(now);
    if (batch === null) throw new Error("too many batches");
    this.keeper.write(batch);
    this.outbox.written(batch.id);
    return batch;
  }

  cells(query: Partial<CellQuery> & Pick<CellQuery, "from" | "to">): CellAnswer {
    const whole = { kind: "attempt", stepMs: null, by: [], ...query } as const;
    return this.keeper.answer({
      kind: "ask",
      id: ++this.#questions,
      about: "cells",
      query: whole,
    }) as CellAnswer;
  }

  [Symbol.dispose](): void {
    this.keeper[Symbol.dispose]();
  }
}
