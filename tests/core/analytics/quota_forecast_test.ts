import assert from "node:assert/strict";
import { forecasts } from "../../../core/analytics/quota_forecast.ts";

const day = 86_400_000;
const begin = Date.UTC(2026, 3, 1);
const end = Date.UTC(2026, 4, 1);
const now = Date.UTC(2026, 3, 11);

Deno.test("forecasts() draws a line through the month so far, and one through the last seven days", () => {
  const use = { used: 400, max: 1_000, lastDays: 350, since: begin - 30 * day };
  const [month, week] = forecasts(use, begin, end, now);
  assert.deepEqual(month, {
    basis: "month",
    days: 10,
    perDay: 40,
    usedUpAt: Date.UTC(2026, 3, 26),
    atMonthEnd: 1_200,
    shareAtMonthEnd: 1.2,
    note: null,
  });
  assert.equal(week!.perDay, 50);
  assert.equal(week!.usedUpAt, Date.UTC(2026, 3, 23));
  assert.equal(week!.atMonthEnd, 1_400);
});

Deno.test("forecasts() rests on the time that was measured, and says where that is too little", () => {
  const young = forecasts({ used: 100, max: 1_000, lastDays: 100, since: now - 2 * day }, begin, end, now);
  assert.deepEqual(young.map(({ days, perDay }) => [days, perDay]), [[2, 50], [2, 50]]);
  for (const since of [null, now - 1_000]) {
    for (const one of forecasts({ used: 1, max: 1_000, lastDays: 1, since }, begin, end, now)) {
      assert.deepEqual([one.perDay, one.usedUpAt, one.atMonthEnd], [null, null, null]);
      assert.equal(one.note, "less than an hour of data");
    }
  }
});

Deno.test("forecasts() gives no date where the quota lasts, or is used up already", () => {
  const [lasts] = forecasts({ used: 10, max: 1_000, lastDays: 7, since: begin }, begin, end, now);
  assert.deepEqual([lasts!.usedUpAt, lasts!.note, lasts!.atMonthEnd], [null, "not within this month", 30]);
  const [unused] = forecasts({ used: 0, max: 1_000, lastDays: 0, since: begin }, begin, end, now);
  assert.deepEqual([unused!.usedUpAt, unused!.note], [null, "not within this month"]);
  const [over] = forecasts({ used: 1_000, max: 1_000, lastDays: 7, since: begin }, begin, end, now);
  assert.deepEqual([over!.usedUpAt, over!.note], [null, "used up already"]);
});
