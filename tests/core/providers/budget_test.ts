import assert from "node:assert/strict";
import { RateBudget } from "../../../core/providers/budget.ts";
import { VirtualClock } from "../../../core/virtual_clock.ts";

Deno.test("RateBudget gives one second's worth at once, then one by one", async () => {
  const clock = new VirtualClock();
  const budget = new RateBudget({ count: 5, perMs: 1_000 }, clock);
  assert.equal(budget.max, 5);
  for (let i = 0; i < 5; i++) assert.equal(budget.take(), true);
  assert.equal(budget.take(), false);
  assert.equal(budget.used, 5);
  assert.equal(budget.waitMs(), 200);
  await clock.advance(200);
  assert.equal(budget.waitMs(), 0);
  assert.equal(budget.take(), true);
  assert.equal(budget.take(), false);
});

Deno.test("RateBudget never gives more than rate and burst allow", async () => {
  const clock = new VirtualClock();
  const budget = new RateBudget({ count: 300, perMs: 1_000 }, clock);
  let taken = 0;
  for (let ms = 0; ms < 10_000; ms += 7) {
    while (budget.take()) taken++;
    await clock.advance(7);
  }
  assert.ok(taken <= 300 + 3_000 && taken >= 3_290, `${taken}`);
});

Deno.test("RateBudget has at least one token for slow rates", async () => {
  const clock = new VirtualClock();
  const budget = new RateBudget({ count: 6, perMs: 60_000 }, clock);
  assert.equal(budget.max, 1);
  assert.equal(budget.take(), true);
  assert.ok(Math.abs(budget.waitMs() - 10_000) < 1e-6);
  await clock.advance(budget.waitMs());
  assert.equal(budget.take(), true);
});

Deno.test("RateBudget.waitMs() is long enough: a caller who waited gets its token", async () => {
  const clock = new VirtualClock();
  const budget = new RateBudget({ count: 7, perMs: 333 }, clock);
  while (budget.take());
  for (let i = 0; i < 1_000; i++) {
    await clock.advance(budget.waitMs());
    assert.equal(budget.take(), true);
  }
});

Deno.test("RateBudget without a limit always gives", () => {
  const budget = new RateBudget(null, new VirtualClock());
  for (let i = 0; i < 10_000; i++) assert.equal(budget.take(), true);
  assert.deepEqual([budget.waitMs(), budget.used, budget.max], [0, 0, Infinity]);
});

Deno.test("RateBudget.adopt() starts with what was used", () => {
  const clock = new VirtualClock();
  const before = new RateBudget({ count: 10, perMs: 1_000 }, clock);
  for (let i = 0; i < 8; i++) before.take();
  const after = new RateBudget({ count: 10, perMs: 1_000 }, clock);
  after.adopt(before);
  assert.equal(after.used, 8);
});
