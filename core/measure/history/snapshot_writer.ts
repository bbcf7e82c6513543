// Writes an hour's snapshot of each chain when the hour is over, from the figures of the history; hours that ended
// while nothing ran follow at the next start. Runs in the history's worker. A folder that can't be written is told
// once, and the hour is tried again with the next one.

import { messageOf } from "../../errors.ts";
import { raceScore } from "../races/race_score.ts";
import { answerCells } from "./cell_answer.ts";
import type { CellTable } from "./cell_table.ts";
import type { Notice } from "./messages.ts";
import type { CellGroup } from "./model.ts";
import {
  removeSnapshots,
  type Snapshot,
  type SnapshotFigures,
  type SnapshotRank,
  snapshotVersion,
  writeSnapshot,
} from "./snapshot_files.ts";
import type { Store } from "./store.ts";

const hour = 3_600_000;
/** After a long time without a router only the newest hours are made up. */
const mostHoursAtOnce = 48;
const keepMs = 30 * 24 * hour;

export class SnapshotWriter {
  readonly #dataDir: string;
  readonly #region: string;
  #tried = 0;
  #failed = false;

  constructor(dataDir: string, region: string) {
    this.#dataDir = dataDir;
    this.#region = region;
  }

  /** Does what is due; gives what should be told. */
  write(store: Store, now: number): Notice[] {
    const until = store.cells.extent.rolled[hour];
    if (until === this.#tried) return [];
    this.#tried = until;
    const done = store.snapshotsUntil;
    try {
      for (let from = Math.max(done, until - mostHoursAtOnce * hour); from < until; from += hour) {
        for (const chain of chainsOf(store.cells, this.#region)) {
          const snapshot = snapshotOf(store.cells, this.#region, chain, from);
          if (snapshot !== null) writeSnapshot(this.#dataDir, snapshot);
        }
      }
      store.setMeta("snapshots", until);
      removeSnapshots(this.#dataDir, now - keepMs);
      this.#failed = false;
      return [];
    } catch (thrown) {
      if (this.#failed) return [];
      this.#failed = true;
      const problem = `the snapshots can't be written: ${messageOf(thrown)}`;
      return [{ level: "error", event: "history.snapshots", fields: { problem } }];
    }
  }
}

function chainsOf(cells: CellTable, region: string): string[] {
  const own = [...cells.series.shelves].filter((shelf) => shelf.region === region && shelf.chain !== "");
  return [...new Set(own.map(({ chain }) => chain))];
}

/** null: nothing was measured in that hour. */
function snapshotOf(cells: CellTable, region: string, chain: string, from: number): Snapshot | null {
  const to = from + hour;
  const range = { from, to, stepMs: null, where: { chain } };
  const ask = (query: Parameters<typeof answerCells>[1]): readonly CellGroup[] =>
    answerCells([cells], query, region, ({ table, ...row }) => table.drop(row.level, row.at, row.shelf))
      .groups;
  const attempts = ask({ ...range, kind: "attempt", by: ["provider", "transport", "name", "strategy"] });
  const races = ask({ ...range, kind: "race", by: ["provider", "transport", "name"] });
  if (attempts.length === 0 && races.length === 0) return null;
  return {
    schema_version: snapshotVersion,
    chain,
    region,
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    figures: attempts.map(figuresOf),
    leaderboard: races.map(rankOf).sort((a, b) =>
      a.event < b.event ? -1 : a.event > b.event ? 1 : b.score - a.score
    ),
  };
}

function figuresOf({ key, n, failed, outcomes, p50, p95, p99, units, usd }: CellGroup): SnapshotFigures {
  const { provider = "", transport = "", name: method = "", strategy = "" } = key;
  return {
    provider,
    transport,
    method,
    strategy,
    n,
    failed,
    outcomes,
    p50_ms: p50,
    p95_ms: p95,
    p99_ms: p99,
    units,
    usd,
  };
}

function rankOf({ key, n, failed, outcomes, mean }: CellGroup): SnapshotRank {
  const { provider = "", transport = "", name: event = "" } = key;
  const wins = outcomes["win"] ?? 0;
  return {
    event,
    provider,
    transport,
    score: raceScore(n, wins, mean),
    races: n,
    wins,
    missed: failed,
    win_rate: n === 0 ? 0 : wins / n,
    avg_margin_ms: mean,
  };
}
