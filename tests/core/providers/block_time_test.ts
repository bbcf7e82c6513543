import assert from "node:assert/strict";
import { BlockTime } from "../../../core/providers/block_time.ts";

/** Blocks every `blockMs`, seen by a look every `lookMs`. */
function watch(time: BlockTime, blockMs: number, lookMs: number, forMs: number): void {
  for (let now = 1; now < forMs; now += lookMs) time.note(Math.floor(now / blockMs), now);
}

Deno.test("BlockTime keeps the guess until four heads were seen", () => {
  const time = new BlockTime(12_000);
  for (const head of [1, 2, 3]) time.note(head, head * 2_000);
  assert.equal(time.ms, 12_000);
  time.note(4, 8_000);
  assert.equal(time.ms, 2_000);
});

Deno.test("BlockTime measures within a tenth, though heads are seen late", () => {
  for (const blockMs of [250, 2_000, 5_000, 12_000]) {
    const time = new BlockTime(1_000);
    watch(time, blockMs, 4_000, 300_000);
    assert.ok(Math.abs(time.ms - blockMs) <= blockMs / 10, `${blockMs} measured as ${time.ms}`);
  }
});

Deno.test("BlockTime shrugs off one pause and a head that goes back", () => {
  const time = new BlockTime(1_000);
  for (let i = 0; i < 16; i++) time.note(i, i * 1_000);
  time.note(3, 16_000);
  time.note(16, 100_000);
  assert.equal(time.ms, 1_000);
});
