// Hourly snapshots: written when an hour is over, also of hours that ended while nothing ran; listed, read, removed.

import assert from "node:assert/strict";
import { join } from "node:path";
import {
  removeSnapshots,
  type Snapshot,
  writeSnapshot,
} from "../../../../core/measure/history/snapshot_files.ts";
import { inTempDir, namesIn } from "../../../support/temp_dir.ts";
import { cellOf, hour, minute, second, seriesKey, t0, TestKeeper } from "./support.ts";

/** Chains and hours, sorted. */
function written(dataDir: string): string[] {
  const folder = join(dataDir, "snapshots");
  return namesIn(folder).flatMap((chain) => namesIn(join(folder, chain)).map((name) => `${chain}/${name}`));
}

const race = seriesKey({ kind: "race", name: "newHeads", transport: "ws", strategy: "" });

function tell(on: TestKeeper, at: number): void {
  const times = Array.from({ length: 100 }, (_, k) => k + 1);
  const raced = (
    provider: string,
    series: number,
    wins: number,
    margins: readonly number[],
  ): ReturnType<typeof cellOf> =>
    cellOf(series, { ...race, provider }, margins, {
      n: 10,
      failed: 10 - wins - margins.length,
      outcomes: new Map([["win", wins], ["loss", margins.length]]),
    });
  on.outbox.second(at, [
    cellOf(1, seriesKey(), times, {
      units: 2_600,
      usd: 0.00125,
      outcomes: new Map([["ok", 99], ["revert", 1]]),
    }),
    cellOf(2, seriesKey({ chain: "base", strategy: "cheapest" }), [5]),
    raced("alchemy", 3, 9, [100]),
    raced("infura", 4, 1, [10, 20, 30, 40, 50, 60, 70, 80]),
  ]);
  on.post(at + second);
}

Deno.test("a snapshot of each chain is written when its hour is over", () =>
  inTempDir(async (dataDir) => {
    using on = new TestKeeper({ dataDir });
    tell(on, t0 + 10 * minute);
    on.post(t0 + 59 * minute);
    assert.ok(!namesIn(dataDir).includes("snapshots"));
    on.post(t0 + hour + minute);
    assert.deepEqual(written(dataDir), ["base/2026-03-04T05.json", "ethereum/2026-03-04T05.json"]);
    const text = await Deno.readTextFile(join(dataDir, "snapshots", "ethereum", "2026-03-04T05.json"));
    const snapshot = JSON.parse(text) as Snapshot;
    const { figures: [figures], leaderboard, ...rest } = snapshot;
    assert.deepEqual(rest, {
      schema_version: 1,
      chain: "ethereum",
      region: "local",
      from: "2026-03-04T05:00:00.000Z",
      to: "2026-03-04T06:00:00.000Z",
    });
    const { p50_ms: p50, p95_ms: p95, p99_ms: p99, usd, ...exact } = figures!;
    assert.deepEqual(exact, {
      ...{ provider: "alchemy", transport: "http", method: "eth_call", strategy: "fastest" },
      ...{ n: 100, failed: 0, outcomes: { ok: 99, revert: 1 }, units: 2_600 },
    });
    for (const [found, expected] of [[p50, 50], [p95, 95], [p99, 99], [usd, 0.00125]] as const) {
      assert.ok(Math.abs(found! - expected) <= expected * 0.01, `${found} is not ${expected}`);
    }
    assert.deepEqual(
      leaderboard.map(({ provider, wins, races, missed }) => [provider, wins, races, missed]),
      [
        ["alchemy", 9, 10, 0],
        ["infura", 1, 10, 1],
      ],
    );
    assert.ok(Math.abs(leaderboard[0]!.score - 0.9 / 2) < 1e-3, `${leaderboard[0]!.score}`);
  }));

Deno.test("snapshots of hours that ended while nothing ran are made up; those written stay as they are", () =>
  inTempDir(async (dataDir) => {
    {
      using on = new TestKeeper({ dataDir });
      tell(on, t0);
      tell(on, t0 + hour + minute);
    }
    const path = join(dataDir, "snapshots", "ethereum", "2026-03-04T05.json");
    Deno.writeTextFileSync(path, "{}");
    using on = new TestKeeper({ dataDir, session: 2 });
    on.post(t0 + 5 * hour);
    assert.deepEqual(written(dataDir).filter((name) => name.startsWith("ethereum/")), [
      "ethereum/2026-03-04T05.json",
      "ethereum/2026-03-04T06.json",
    ]);
    assert.equal(await Deno.readTextFile(path), "{}");
  }));

Deno.test("snapshots that can't be written are told once; history itself goes on", () =>
  inTempDir((dataDir) => {
    Deno.writeTextFileSync(join(dataDir, "snapshots"), "in the way");
    using on = new TestKeeper({ dataDir });
    for (let k = 0; k < 4; k++) tell(on, t0 + k * hour);
    assert.deepEqual(on.notices.map(({ event }) => event), ["history.snapshots"]);
    assert.equal(on.keeper.state.problem, null);
    Deno.removeSync(join(dataDir, "snapshots"));
    tell(on, t0 + 4 * hour + minute);
    assert.equal(written(dataDir).filter((name) => name.startsWith("base/")).length, 4);
    return Promise.resolve();
  }));

Deno.test("removeSnapshots() removes what is older, and nothing that is no snapshot", () =>
  inTempDir((dataDir) => {
    const write = (at: number): void =>
      writeSnapshot(dataDir, {
        ...{ schema_version: 1, chain: "base", region: "local", figures: [], leaderboard: [] },
        from: new Date(at).toISOString(),
        to: new Date(at + hour).toISOString(),
      });
    for (const at of [t0, t0 + hour, t0 + 2 * hour]) write(at);
    Deno.writeTextFileSync(join(dataDir, "snapshots", "base", "notes.json"), "mine");
    for (const at of ["2026-03-04T04", "2026-03-04T06"]) {
      Deno.writeTextFileSync(join(dataDir, "snapshots", "base", `${at}.json.new`), "{");
    }
    removeSnapshots(dataDir, t0 + hour);
    assert.deepEqual(written(dataDir), [
      "base/2026-03-04T06.json",
      "base/2026-03-04T06.json.new",
      "base/2026-03-04T07.json",
      "base/notes.json",
    ]);
    return Promise.resolve();
  }));
