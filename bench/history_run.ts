// The inside of P11, as a process of its own: `deno run -A --v8-flags=--expose-gc bench/history_run.ts ROUNDS` fills a
// history with a day of one chain, in a file and in memory, and prints one line of JSON: what it takes, and what a
// dashboard's questions cost where the worker answers them. The keeper is the worker's own; only the thread is not.

import { DatabaseSync } from "node:sqlite";
import { Histogram } from "../core/measure/histogram.ts";
import { cacheBytes, type Sqlite } from "../core/measure/history/database.ts";
import { Keeper } from "../core/measure/history/keeper.ts";
import type { Cell, CellQuery, SeriesKey } from "../core/measure/history/model.ts";
import { Outbox } from "../core/measure/history/outbox.ts";
import { type Random, seededRandom } from "../core/random.ts";

export interface HistoryRound {
  readonly place: "file" | "memory";
  /** Bytes of JavaScript objects and of SQLite's pages in memory, after the day. */
  readonly memoryBytes: number;
  /** Bytes of the database. */
  readonly storedBytes: number;
  /** Milliseconds by name of the question, one for each time it was asked. */
  readonly questions: Readonly<Record<string, readonly number[]>>;
}

const hour = 3_600_000;
const day = 24 * hour;
const from = Date.UTC(2026, 2, 4);
/** So many calls a second: each is a call and an attempt. */
const callsPerSecond = 20;
/** The samples of so many seconds are told as one, so that a day takes seconds: minutes hold the same. */
const togetherMs = 10_000;

interface Source {
  readonly key: SeriesKey;
  /** How often it is picked, cumulated. */
  readonly upTo: number;
  readonly medianMs: number;
}

/** 4 providers × 2 transports × 12 methods × 2 strategies, and the calls over them; the first of each is used most. */
function sources(kind: "attempt" | "call"): Source[] {
  const found: { key: SeriesKey; weight: number; medianMs: number }[] = [];
  for (let p = 0; p < (kind === "call" ? 1 : 4); p++) {
    for (const transport of ["http", "ws"] as const) {
      for (let m = 0; m < 12; m++) {
        for (const strategy of ["fastest", "cheapest"]) {
          const provider = kind === "call" ? "" : `provider-${p}`;
          const key = { kind, chain: "ethereum", provider, transport, name: `eth_method${m}`, strategy };
          const weight = 1 / (p + 1) / (m + 1) * (transport === "http" ? 3 : 1) *
            (strategy === "fastest" ? 9 : 1);
          found.push({ key, weight, medianMs: 8 + 10 * p + 3 * m });
        }
      }
    }
  }
  const whole = found.reduce((sum, { weight }) => sum + weight, 0);
  let upTo = 0;
  return found.map(({ key, weight, medianMs }) => ({ key, medianMs, upTo: upTo += weight / whole }));
}

class Traffic {
  readonly #random: Random = seededRandom(1);
  readonly #sources: readonly Source[] = [...sources("attempt"), ...sources("call")];
  readonly #attempts = this.#sources.filter(({ key }) => key.kind === "attempt").length;

  /** The cells of so many calls. */
  cells(calls: number): Cell[] {
    const times = new Map<number, number[]>();
    for (let k = 0; k < calls; k++) {
      for (
        const number of [this.#pick(0, this.#attempts), this.#pick(this.#attempts, this.#sources.length)]
      ) {
        const known = times.get(number);
        const ms = this.#sources[number]!.medianMs * Math.exp(this.#normal() * 0.5);
        if (known === undefined) times.set(number, [ms]);
        else known.push(ms);
      }
    }
    return [...times].map(([number, all]) => cell(number, this.#sources[number]!.key, all));
  }

  #pick(low: number, high: number): number {
    const at = this.#random.next();
    while (low < high - 1) {
      const middle = (low + high) >> 1;
      if (this.#sources[middle - 1]!.upTo <= at) low = middle;
      else high = middle;
    }
    return low;
  }

  #normal(): number {
    const u = 1 - this.#random.next();
    return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * this.#random.next());
  }
}

function cell(series: number, key: SeriesKey, times: readonly number[]): Cell {
  const histogram = new Histogram();
  for (const ms of times) histogram.record(ms);
  const n = times.length;
  const sum = times.reduce((total, ms) => total + ms, 0);
  const charged = key.kind === "attempt" ? 26 * n : 0;
  return {
    ...{ series, key, n, sum, histogram },
    ...{ failed: 0, failovers: 0, units: charged, usd: charged * 4.5e-7 },
    max: Math.max(...times),
    last: times[n - 1]!,
    outcomes: new Map([["ok", n]]),
  };
}

/** What a dashboard asks of the last 24 hours; `to` lies within a minute, so that edges come from finer levels. */
function questions(to: number): Readonly<Record<string, CellQuery>> {
  const range = { from: to - day, to };
  return {
    "series of the chain's calls": { kind: "call", ...range, stepMs: 1, by: [] },
    "series of one method": { kind: "attempt", ...range, stepMs: 1, by: [], where: { name: "eth_method0" } },
    "provider × method matrix": { kind: "attempt", ...range, stepMs: null, by: ["provider", "name"] },
  };
}

const sqlite = DatabaseSync as unknown as Sqlite;

function heldBytes(): number {
  // What the first one finds free may keep other memory until the next.
  for (let k = 0; k < 4; k++) (globalThis as unknown as { gc(): void }).gc();
  const { heapUsed, external } = Deno.memoryUsage();
  return heapUsed + external;
}

function measure(place: HistoryRound["place"], rounds: number): HistoryRound {
  const dataDir = place === "file" ? Deno.makeTempDirSync() : null;
  const traffic = new Traffic();
  const before = heldBytes();
  const outbox = new Outbox();
  const opening = { dataDir, region: "local", session: 1, now: from, series: [] };
  const keeper = new Keeper(opening, { sqlite, notice: ({ fields }) => console.error(fields) });
  try {
    const to = from + day + hour / 2 - 13_000;
    for (let at = from; at < to; at += togetherMs) {
      outbox.second(at, traffic.cells(callsPerSecond * togetherMs / 1_000));
      const batch = outbox.next(at + togetherMs);
      if (batch === null) throw new Error("the outbox is full");
      keeper.write(batch);
      outbox.written(batch.id);
    }
    const times: Record<string, number[]> = {};
    for (const [name, query] of Object.entries(questions(to))) {
      const ask = (): unknown => keeper.answer({ kind: "ask", id: 1, about: "cells", query });
      ask();
      times[name] = Array.from({ length: rounds * 5 }, () => {
        const startedAt = performance.now();
        ask();
        return performance.now() - startedAt;
      });
    }
    const { bytes } = keeper.state;
    const pages = place === "memory" ? bytes : cacheBytes;
    return { place, memoryBytes: heldBytes() - before + pages, storedBytes: bytes, questions: times };
  } finally {
    keeper[Symbol.dispose]();
    if (dataDir !== null) Deno.removeSync(dataDir, { recursive: true });
  }
}

if (import.meta.main) {
  const rounds = Number(Deno.args[0] ?? 5);
  console.log(JSON.stringify([measure("file", rounds), measure("memory", rounds)]));
}
