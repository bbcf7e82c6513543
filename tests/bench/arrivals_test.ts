// The schedule of the open-loop generator: rate, order, repeatability, and gaps as of independent clients.

import assert from "node:assert/strict";
import { poissonArrivals } from "../../bench/arrivals.ts";
import { summarise } from "../../bench/statistics.ts";
import { seededRandom } from "../../core/random.ts";

Deno.test("poissonArrivals() keeps the rate and stays within the run", () => {
  const times = poissonArrivals(1_000, 100, seededRandom(1));
  assert.ok(Math.abs(times.length - 100_000) < 1_000, `${times.length} arrivals`);
  assert.ok(times[0]! > 0);
  assert.ok(times[times.length - 1]! < 100_000);
});

Deno.test("poissonArrivals() ascends, with exponential gaps", () => {
  const times = poissonArrivals(1_000, 100, seededRandom(2));
  const gaps = Array.from(times.subarray(1), (time, index) => time - times[index]!);
  assert.ok(gaps.every((gap) => gap >= 0));
  const { median } = summarise(gaps); // ln 2 of the mean gap
  assert.ok(Math.abs(median - Math.LN2) < 0.02, `median gap ${median} ms`);
  const beyondThree = gaps.filter((gap) => gap > 3).length / gaps.length;
  assert.ok(Math.abs(beyondThree - Math.exp(-3)) < 0.005, `${beyondThree} beyond 3 ms`);
});

Deno.test("poissonArrivals() is the same for the same seed, another for another", () => {
  const times = poissonArrivals(500, 2, seededRandom(3));
  assert.deepEqual(poissonArrivals(500, 2, seededRandom(3)), times);
  assert.notDeepEqual(poissonArrivals(500, 2, seededRandom(4)), times);
});

Deno.test("poissonArrivals() refuses a rate or time that is not above 0", () => {
  for (const [rate, seconds] of [[0, 1], [1, 0], [-1, 1], [NaN, 1]] as const) {
    assert.throws(() => poissonArrivals(rate, seconds, seededRandom(1)), RangeError);
  }
});
