// What disks do: damage, no room, no permission, a second Lasso, a file of a newer one. Each is told once, what is told
// meanwhile is not lost, and comes into the file when that is possible again.

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import type { Sqlite } from "../../../../core/measure/history/database.ts";
import type { Question } from "../../../../core/measure/history/messages.ts";
import type { DeadLetter, KeptCall, Page, SeriesKey } from "../../../../core/measure/history/model.ts";
import { below, type Random, seededRandom } from "../../../../core/random.ts";
import { inTempDir, namesIn } from "../../../support/temp_dir.ts";
import { cellOf, hour, minute, second, seriesKey, t0, TestKeeper } from "./support.ts";

const key: SeriesKey = seriesKey();

/** A second with `n` samples. */
function tell(on: TestKeeper, at: number, n = 1): void {
  on.outbox.second(at, [cellOf(1, key, Array<number>(n).fill(10))]);
  on.outbox.event({ at, topic: "system", chain: null, provider: null, event: `at.${at}`, fields: {} });
  on.post(at + second);
}

function samples(on: TestKeeper, from = t0, to = t0 + 24 * hour): number {
  return on.cells({ from, to }).groups[0]?.n ?? 0;
}

function eventTimes(on: TestKeeper): number[] {
  const query = { limit: 500 };
  const page = on.keeper.answer({ kind: "ask", id: 1, about: "events", query }) as Page<{ at: number }>;
  return page.rows.map(({ at }) => (at - t0) / second);
}

const events = (on: TestKeeper): string[] => on.notices.map(({ event }) => event);

Deno.test("a file with garbage for a header is moved aside, told once, and begun anew", () =>
  inTempDir((dataDir) => {
    Deno.writeTextFileSync(join(dataDir, "history.db"), "garbage ".repeat(2_000));
    using on = new TestKeeper({ dataDir });
    tell(on, t0);
    assert.deepEqual(events(on), ["history.damaged"]);
    assert.equal(on.notices[0]!.fields["moved_to"], join(dataDir, "history.db.damaged-2026-03-04T05-00-00Z"));
    assert.equal(on.keeper.state.problem, null);
    assert.equal(samples(on), 1);
    assert.ok(namesIn(dataDir).includes("history.db.damaged-2026-03-04T05-00-00Z"), namesIn(dataDir).join());
    return Promise.resolve();
  }));

Deno.test("garbage in the middle of a file is found when it is met; history goes on in a new file", () =>
  inTempDir((dataDir) => {
    const path = join(dataDir, "history.db");
    {
      using on = new TestKeeper({ dataDir });
      for (let k = 0; k < 300; k++) tell(on, t0 + k * second, 30);
    }
    using file = Deno.openSync(path, { write: true });
    const { size } = Deno.statSync(path);
    // All but the header, so that its first page is read as a database.
    file.seekSync(4_096, Deno.SeekMode.Start);
    file.writeSync(crypto.getRandomValues(new Uint8Array(Math.min(65_536, size - 4_096))));
    using on = new TestKeeper({ dataDir, session: 2, now: t0 + 300 * second });
    tell(on, t0 + 300 * second);
    assert.ok(samples(on) >= 1);
    assert.deepEqual(events(on), ["history.damaged"]);
    assert.equal(on.keeper.state.problem, null);
    assert.equal(namesIn(dataDir).filter((name) => name.startsWith("history.db.damaged-")).length >= 1, true);
    return Promise.resolve();
  }));

Deno.test("a blob that can't be read costs that row only, and is counted", () =>
  inTempDir((dataDir) => {
    {
      using on = new TestKeeper({ dataDir });
      tell(on, t0, 2);
      tell(on, t0 + second, 3);
    }
    const db = new DatabaseSync(join(dataDir, "history.db"));
    db.prepare("UPDATE cells SET blob = ? WHERE at = ?").run(new Uint8Array([1, 200, 3]), t0);
    db.close();
    using on = new TestKeeper({ dataDir, session: 2 });
    assert.equal(samples(on), 3);
    assert.deepEqual([on.keeper.state.problem, on.keeper.state.dropped], [null, 1]);
    on.post(t0 + 2 * minute);
    assert.equal(samples(on), 3);
    return Promise.resolve();
  }));

Deno.test("a file of a newer Lasso is left as it is; memory is used", () =>
  inTempDir((dataDir) => {
    const path = join(dataDir, "history.db");
    const db = new DatabaseSync(path);
    db.exec("PRAGMA user_version = 99; CREATE TABLE theirs (a)");
    db.close();
    const before = Deno.readFileSync(path);
    {
      using on = new TestKeeper({ dataDir });
      tell(on, t0);
      tell(on, t0 + minute);
      assert.equal(samples(on), 2);
      assert.deepEqual(events(on), ["history.problem"]);
      assert.match(on.keeper.state.problem ?? "", /the file is of a newer Lasso \(version 99 of its tables/);
    }
    assert.deepEqual(Deno.readFileSync(path), before);
    return Promise.resolve();
  }));

Deno.test("a folder that is removed while Lasso runs is told, made again, and keeps what comes from then on", () =>
  inTempDir((dataDir) => {
    const folder = join(dataDir, "data");
    {
      using on = new TestKeeper({ dataDir: folder });
      tell(on, t0, 5);
      Deno.removeSync(folder, { recursive: true });
      tell(on, t0 + second, 3);
      assert.deepEqual(events(on), ["history.removed"]);
      assert.equal(on.keeper.state.problem, null);
      tell(on, t0 + 2 * second);
      using second_ = new TestKeeper({ dataDir: folder, session: 2 });
      assert.match(
        second_.keeper.state.problem ?? "",
        /^another Lasso writes to /,
        "the new folder is locked",
      );
    }
    using after = new TestKeeper({ dataDir: folder, session: 3 });
    assert.equal(samples(after), 4);
    return Promise.resolve();
  }));

Deno.test("a file that another one was put in the place of is left alone; the other one is gone on with", () =>
  inTempDir((dataDir) => {
    const path = join(dataDir, "history.db");
    {
      using on = new TestKeeper({ dataDir });
      tell(on, t0, 7);
    }
    Deno.copyFileSync(path, `${path}.backup`);
    using on = new TestKeeper({ dataDir, session: 2 });
    tell(on, t0 + second, 5);
    Deno.renameSync(`${path}.backup`, path);
    for (const part of ["-wal", "-shm"]) Deno.removeSync(path + part);
    tell(on, t0 + 2 * second, 1);
    assert.equal(samples(on), 8);
    assert.deepEqual(events(on), ["history.removed"]);
    return Promise.resolve();
  }));

Deno.test("a folder that is removed while it can't be written is made again with the next try", () =>
  inTempDir((dataDir) => {
    const folder = join(dataDir, "data");
    const first = new TestKeeper({ dataDir: folder });
    using on = new TestKeeper({ dataDir: folder, session: 2 });
    tell(on, t0, 4);
    Deno.removeSync(folder, { recursive: true });
    first[Symbol.dispose]();
    tell(on, t0 + minute);
    assert.deepEqual(events(on), ["history.problem", "history.recovered"]);
    assert.ok(namesIn(folder).includes("history.db"), namesIn(folder).join());
    assert.equal(samples(on), 5);
    return Promise.resolve();
  }));

Deno.test("a second Lasso on the same folder keeps to memory, and takes the file over when the first one ends", () =>
  inTempDir((dataDir) => {
    const first = new TestKeeper({ dataDir });
    tell(first, t0);
    using second_ = new TestKeeper({ dataDir, session: 2 });
    tell(second_, t0 + second, 10);
    tell(second_, t0 + 20 * second, 10);
    assert.deepEqual(events(second_), ["history.problem"]);
    assert.match(
      second_.keeper.state.problem ?? "",
      /^another Lasso writes to .*; give each its own data_dir$/,
    );
    assert.equal(samples(second_), 20);
    first[Symbol.dispose]();
    tell(second_, t0 + 40 * second, 10);
    assert.deepEqual(events(second_), ["history.problem", "history.recovered"]);
    assert.equal(second_.keeper.state.problem, null);
    assert.equal(samples(second_), 31);
    assert.deepEqual(eventTimes(second_), [40, 20, 1, 0]);
    return Promise.resolve();
  }));

Deno.test("a folder that can't be made is told once; nothing is lost meanwhile", () =>
  inTempDir((folder) => {
    const dataDir = join(folder, "data");
    Deno.writeTextFileSync(dataDir, "in the way");
    using on = new TestKeeper({ dataDir });
    for (let k = 0; k < 30; k++) tell(on, t0 + k * second);
    assert.deepEqual(events(on), ["history.problem"]);
    assert.match(on.keeper.state.problem ?? "", /^the folder .* can't be written: /);
    Deno.removeSync(dataDir);
    tell(on, t0 + 40 * second);
    assert.deepEqual(events(on), ["history.problem", "history.recovered"]);
    assert.equal(samples(on), 31);
    return Promise.resolve();
  }));

/** node:sqlite whose files may not grow beyond so many pages. */
function bounded(pages: { most: number }): Sqlite {
  return class extends DatabaseSync {
    #file: boolean;
    constructor(path: string) {
      super(path);
      this.#file = path !== ":memory:";
    }
    override exec(sql: string): void {
      if (this.#file && sql.startsWith("BEGIN")) super.exec(`PRAGMA max_page_count = ${pages.most}`);
      super.exec(sql);
    }
  } as unknown as Sqlite;
}

Deno.test("a full disk: memory serves beside the file, and goes into it when there is room", () =>
  inTempDir((dataDir) => {
    const pages = { most: 1_000_000 };
    using on = new TestKeeper({ dataDir }, { sqlite: bounded(pages) });
    for (let k = 0; k < 90; k++) tell(on, t0 + k * second);
    pages.most = 1; // SQLite takes it for what the file has.
    let k = 90;
    while (on.notices.length === 0 && k < 1_000) tell(on, t0 + k++ * second);
    const full = k;
    assert.deepEqual(events(on), ["history.problem"]);
    assert.match(on.keeper.state.problem ?? "", /full/);
    for (; k < full + 200; k++) tell(on, t0 + k * second);
    assert.deepEqual(events(on), ["history.problem"], "told once");
    // Minutes that are half here and half there, and pages over both.
    assert.equal(samples(on), k);
    assert.equal(
      on.cells({ from: t0, to: t0 + hour, stepMs: minute }).groups.reduce((n, group) => n + group.n, 0),
      k,
    );
    assert.deepEqual(eventTimes(on), Array.from({ length: Math.min(k, 500) }, (_, i) => k - 1 - i));
    const letter = {
      at: t0,
      kind: "alert",
      target: "",
      body: "",
      tries: 0,
      lastError: "",
      nextAt: null,
    } as const;
    const id = on.keeper.answer({ kind: "ask", id: 1, about: "addDeadLetter", query: letter });
    pages.most = 1_000_000;
    tell(on, t0 + (k + 10) * second);
    assert.deepEqual(events(on), ["history.problem", "history.recovered"]);
    assert.equal(samples(on), k + 1);
    assert.equal(
      on.cells({ from: t0, to: t0 + hour, stepMs: minute }).groups.reduce((n, group) => n + group.n, 0),
      k + 1,
    );
    assert.ok(on.keeper.answer({ kind: "ask", id: 1, about: "deadLetter", query: Number(id) }) !== null);
    return Promise.resolve();
  }));

const letterOf = (k: number): Omit<DeadLetter, "id"> => ({
  ...{ at: t0 + k, kind: "transaction", target: "ethereum", body: `0x${k}` },
  ...{ tries: 0, lastError: "", nextAt: null },
});

function ask(on: TestKeeper, question: Pick<Question, "about" | "query">): unknown {
  return on.keeper.answer({ kind: "ask", id: 1, ...question } as Question);
}

/** Files as a process leaves them that is killed: there is a write-ahead log beside the file. */
function killed(from: string, to: string): void {
  const on = new TestKeeper({ dataDir: from });
  for (let k = 0; k < 12; k++) ask(on, { about: "addDeadLetter", query: letterOf(k) });
  for (let k = 0; k < 400; k++) {
    on.outbox.event({
      ...{ at: t0 + k * second, topic: "system", chain: null, provider: null, event: `at.${k}` },
      fields: { k, text: "x".repeat(1_500) },
    });
    tell(on, t0 + k * second, 30);
  }
  for (const part of ["", "-wal"]) {
    Deno.copyFileSync(join(from, `history.db${part}`), join(to, `history.db${part}`));
  }
  on[Symbol.dispose]();
}

Deno.test("a file that is zeros from its middle on is told when it is opened, and what can be read is kept", () =>
  inTempDir((dataDir) => {
    const last = join(dataDir, "last");
    Deno.mkdirSync(last);
    killed(dataDir, last);
    Deno.removeSync(join(last, "history.db-wal"));
    const path = join(last, "history.db");
    const { size } = Deno.statSync(path);
    using file = Deno.openSync(path, { write: true });
    file.seekSync(Math.ceil(size / 2), Deno.SeekMode.Start);
    file.writeSync(new Uint8Array(size - Math.ceil(size / 2)));
    using on = new TestKeeper({ dataDir: last, session: 2, now: t0 + hour });
    assert.deepEqual(events(on), ["history.damaged"], "before anybody asks");
    const { problem, rows_kept: kept, torn } = on.notices[0]!.fields;
    assert.match(String(problem), /^the file is malformed: /);
    assert.ok(Number(kept) > 12, String(kept));
    assert.ok((torn as readonly string[]).includes("events"), String(torn));
    const letters = ask(on, { about: "deadLetters", query: { limit: 50 } }) as Page<DeadLetter>;
    assert.deepEqual(
      letters.rows.map(({ body }) => body),
      Array.from({ length: 12 }, (_, k) => `0x${11 - k}`),
    );
    const found = eventTimes(on);
    assert.ok(found.length > 20 && found.length < 500 && new Set(found).size <= 400, `${found.length}`);
    tell(on, t0 + hour + second);
    assert.equal(on.keeper.state.problem, null);
    assert.deepEqual(events(on), ["history.damaged"], "told once");
    return Promise.resolve();
  }));

Deno.test("whatever is damaged, the file opens or is begun anew, and takes what comes", () =>
  inTempDir((dataDir) => {
    const last = join(dataDir, "last");
    Deno.mkdirSync(last);
    killed(dataDir, last);
    const random = seededRandom(11);
    for (let k = 0; k < 30; k++) {
      const folder = join(dataDir, `${k}`);
      Deno.mkdirSync(folder);
      for (const name of ["history.db", "history.db-wal"]) {
        Deno.copyFileSync(join(last, name), join(folder, name));
      }
      damage(folder, random);
      using on = new TestKeeper({ dataDir: folder, session: 2, now: t0 + hour });
      const before = samples(on, t0 + hour, t0 + 2 * hour);
      tell(on, t0 + hour, 7);
      assert.equal(samples(on, t0 + hour, t0 + 2 * hour), before + 7, `damage ${k}`);
      for (const about of ["events", "calls", "races"] as const) ask(on, { about, query: { limit: 500 } });
      assert.equal(on.keeper.state.problem, null, `damage ${k}`);
      assert.ok(events(on).every((event) => event === "history.damaged"), events(on).join());
    }
    return Promise.resolve();
  }));

Deno.test("damage that comes while nobody asks is told within a day", () =>
  inTempDir((dataDir) => {
    using on = new TestKeeper({ dataDir });
    for (let k = 0; k < 600; k++) {
      on.outbox.call({ ...call, id: `r${k}`, at: t0 + k * second });
      tell(on, t0 + k * second, 30);
    }
    const path = join(dataDir, "history.db");
    const { size } = Deno.statSync(path);
    assert.ok(size > 1_000_000, `${size} bytes are in the file itself`);
    {
      using file = Deno.openSync(path, { write: true });
      file.seekSync(size / 4, Deno.SeekMode.Start);
      file.writeSync(new Uint8Array(size / 2));
    }
    tell(on, t0 + 12 * hour);
    assert.deepEqual(events(on), []);
    tell(on, t0 + 24 * hour);
    assert.deepEqual(events(on), ["history.damaged"]);
    assert.equal(on.keeper.state.problem, null);
    assert.equal(samples(on, t0 + 24 * hour, t0 + 25 * hour), 1);
    return Promise.resolve();
  }));

const call: KeptCall = {
  ...{ id: "r", at: t0, chain: "ethereum", method: "eth_call", transport: "http", strategy: "fastest" },
  ...{
    provider: "a",
    provider_transport: "http",
    outcome: "ok",
    duration_ms: 1,
    overhead_ms: 0,
    upstream_ms: 1,
  },
  ...{ retries: 0, reason: "x".repeat(3_000), candidates: [], attempts: [], error: null },
};

/** Zeros, garbage or an early end at a random place, of the file or its write-ahead log; sometimes that one is gone. */
function damage(folder: string, random: Random): void {
  const wal = join(folder, "history.db-wal");
  const path = below(random, 4) === 0 ? wal : join(folder, "history.db");
  if (path !== wal && below(random, 2) === 0) Deno.removeSync(wal);
  const { size } = Deno.statSync(path);
  const from = below(random, size);
  const kind = below(random, 3);
  if (kind === 0) return Deno.truncateSync(path, from);
  const bytes = new Uint8Array(Math.min(size - from, 1 + below(random, 60_000)));
  if (kind === 1) bytes.forEach((_, index) => bytes[index] = below(random, 256));
  using file = Deno.openSync(path, { write: true });
  file.seekSync(from, Deno.SeekMode.Start);
  file.writeSync(bytes);
}

Deno.test("a row that can't be read is left out, removed and counted; the others are given", () =>
  inTempDir((dataDir) => {
    {
      using on = new TestKeeper({ dataDir });
      for (let k = 0; k < 3; k++) tell(on, t0 + k * second);
    }
    const db = new DatabaseSync(join(dataDir, "history.db"));
    db.prepare("UPDATE events SET body = ? WHERE id = 2").run("{\0\0");
    db.close();
    using on = new TestKeeper({ dataDir, session: 2 });
    assert.deepEqual(eventTimes(on), [2, 0]);
    assert.deepEqual(eventTimes(on), [2, 0]);
    assert.deepEqual([on.keeper.state.problem, on.keeper.state.dropped], [null, 1]);
    assert.deepEqual(events(on), []);
    return Promise.resolve();
  }));
