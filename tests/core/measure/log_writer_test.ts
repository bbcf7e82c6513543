import assert from "node:assert/strict";
import { settle, VirtualClock } from "../../../core/virtual_clock.ts";
import { type LogSink, LogWriter } from "../../../core/measure/log_writer.ts";

class MemorySink implements LogSink {
  readonly chunks: string[] = [];
  write(bytes: Uint8Array): Promise<number> {
    this.chunks.push(new TextDecoder().decode(bytes));
    return Promise.resolve(bytes.length);
  }
  get text(): string {
    return this.chunks.join("");
  }
}

/** Takes each batch only after `ms`; counts writes that overlap. */
class SlowSink implements LogSink {
  lines = 0;
  overlaps = 0;
  largest = 0;
  #busy = false;
  constructor(readonly clock: VirtualClock, readonly ms: number) {}
  write(bytes: Uint8Array): Promise<number> {
    if (this.#busy) this.overlaps++;
    this.#busy = true;
    this.largest = Math.max(this.largest, bytes.length);
    return new Promise((resolve) => {
      this.clock.after(this.ms, () => {
        this.#busy = false;
        for (const byte of bytes) if (byte === 10) this.lines++;
        resolve(bytes.length);
      });
    });
  }
}

function writerTo(sink: LogSink, over: Partial<ConstructorParameters<typeof LogWriter>[0]> = {}): LogWriter {
  return new LogWriter({ sink, clock: new VirtualClock(), level: "info", ...over });
}

Deno.test("line() and write() come out as JSON lines, in order, in one batch within 50 ms", async () => {
  const clock = new VirtualClock(0);
  const sink = new MemorySink();
  const log = writerTo(sink, { clock });
  log.line("info", '{"event":"a"}');
  log.write("warn", "b", { place: "Zürich" });
  log.line("error", '{"event":"c"}');
  await settle();
  assert.equal(sink.text, "");
  await clock.advance(50);
  assert.deepEqual(sink.chunks, [
    '{"event":"a"}\n{"ts":"1970-01-01T00:00:00.000Z","level":"warn","event":"b","place":"Zürich"}\n{"event":"c"}\n',
  ]);
  assert.equal(clock.pending, 0);
  await log[Symbol.asyncDispose]();
});

Deno.test("enabled() follows the level, setLevel() changes it, off silences all", async () => {
  const sink = new MemorySink();
  const log = writerTo(sink, { level: "warn" });
  assert.deepEqual((["debug", "info", "warn", "error"] as const).map((level) => log.enabled(level)), [
    false,
    false,
    true,
    true,
  ]);
  log.line("info", '{"n":1}');
  log.write("debug", "x", {});
  log.setLevel("debug");
  log.line("debug", '{"n":2}');
  log.setLevel("off");
  log.line("error", '{"n":3}');
  await log[Symbol.asyncDispose]();
  assert.equal(sink.text, '{"n":2}\n');
  assert.equal(log.dropped, 0);
});

Deno.test("setMaxErrorChars() cuts what comes from then on", async () => {
  const sink = new MemorySink();
  const log = writerTo(sink, { clock: new VirtualClock(0), maxErrorChars: 20 });
  log.write("error", "a", { error: "0123456789" });
  log.setMaxErrorChars(4);
  log.write("error", "b", { error: "0123456789" });
  await log[Symbol.asyncDispose]();
  const errors = sink.text.trim().split("\n").map((line) => (JSON.parse(line) as { error: string }).error);
  assert.deepEqual(errors, ["0123456789", "012…"]);
});

Deno.test("64 KB are handed over without waiting for the timer", async () => {
  const clock = new VirtualClock();
  const sink = new MemorySink();
  const log = writerTo(sink, { clock });
  for (let i = 0; i < 66; i++) log.line("info", "x".repeat(999));
  assert.equal(sink.chunks.length, 0);
  await clock.advance(0);
  assert.equal(sink.text.length, 66_000);
  await log[Symbol.asyncDispose]();
});

Deno.test("100,000 lines a second to a slow sink stay bounded, and each line is written or counted", async () => {
  const clock = new VirtualClock();
  const sink = new SlowSink(clock, 200);
  const log = writerTo(sink, { clock });
  const wire = JSON.stringify({ event: "rpc.request.completed", pad: "x".repeat(400) });
  let held = 0;
  for (let ms = 0; ms < 1_000; ms++) {
    for (let i = 0; i < 100; i++) log.line("info", wire);
    held = Math.max(held, log.held);
    await clock.advance(1);
  }
  assert.ok(held <= 16_384, String(held));
  assert.ok(held >= 16_000, "the buffer is used to the full");
  assert.ok(log.dropped > 50_000, String(log.dropped));
  await clock.advance(10_000);
  assert.equal(log.held, 0);
  assert.equal(sink.lines + log.dropped, 100_000);
  assert.equal(sink.overlaps, 0);
  assert.ok(sink.largest < 300_000, String(sink.largest));
  await log[Symbol.asyncDispose]();
});

Deno.test("the buffer is bounded in bytes too", async () => {
  const clock = new VirtualClock();
  const log = writerTo(new SlowSink(clock, 1e9), { clock, maxBytes: 100_000 });
  for (let i = 0; i < 50; i++) {
    log.line("info", "x".repeat(9_999));
    await clock.advance(10);
  }
  assert.equal(log.held, 10);
  assert.equal(log.dropped, 40);
});

Deno.test("a sink that throws or rejects costs lines, never more", async () => {
  for (
    const write of [
      (): number => {
        throw new Error("EPIPE");
      },
      (): Promise<number> => Promise.reject(new Error("EPIPE")),
      (): number => 0,
    ]
  ) {
    const clock = new VirtualClock();
    const log = writerTo({ write }, { clock });
    for (let i = 0; i < 10; i++) {
      log.line("info", "{}");
      await clock.advance(100);
    }
    assert.equal(log.dropped, 10);
    assert.equal(log.held, 0);
    await log[Symbol.asyncDispose]();
  }
});

Deno.test("a sink that takes a part at a time gets all, and a line torn by its failure is ended", async () => {
  const clock = new VirtualClock();
  let text = "";
  let writesLeft = Infinity;
  const log = writerTo({
    write: (bytes) => {
      if (writesLeft-- <= 0) throw new Error("ENOSPC");
      text += new TextDecoder().decode(bytes.subarray(0, 3));
      return Math.min(3, bytes.length);
    },
  }, { clock });
  const say = async (wire: string): Promise<void> => {
    log.line("info", wire);
    await clock.advance(100);
  };
  await say('{"n":1}');
  writesLeft = 2;
  await say('{"n":2}');
  await say('{"n":3}');
  writesLeft = Infinity;
  await say('{"n":4}');
  await say('{"n":5}');
  assert.equal(text, '{"n":1}\n{"n":2\n{"n":4}\n{"n":5}\n');
  assert.equal(log.dropped, 2);
  await log[Symbol.asyncDispose]();
});

Deno.test("dispose() writes what waits, and later lines count as dropped", async () => {
  const clock = new VirtualClock();
  const sink = new MemorySink();
  const log = writerTo(sink, { clock });
  for (let i = 0; i < 3_000; i++) log.line("info", "y".repeat(200));
  await log[Symbol.asyncDispose]();
  assert.equal(sink.text.length, 3_000 * 201);
  log.line("info", "{}");
  assert.equal(log.dropped, 1);
  assert.equal(clock.pending, 0);
});

Deno.test("dispose() gives a hanging sink up after a second and counts what it held", async () => {
  const clock = new VirtualClock();
  const log = writerTo({ write: () => new Promise<number>(() => {}) }, { clock });
  for (let i = 0; i < 5; i++) log.line("info", "{}");
  await clock.advance(100);
  log.line("info", "{}");
  const done = log[Symbol.asyncDispose]();
  await clock.advance(1_000);
  await done;
  assert.equal(log.dropped, 6);
  assert.equal(log.held, 0);
});
