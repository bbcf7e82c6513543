// History with its real worker: a question sees all that was told before, a worker that dies is followed by another one
// that knows as much, and SIGKILL costs no more than the last second.

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { type Clock, systemClock } from "../../../../core/clock.ts";
import { type Log, silentLog } from "../../../../core/log.ts";
import {
  type HistoryOptions,
  openHistory,
  type RunningHistory,
} from "../../../../core/measure/history/client.ts";
import { seededRandom } from "../../../../core/random.ts";
import { alive } from "../../../support/alive.ts";
import { inTempDir, namesIn } from "../../../support/temp_dir.ts";
import { until } from "../../../support/until.ts";
import { cellOf, second, seriesKey, t0 } from "./support.ts";

const startedAt = systemClock.now();
/** It is the hour of the other tests. */
const clock: Clock = { ...systemClock, wallNow: () => t0 + systemClock.now() - startedAt };

function open(options: Partial<HistoryOptions> = {}): RunningHistory {
  return openHistory({
    dataDir: null,
    region: "local",
    clock,
    random: seededRandom(1),
    log: silentLog,
    ...options,
  });
}

const range = { kind: "attempt", from: t0, to: t0 + 3_600_000, stepMs: null, by: [] } as const;

async function samples(history: RunningHistory): Promise<number> {
  return (await history.cells(range)).groups[0]?.n ?? 0;
}

const tell = (history: RunningHistory, k: number): void =>
  history.second(t0 + k * second, [cellOf(1, seriesKey(), [10])]);

Deno.test("openHistory() answers with all that was told before the question", () =>
  alive(async () => {
    await using history = open();
    history.start();
    for (let k = 0; k < 50; k++) {
      tell(history, k);
      history.event({ at: t0 + k, topic: "system", chain: null, provider: null, event: "x", fields: { k } });
      if (k % 10 === 0) assert.equal(await samples(history), k + 1);
    }
    assert.equal((await history.events({ limit: 500 })).rows.length, 50);
    assert.deepEqual(history.state(), { ...history.state(), file: null, problem: null, dropped: 0 });
    assert.ok(history.state().bytes > 0);
  }));

Deno.test("openHistory() writes what waits when it is closed, also when it was never started; then it refuses", () =>
  inTempDir((dataDir) =>
    alive(async () => {
      const first = open({ dataDir });
      tell(first, 0);
      await first[Symbol.asyncDispose]();
      await first[Symbol.asyncDispose]();
      await assert.rejects(first.cells(range), { message: "the history is closed" });
      await using again = open({ dataDir });
      assert.equal(await samples(again), 1);
      assert.equal(again.state().file, join(dataDir, "history.db"));
    })
  ));

/** A worker that ends by an error at a message with "die" in it; else it is the program's own. */
function mortalWorker(): Worker {
  const program = new URL("../../../../core/measure/history/history_worker.ts", import.meta.url).href;
  const source = `await import(${JSON.stringify(program)});
    const own = onmessage;
    onmessage = (event) => {
      if (JSON.stringify(event.data)?.includes("die")) throw new Error("killed by the test");
      own(event);
    };`;
  return new Worker(`data:text/javascript,${encodeURIComponent(source)}`, { type: "module" });
}

Deno.test("openHistory() starts a worker that died again, with what it knew", () =>
  inTempDir((dataDir) =>
    alive(async () => {
      const logged: string[] = [];
      const log: Log = { ...silentLog, write: (_level, event) => void logged.push(event) };
      const workers: Worker[] = [];
      const startWorker = (): Worker => {
        const worker = mortalWorker();
        workers.push(worker);
        return worker;
      };
      await using history = open({ dataDir, log, startWorker });
      tell(history, 0);
      assert.equal(await samples(history), 1);
      workers[0]!.postMessage("die");
      // Told while nobody listens, and asked.
      tell(history, 1);
      const asked = samples(history);
      await until("another worker", () => workers.length === 2);
      tell(history, 2);
      assert.equal(await asked, 2);
      assert.equal(await samples(history), 3);
      // No word of a lock or a file: the one that died holds neither.
      assert.deepEqual(logged, ["part.failed"]);
      await until("the file is written again", () => history.state().problem === null);
    })
  ));

Deno.test("openHistory() gives up what kills its worker twice, a question or a batch, and loses nothing else", () =>
  inTempDir((dataDir) =>
    alive(async () => {
      let workers = 0;
      const startWorker = (): Worker => {
        workers++;
        return mortalWorker();
      };
      await using history = open({ dataDir, startWorker });
      tell(history, 0);
      await assert.rejects(history.findCall("die"), {
        message: "the history can't answer: its worker failed twice over it",
      });
      assert.equal(await samples(history), 1);
      assert.deepEqual([workers, history.state().dropped], [3, 0]);
      history.event({ at: t0, topic: "system", chain: null, provider: null, event: "die", fields: {} });
      tell(history, 1);
      await until("the batch is dropped", () => history.state().dropped > 0);
      tell(history, 2);
      assert.equal(await samples(history), 2);
      assert.deepEqual([workers, history.state().dropped], [5, 2]);
    })
  ));

Deno.test("openHistory() tells a problem by log and event, once, and goes on", () =>
  inTempDir((folder) =>
    alive(async () => {
      const dataDir = join(folder, "file");
      Deno.writeTextFileSync(dataDir, "");
      const logged: string[] = [];
      const emitted: string[] = [];
      await using history = open({
        dataDir,
        log: { ...silentLog, write: (level, event) => void logged.push(`${level} ${event}`) },
        emit: (event) => void emitted.push(event),
      });
      for (let k = 0; k < 5; k++) {
        tell(history, k);
        assert.equal(await samples(history), k + 1);
      }
      assert.deepEqual(logged, ["error history.problem"]);
      assert.deepEqual(emitted, ["history.problem"]);
      assert.match(history.state().problem ?? "", /can't be written/);
    })
  ));

Deno.test("openHistory() loses at most the last second by SIGKILL", () =>
  inTempDir((dataDir) =>
    alive(async () => {
      const script = new URL("./killed_process.ts", import.meta.url).pathname;
      const child = new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--no-check", script, dataDir],
        stdout: "piped",
        stderr: "inherit",
      }).spawn();
      let told = 0;
      let written = 0;
      // Lines: how many seconds were told, and how many of them the process knows nothing about yet.
      const reading = (async (): Promise<void> => {
        for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
          for (const line of text.split("\n").filter((one) => one !== "")) {
            [told, written] = line.split(" ").map(Number) as [number, number];
          }
        }
      })();
      await until("some seconds were told", () => written >= 5, 60_000);
      child.kill("SIGKILL");
      await child.status;
      await reading;
      const db = new DatabaseSync(join(dataDir, "history.db"));
      const { n } = db.prepare("SELECT count(*) AS n FROM cells WHERE level = 1000").get() as { n: number };
      const check = db.prepare("PRAGMA integrity_check").get() as { integrity_check: string };
      db.close();
      assert.equal(check.integrity_check, "ok");
      assert.ok(n >= written, `${n} seconds are there, ${written} were known as written`);
      assert.ok(told - n <= 1, `${told} were told, ${n} are there`);
      await using after = open({ dataDir, clock: systemClock });
      const to = systemClock.wallNow() + 3_600_000;
      assert.equal((await after.cells({ ...range, from: to - 7_200_000, to })).groups[0]?.n, n);
      assert.deepEqual(namesIn(dataDir).filter((name) => name.includes("damaged")), []);
    })
  ));
