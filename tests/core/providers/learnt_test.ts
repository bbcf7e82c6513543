import assert from "node:assert/strict";
import { boundMs, LearntLimits, unsupportedMs } from "../../../core/providers/learnt.ts";
import { VirtualClock } from "../../../core/virtual_clock.ts";

function bench(): { clock: VirtualClock; learnt: LearntLimits; changes: () => number } {
  const clock = new VirtualClock();
  let changes = 0;
  return { clock, learnt: new LearntLimits(clock, () => void changes++), changes: () => changes };
}

Deno.test("LearntLimits remembers an unsupported method for five minutes", async () => {
  const { clock, learnt, changes } = bench();
  learnt.learn("trace_block", { kind: "unsupported" }, clock.now());
  learnt.learn("trace_block", { kind: "unsupported" }, clock.now());
  assert.equal(changes(), 1);
  assert.deepEqual([learnt.unsupported("trace_block"), learnt.unsupported("eth_call")], [true, false]);
  assert.equal(learnt.nextExpiry, unsupportedMs);
  await clock.advance(unsupportedMs);
  assert.equal(learnt.unsupported("trace_block"), false);
  assert.equal(learnt.nextExpiry, null);
});

Deno.test("LearntLimits keeps at most 256 methods, the oldest go first", () => {
  const { clock, learnt } = bench();
  for (let i = 0; i < 1_000; i++) learnt.learn(`m_${i}`, { kind: "unsupported" }, clock.now());
  assert.equal(learnt.list().length, 256);
  assert.deepEqual([learnt.unsupported("m_999"), learnt.unsupported("m_743")], [true, false]);
});

Deno.test("LearntLimits learns the smallest getLogs range, and forgets it after an hour", async () => {
  const { clock, learnt } = bench();
  const range = (blocks: number | null): void =>
    learnt.learn("eth_getLogs", { kind: "get_logs_range", blocks, hint: [1n, 2n] }, clock.now());
  range(null);
  assert.equal(learnt.getLogsRange, null);
  range(2_000);
  range(500);
  range(1_000);
  assert.equal(learnt.getLogsRange, 500);
  await clock.advance(boundMs);
  assert.equal(learnt.getLogsRange, null);
  range(1_000);
  assert.equal(learnt.getLogsRange, 1_000);
});

Deno.test("LearntLimits keeps the lowest block of state apart from that of history", () => {
  const { clock, learnt } = bench();
  learnt.learn("eth_call", { kind: "lowest_block", block: 900n }, clock.now());
  assert.deepEqual(
    [learnt.lowestBlock, learnt.lowestBlockFor("eth_getBalance"), learnt.lowestBlockFor("eth_getLogs")],
    [900, 900, null],
  );
  learnt.learn("eth_getBlockByNumber", { kind: "lowest_block", block: 100n }, clock.now());
  assert.deepEqual([learnt.lowestBlockFor("eth_getLogs"), learnt.lowestBlock], [100, 900]);
  learnt.learn("eth_call", { kind: "lowest_block", block: null }, clock.now());
  learnt.learn("eth_call", { kind: "too_new" }, clock.now());
  assert.equal(learnt.lowestBlockFor("eth_call"), 900);
});

Deno.test("LearntLimits.list() shows what is known and for how long", async () => {
  const { clock, learnt } = bench();
  learnt.learn("debug_x", { kind: "unsupported" }, clock.now(), 10_000);
  learnt.learn("eth_getLogs", { kind: "get_logs_range", blocks: 50, hint: null }, clock.now());
  await clock.advance(4_000);
  assert.deepEqual(learnt.list(), [
    { kind: "unsupported", subject: "debug_x", value: null, expiresInMs: 6_000 },
    { kind: "get_logs_range", subject: "eth_getLogs", value: 50, expiresInMs: boundMs - 4_000 },
  ]);
});
