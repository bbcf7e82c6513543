// The plan of a question: widths of points, and levels that together cover a time once.

import assert from "node:assert/strict";
import { maxPoints, segmentsFor, stepFor } from "../../../../core/measure/history/cell_plan.ts";
import type { Extent } from "../../../../core/measure/history/cell_table.ts";
import { hour, minute, second, t0 } from "./support.ts";

const day = 24 * hour;
const now = t0 + 26 * minute + 17 * second;
/** A router that has run for a month. */
const extent: Extent = {
  kept: { 1_000: t0 - hour, 60_000: t0 - 7 * day, 300_000: t0 - 8 * day, 3_600_000: t0 - 30 * day },
  rolled: { 1_000: 0, 60_000: t0 + 26 * minute, 300_000: t0 + 25 * minute, 3_600_000: t0 },
};

Deno.test("stepFor() gives what was asked for, raised to what is kept and to at most 300 points", () => {
  const step = (range: number, asked: number): number => stepFor(now - range, now, asked, extent.kept);
  assert.equal(step(2 * minute, second), second);
  assert.equal(step(hour, second), 15 * second);
  assert.equal(step(hour, minute), minute);
  assert.equal(step(3 * hour, 70 * second), 2 * minute, "a multiple of what is kept");
  assert.equal(step(day, second), 5 * minute);
  assert.equal(step(7 * day, second), hour);
  assert.equal(step(20 * day, minute), 2 * hour);
  assert.equal(step(365 * day, second), 2 * day);
  for (let range = 10 * second; range < 400 * day; range = Math.ceil(range * 1.07)) {
    const width = step(range, 1);
    const points = Math.floor((now - 1) / width) - Math.floor((now - range) / width) + 1;
    assert.ok(points <= maxPoints, `${points} points of ${width} ms in ${range} ms`);
  }
});

Deno.test("segmentsFor() takes whole hours, and minutes and seconds at the edges", () => {
  const from = t0 - 3 * hour - 7 * minute;
  assert.deepEqual(segmentsFor(from, now, null, extent), [
    { level: minute, from, to: t0 - 3 * hour - 5 * minute },
    { level: 5 * minute, from: t0 - 3 * hour - 5 * minute, to: t0 - 3 * hour },
    { level: hour, from: t0 - 3 * hour, to: t0 },
    { level: 5 * minute, from: t0, to: t0 + 25 * minute },
    { level: minute, from: t0 + 25 * minute, to: t0 + 26 * minute },
    { level: second, from: t0 + 26 * minute, to: now },
  ]);
});

Deno.test("segmentsFor() takes nothing coarser than a point", () => {
  const levelsOf = (step: number): number[] => [
    ...new Set(segmentsFor(now - hour, now, step, extent).map(({ level }) => level)),
  ];
  assert.deepEqual(levelsOf(15 * second), [second]);
  assert.deepEqual(levelsOf(2 * minute), [second, minute]);
  assert.deepEqual(levelsOf(5 * minute), [second, minute, 5 * minute]);
});

Deno.test("segmentsFor() counts a row whole where the finer ones of an edge are gone", () => {
  const from = t0 - 20 * day + 11 * minute;
  assert.deepEqual(segmentsFor(from, t0 - 19 * day + minute, null, extent), [
    { level: hour, from: t0 - 20 * day, to: t0 - 19 * day + hour },
  ]);
});

Deno.test("segmentsFor() covers every time once, without gaps", () => {
  for (let k = 0; k < 2_000; k++) {
    const from = now - (k * k * 7_919) % (9 * day) - 1;
    const to = Math.min(now, from + 1 + (k * 104_729) % (2 * day));
    const segments = segmentsFor(from, to, k % 3 === 0 ? null : stepFor(from, to, 1, extent.kept), extent);
    segments.forEach((segment, i) => {
      const next = segments[i + 1];
      if (next !== undefined) assert.equal(segment.to, next.from, `${from}..${to}`);
    });
    assert.ok(segments[0]!.from <= from && segments.at(-1)!.to >= to, `${from}..${to}`);
  }
});
