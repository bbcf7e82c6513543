import assert from "node:assert/strict";
import { maxPoints, pointsIn, pointsOf, stepFor } from "../../../../core/server/api/series.ts";
import { seededRandom } from "../../../../core/random.ts";
import { cellGroup } from "../../../support/canned_history.ts";

Deno.test("stepFor() gives the least width that makes no more than 300 points", () => {
  const hour = 3_600_000;
  assert.equal(stepFor(0, 60_000, 1_000), 1_000);
  assert.equal(stepFor(0, hour, 1_000), 15_000);
  assert.equal(stepFor(0, 24 * hour, 1_000), 300_000);
  assert.equal(stepFor(0, hour, 60_000), 60_000);
  assert.equal(stepFor(0, hour, 45_000), 60_000);
  const random = seededRandom(3);
  for (let k = 0; k < 2_000; k++) {
    const from = Math.floor(random.next() * 1.8e12);
    const to = from + Math.ceil(10 ** (1 + random.next() * 14));
    const least = Math.ceil(10 ** (3 + random.next() * 7));
    const step = stepFor(from, to, least);
    assert.ok(step >= least && pointsIn(from, to, step) <= maxPoints, `${from} ${to} ${least}: ${step}`);
  }
});

Deno.test("pointsOf() has a point for each width, and counts a rate over the time that a point covers", () => {
  const groups = [
    cellGroup({ at: 0, n: 10 }),
    cellGroup({ at: 10_000, n: 10 }),
    cellGroup({ at: 30_000, n: 10 }),
  ];
  const rate = { value: ({ n }: { n: number }, seconds: number): number => n / seconds };
  const points = pointsOf(groups, { from: 5_000, to: 40_000, stepMs: 10_000, now: 32_000, ...rate });
  assert.deepEqual(points, [
    { at: "1970-01-01T00:00:00.000Z", value: 2, n: 10 },
    { at: "1970-01-01T00:00:10.000Z", value: 1, n: 10 },
    { at: "1970-01-01T00:00:20.000Z", value: null, n: 0 },
    { at: "1970-01-01T00:00:30.000Z", value: 5, n: 10 },
  ]);
});
