import assert from "node:assert/strict";
import { sleep } from "../../core/clock.ts";
import type { Log } from "../../core/log.ts";
import { seededRandom } from "../../core/random.ts";
import { guardCall, supervise, type SuperviseOptions } from "../../core/supervise.ts";
import { VirtualClock } from "../../core/virtual_clock.ts";

interface Line {
  readonly event: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

function lab(): { clock: VirtualClock; lines: Line[]; common: Omit<SuperviseOptions, "name" | "run"> } {
  const clock = new VirtualClock();
  const lines: Line[] = [];
  const log: Log = {
    enabled: () => true,
    write: (_level, event, fields) => void lines.push({ event, fields }),
    line: () => {},
  };
  return { clock, lines, common: { clock, log, random: seededRandom(1) } };
}

const untilAborted = (clock: VirtualClock, signal: AbortSignal): Promise<void> => sleep(clock, 1e9, signal);

Deno.test("supervise() restarts a part within 100 ms, with what it knew", async () => {
  const { clock, lines, common } = lab();
  let position = 0;
  const part = supervise({
    ...common,
    name: "stream",
    run: async (signal) => {
      position++;
      if (position === 1) throw new Error("lost https://node.test/v2/SECRET");
      await untilAborted(clock, signal);
    },
  });
  await clock.advance(0);
  assert.equal(part.state.kind, "waiting");
  await clock.advance(100);
  assert.deepEqual([part.state.kind, part.restarts, position], ["running", 1, 2]);
  assert.deepEqual(lines.map(({ event, fields }) => [event, fields["part"], fields["error"]]), [
    ["part.failed", "stream", "lost https://node.test/***"],
  ]);
  await part[Symbol.asyncDispose]();
  assert.equal(part.state.kind, "stopped");
  assert.equal(clock.pending, 0);
});

Deno.test("supervise() backs off exponentially with jitter to 30 s", async () => {
  const { clock, common } = lab();
  const waits: number[] = [];
  const part = supervise({
    ...common,
    name: "probe",
    run: () => Promise.reject(new Error("down")),
    onFault: (_thrown, restartInMs) => void waits.push(restartInMs),
  });
  await clock.advance(300_000);
  await part[Symbol.asyncDispose]();
  waits.forEach((wait, index) => {
    const cap = Math.min(30_000, 100 * 2 ** index);
    assert.ok(wait >= cap / 2 && wait <= cap, `wait ${index} is ${wait}, cap ${cap}`);
  });
  assert.ok(waits.length > 15);
  assert.equal(new Set(waits).size, waits.length, "each is jittered on its own");
  assert.equal(clock.pending, 0);
});

Deno.test("supervise() begins again at 100 ms after the part ran well for a minute", async () => {
  const { clock, common } = lab();
  const waits: number[] = [];
  let start = 0;
  const part = supervise({
    ...common,
    name: "probe",
    run: async (signal) => {
      if (++start === 6) await sleep(clock, 60_000, signal);
      throw new Error("down");
    },
    onFault: (_thrown, restartInMs) => void waits.push(restartInMs),
  });
  await clock.advance(65_000);
  await part[Symbol.asyncDispose]();
  assert.ok(waits[4]! > 500, `fifth wait ${waits[4]}`);
  assert.ok(waits[5]! <= 100, `first wait after a good minute ${waits[5]}`);
});

Deno.test("supervise() catches what run throws before it returns a promise, and what onFault throws", async () => {
  const { clock, lines, common } = lab();
  let starts = 0;
  const part = supervise({
    ...common,
    name: "part",
    run: () => {
      if (++starts === 1) throw new Error("at once");
      return Promise.resolve();
    },
    onFault: () => {
      throw new Error("listener");
    },
  });
  await clock.advance(100);
  assert.deepEqual([part.state.kind, starts], ["finished", 2]);
  assert.deepEqual(lines.map(({ event }) => event), ["part.failed", "call.failed"]);
  await part[Symbol.asyncDispose]();
});

Deno.test("supervise() leaves other parts alone", async () => {
  const { clock, common } = lab();
  let beats = 0;
  const broken = supervise({ ...common, name: "a", run: () => Promise.reject(new Error("a")) });
  const well = supervise({
    ...common,
    name: "b",
    run: async (signal) => {
      while (!signal.aborted) {
        await sleep(clock, 1000, signal);
        beats++;
      }
    },
  });
  await clock.advance(10_000);
  assert.deepEqual([well.restarts, beats], [0, 10]);
  await Promise.all([broken[Symbol.asyncDispose](), well[Symbol.asyncDispose]()]);
});

Deno.test("[Symbol.asyncDispose]() ends the wait for a restart, reports nothing, may be repeated", async () => {
  const { clock, lines, common } = lab();
  let starts = 0;
  const part = supervise({
    ...common,
    name: "part",
    run: async (signal) => {
      starts++;
      await untilAborted(clock, signal);
      throw new Error("aborted");
    },
  });
  await part[Symbol.asyncDispose]();
  await part[Symbol.asyncDispose]();
  await clock.advance(60_000);
  assert.deepEqual([starts, lines.length, part.restarts, clock.pending], [1, 0, 0, 0]);
});

Deno.test("[Symbol.asyncDispose]() gives up on a part that ignores its signal after 5 s, and says so", async () => {
  const { clock, lines, common } = lab();
  const part = supervise({ ...common, name: "deaf", run: () => new Promise(() => {}) });
  const disposed = part[Symbol.asyncDispose]();
  await clock.advance(5000);
  await disposed;
  assert.deepEqual(lines, [{ event: "part.stuck", fields: { part: "deaf", waited_ms: 5000 } }]);
});

Deno.test("guardCall() gives the value, or logs what was thrown and gives undefined", () => {
  const { lines, common } = lab();
  assert.equal(guardCall("sum", common.log, () => 3), 3);
  const failing = (): number => {
    throw new Error("no");
  };
  assert.equal(guardCall("sum", common.log, failing), undefined);
  assert.deepEqual(lines, [{ event: "call.failed", fields: { part: "sum", error: "no" } }]);
});
