// The logs of one filter: each once, in order, out of subscriptions that lose things.

import assert from "node:assert/strict";
import type { Head } from "../../../core/streams/head.ts";
import type { LogEvent } from "../../../core/streams/log_event.ts";
import { readLogFilter } from "../../../core/streams/log_filter.ts";
import { LogStream } from "../../../core/streams/log_stream.ts";
import { VirtualClock } from "../../../core/virtual_clock.ts";
import { head, log, logName, nameOf } from "./stream_fakes.ts";

const all = `0x${"f".repeat(512)}`;
const none = `0x${"0".repeat(512)}`;

interface Stage {
  readonly clock: VirtualClock;
  readonly stream: LogStream;
  readonly asked: Map<string, (logs: readonly LogEvent[] | null) => void>;
  readonly told: string[];
  push(name: string, bloom?: string | null, more?: Partial<Head>): void;
  answer(name: string, logs: readonly LogEvent[] | null): void;
  take(): string;
}

interface StageOptions {
  trust?: boolean;
  always?: boolean;
  gapFilling?: boolean;
  saidUpTo?: number | null;
}

function stage(options: StageOptions = {}): Stage {
  const clock = new VirtualClock();
  const told: string[] = [];
  const asked = new Map<string, (logs: readonly LogEvent[] | null) => void>();
  const read = readLogFilter({ address: `0x${"11".repeat(20)}` });
  assert.ok("filter" in read);
  let serial = 0;
  const stream = new LogStream(read.filter, {
    clock,
    trust: () => options.trust ?? true,
    always: () => options.always ?? false,
    gapFilling: () => options.gapFilling ?? true,
    backfillTimeoutMs: () => 30_000,
    reachable: () => true,
    fetchLogs: ({ hash }, _expected, answered) => asked.set(nameOf(hash), answered),
    deliver: (text) => told.push(logName(text)),
    gap: (from, to) => told.push(`gap ${from}-${to}`),
    subscriptionLost: () => told.push("silent"),
    saidUpTo: () => options.saidUpTo ?? serial,
  });
  return {
    clock,
    stream,
    asked,
    told,
    push: (name, bloom = all, more = {}) =>
      stream.pushed(head(name, undefined, { bloom, ...more }), ++serial),
    answer: (name, logs) => {
      const answered = asked.get(name);
      assert.ok(answered !== undefined, `${name} was not asked for, but ${[...asked.keys()]}`);
      asked.delete(name);
      answered(logs);
    },
    take: () => told.splice(0).join(" "),
  };
}

/** A stage whose subscription is open since before a4. */
function watching(options?: Parameters<typeof stage>[0]): Stage {
  const s = stage(options);
  s.stream.up(false);
  for (const name of ["a1", "a2", "a3"]) s.push(name, none);
  s.stream.watchAbove(3);
  if (options?.trust === false) { for (const name of ["a1", "a2", "a3"]) s.answer(name, []); }
  return s;
}

Deno.test("LogStream delivers live logs at once, in order, each once", () => {
  const s = watching();
  s.push("a4");
  s.stream.heard(log("a4", 0));
  assert.equal(s.take(), "a4.0");
  s.stream.heard(log("a4", 1));
  s.stream.heard(log("a4", 1));
  s.push("a5");
  s.stream.heard(log("a5", 0));
  assert.equal(s.take(), "a4.1 a5.0");
  assert.equal(s.asked.size, 0);
});

Deno.test("LogStream holds logs whose block has not come yet", () => {
  const s = watching();
  s.stream.heard(log("a4", 0));
  s.stream.heard(log("a4", 1));
  assert.equal(s.take(), "");
  s.push("a4");
  assert.equal(s.take(), "a4.0 a4.1");
});

Deno.test("LogStream without a subscription asks for each block that the bloom does not exclude", () => {
  const s = stage();
  s.push("a1", none);
  s.push("a2");
  s.push("a3");
  assert.deepEqual([...s.asked.keys()], ["a2", "a3"]);
  s.answer("a3", [log("a3", 0)]);
  assert.equal(s.take(), "");
  s.answer("a2", [log("a2", 1), log("a2", 0)]);
  assert.equal(s.take(), "a2.0 a2.1 a3.0");
});

Deno.test("LogStream asks for a block of which nothing came by the next head", () => {
  const s = watching();
  s.push("a4");
  assert.equal(s.asked.size, 0);
  s.push("a5");
  assert.deepEqual([...s.asked.keys()], ["a4"]);
  s.stream.heard(log("a5", 0));
  assert.equal(s.take(), "", "what stands behind waits");
  s.answer("a4", [log("a4", 0)]);
  assert.equal(s.take(), "silent a4.0 a5.0");
});

Deno.test("LogStream trusts the order of a subscription where blooms can't be trusted", () => {
  const s = watching({ trust: false });
  s.push("a4");
  s.push("a5");
  s.stream.heard(log("a5", 0));
  assert.equal(s.take(), "a5.0");
  assert.equal(s.asked.size, 0);
});

Deno.test("LogStream fetches what a lost subscription may not have told, and delivers no copy", () => {
  const s = watching();
  s.push("a4");
  s.stream.heard(log("a4", 0));
  s.stream.down(false);
  assert.deepEqual([...s.asked.keys()], ["a4"]);
  s.push("a5");
  s.answer("a4", [log("a4", 0), log("a4", 1)]);
  s.answer("a5", [log("a5", 0)]);
  assert.equal(s.take(), "a4.0 a4.1 a5.0");
  s.stream.up(false);
  assert.equal(s.asked.size, 0, "all is confirmed");
  s.stream.heard(log("a5", 0));
  assert.equal(s.take(), "");
});

Deno.test("LogStream does not ask again for what three blocks and five seconds have confirmed", async () => {
  const s = watching({ trust: false });
  s.push("a4");
  s.stream.heard(log("a4", 0));
  for (const name of ["a5", "a6"]) s.push(name);
  await s.clock.advance(5_000);
  s.push("a7");
  s.stream.down(false);
  assert.deepEqual([...s.asked.keys()], ["a5", "a6", "a7"]);
});

Deno.test("LogStream takes the logs of a popped block back, the newest first", () => {
  const s = watching();
  s.push("a4");
  s.stream.heard(log("a4", 0));
  s.stream.heard(log("a4", 1));
  s.stream.popped();
  assert.equal(s.take(), "a4.0 a4.1 -a4.1 -a4.0");
  s.push("a4", all);
  s.stream.heard(log("a4", 0));
  assert.equal(s.take(), "a4.0", "A again after A → B → A");
});

Deno.test("LogStream puts a late log in its place by taking back what came behind it", () => {
  const s = watching({ trust: false });
  s.push("a4");
  s.push("a5");
  s.stream.heard(log("a4", 0));
  s.stream.heard(log("a5", 0));
  s.take();
  s.stream.down(false);
  s.answer("a4", [log("a4", 0), log("a4", 1)]);
  assert.equal(s.take(), "-a5.0 a4.1 a5.0");
});

Deno.test("LogStream asks for every block with confirm_logs always", () => {
  const s = watching({ always: true });
  s.push("a4");
  s.stream.heard(log("a4", 0));
  s.push("a5", none);
  s.push("a6");
  assert.deepEqual([...s.asked.keys()], ["a4"]);
  s.answer("a4", [log("a4", 0), log("a4", 1)]);
  assert.equal(s.take(), "a4.0 a4.1");
});

Deno.test("LogStream tells a gap for a block that nobody could give in time", async () => {
  const s = stage();
  s.push("a1");
  s.answer("a1", null);
  await s.clock.advance(200);
  s.stream.tick();
  s.answer("a1", null);
  await s.clock.advance(30_000);
  s.stream.tick();
  s.push("a2");
  s.answer("a2", [log("a2", 0)]);
  s.answer("a1", null);
  assert.equal(s.take(), "gap 1-1 a2.0");
});

Deno.test("LogStream without gap filling tells what a lost subscription leaves open", () => {
  const s = watching({ gapFilling: false });
  s.push("a4");
  s.stream.heard(log("a4", 0));
  s.push("a5", none);
  s.stream.down(false);
  assert.equal(s.take(), "a4.0 gap 4-4");
  assert.equal(s.asked.size, 0);
});

Deno.test("LogStream holds more logs of one block than any buffer", () => {
  const s = watching();
  for (let k = 0; k < 15_000; k++) s.stream.heard(log("a4", k));
  s.push("a4");
  assert.equal(s.told.length, 15_000);
  assert.equal(s.told.at(-1), "a4.14999");
});

Deno.test("LogStream forgets what was under way at a restart, and asks anew", () => {
  const s = stage();
  s.push("a1");
  const late = s.asked.get("a1");
  s.asked.clear();
  s.stream.restart();
  late?.([log("a1", 0)]);
  assert.equal(s.take(), "");
  s.answer("a1", [log("a1", 0)]);
  assert.equal(s.take(), "a1.0");
});
