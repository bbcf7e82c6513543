import assert from "node:assert/strict";
import { ticksTo } from "../../../ui/models/ticks.ts";

Deno.test("ticksTo() gives round numbers that never leave the axis", () => {
  assert.deepEqual(ticksTo(177, 4), [0, 50, 100, 150]);
  assert.deepEqual(ticksTo(8_000, 6), [0, 2_000, 4_000, 6_000, 8_000]);
  assert.deepEqual(ticksTo(0.3, 4), [0, 0.1, 0.2, 0.3]);
  assert.deepEqual(ticksTo(0), [0]);
  assert.deepEqual(ticksTo(NaN), [0]);
  for (let end = 0.001; end < 1e7; end *= 1.7) {
    const ticks = ticksTo(end, 5);
    assert.ok(ticks.length >= 2 && ticks.length <= 6, `${end}: ${ticks}`);
    assert.ok(ticks.at(-1)! <= end * (1 + 1e-9), `${end}: ${ticks}`);
  }
});
