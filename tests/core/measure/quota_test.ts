import assert from "node:assert/strict";
import { VirtualClock } from "../../../core/virtual_clock.ts";
import { monthEnd, MonthWatch, unitsOf } from "../../../core/measure/quota.ts";

Deno.test("unitsOf() takes the method's own entry, else the longest prefix, else perCall", () => {
  const cost = {
    perCall: 26,
    methods: { "debug_*": 300, "debug_trace*": 500, debug_traceCall: 170, "*": 20, eth_chainId: 0 },
    usdPerMillion: null,
  };
  assert.equal(unitsOf(cost, "debug_traceCall"), 170);
  assert.equal(unitsOf(cost, "debug_traceTransaction"), 500);
  assert.equal(unitsOf(cost, "debug_getBadBlocks"), 300);
  assert.equal(unitsOf(cost, "eth_call"), 20);
  assert.equal(unitsOf(cost, "eth_chainId"), 0);
  assert.equal(unitsOf({ ...cost, methods: { eth_getLogs: 75 } }, "eth_getLogsX"), 26);
});

Deno.test("monthEnd() is the first instant of the next month in UTC", () => {
  assert.equal(monthEnd(Date.UTC(2025, 11, 31, 23, 59, 59, 999)), Date.UTC(2026, 0, 1));
  assert.equal(monthEnd(Date.UTC(2024, 1, 1)), Date.UTC(2024, 2, 1));
});

Deno.test("MonthWatch.turned() is true once a month", async () => {
  const clock = new VirtualClock(Date.UTC(2024, 1, 28, 12));
  const watch = new MonthWatch(clock);
  const turns: number[] = [];
  for (let hour = 0; hour < 24 * 40; hour++) {
    await clock.advance(3_600_000);
    if (watch.turned(clock.now())) turns.push(clock.wallNow());
  }
  assert.deepEqual(turns, [Date.UTC(2024, 2, 1), Date.UTC(2024, 3, 1)]);
});
