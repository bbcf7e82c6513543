import assert from "node:assert/strict";
import { dashboardFigure } from "../../bench/dashboard_feed.ts";
import type { FeedRound } from "../../bench/dashboard_feed_run.ts";

const round: FeedRound = {
  tab: "/",
  seconds: 60,
  events: 60_000,
  idleFps: 60,
  fps: 59,
  longTasks: [],
  p50Ms: 40,
  p95Ms: 80,
  maxMs: 150,
  seen: 5_000,
  heapBefore: 4 * 1024 ** 2,
  heapAfter: 5 * 1024 ** 2,
};

Deno.test("dashboardFigure() judges frames by what the machine draws without the events", () => {
  const judged = (change: Partial<FeedRound>): readonly boolean[] =>
    dashboardFigure([{ ...round, ...change }]).verdicts.map(({ met }) => met);
  assert.deepEqual(judged({}), [true, true, true, true]);
  assert.deepEqual(judged({ fps: 50 }), [false, true, true, true]);
  assert.deepEqual(judged({ fps: 29, idleFps: 30 }), [true, true, true, true]);
  assert.deepEqual(judged({ longTasks: [70, 52] }), [true, false, true, true]);
  assert.deepEqual(judged({ p95Ms: 120, maxMs: 250 }), [true, true, false, false]);
});

Deno.test("dashboardFigure() names each long task and its tab", () => {
  const { notes, title } = dashboardFigure([{ ...round, longTasks: [70, 52] }, {
    ...round,
    tab: "/live-test",
  }]);
  assert.equal(notes[0], "Long tasks, ms: / 70 52; /live-test none.");
  assert.equal(title, "The dashboard at 1,000 events/s for 60 s: /, /live-test");
});
