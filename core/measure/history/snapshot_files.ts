// The hourly snapshots as files: `<data_dir>/snapshots/<chain>/<YYYY-MM-DDTHH>.json`, the hour in UTC. Written and
// removed by the history's worker; the API lists and reads them (core/server/api).

import { join } from "node:path";

/** Raised when a field changes its meaning or goes; new fields don't raise it. */
export const snapshotVersion = 1;

/** One series' hour. Times in ms; null without a sample. */
export interface SnapshotFigures {
  readonly provider: string;
  readonly transport: string;
  readonly method: string;
  /** The strategy that served. */
  readonly strategy: string;
  readonly n: number;
  readonly failed: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly p50_ms: number | null;
  readonly p95_ms: number | null;
  readonly p99_ms: number | null;
  readonly units: number;
  readonly usd: number;
}

/** One provider's races of one event type. */
export interface SnapshotRank {
  readonly event: string;
  readonly provider: string;
  readonly transport: string;
  readonly score: number;
  readonly races: number;
  readonly wins: number;
  readonly missed: number;
  /** 0..1 */
  readonly win_rate: number;
  /** Over losses. */
  readonly avg_margin_ms: number | null;
}

export interface Snapshot {
  readonly schema_version: number;
  readonly chain: string;
  readonly region: string;
  /** ISO 8601, begin and end of the hour. */
  readonly from: string;
  readonly to: string;
  readonly figures: readonly SnapshotFigures[];
  /** Best first, by event type. */
  readonly leaderboard: readonly SnapshotRank[];
}

const chainName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const hourName = /^\d{4}-\d{2}-\d{2}T\d{2}$/;

/** Name of the hour that begins at `at` (epoch ms). */
function hourOf(at: number): string {
  return new Date(at).toISOString().slice(0, 13);
}

/** Written aside and renamed, so that nobody reads half of one. Throws what writing throws. */
export function writeSnapshot(dataDir: string, snapshot: Snapshot): void {
  const folder = join(dataDir, "snapshots", snapshot.chain);
  Deno.mkdirSync(folder, { recursive: true });
  const path = join(folder, `${snapshot.from.slice(0, 13)}.json`);
  Deno.writeTextFileSync(`${path}.new`, `${JSON.stringify(snapshot, null, 1)}\n`);
  Deno.renameSync(`${path}.new`, path);
}

/** Removes snapshots of hours that began before `before` (epoch ms), also what was left half written by a kill. */
export function removeSnapshots(dataDir: string, before: number): void {
  const folder = join(dataDir, "snapshots");
  if (!isFolder(folder)) return;
  const oldest = `${hourOf(before)}.json`;
  for (const chain of Deno.readDirSync(folder)) {
    if (!chain.isDirectory || !chainName.test(chain.name)) continue;
    for (const { name, isFile } of Deno.readDirSync(join(folder, chain.name))) {
      const hour = name.replace(/\.json(?:\.new)?$/, "");
      if (isFile && hourName.test(hour) && name < oldest) Deno.removeSync(join(folder, chain.name, name));
    }
  }
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}
