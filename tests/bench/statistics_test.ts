// Pins the statistics of the benchmark.

import assert from "node:assert/strict";
import { ascending, differences, median, quantile, ratios, summarise } from "../../bench/statistics.ts";

Deno.test("quantile() interpolates between neighbours and clamps at the ends", () => {
  const sorted = [1, 2, 3, 4, 5];
  assert.equal(quantile(sorted, 0), 1);
  assert.equal(quantile(sorted, 0.5), 3);
  assert.equal(quantile(sorted, 0.99), 4.96);
  assert.equal(quantile(sorted, 1), 5);
  assert.equal(quantile(sorted, 2), 5);
  assert.equal(quantile([7], 0.99), 7);
});

Deno.test("quantile() has no value for no samples", () => {
  assert.throws(() => quantile([], 0.5), new RangeError("A quantile of no samples does not exist"));
});

Deno.test("median() sorts by number and takes the mean of the middle two", () => {
  assert.equal(median([100, 9, 20]), 20);
  assert.equal(median([4, 1, 3, 2]), 2.5);
  assert.deepEqual([...ascending([10, 9, 1])], [1, 9, 10]);
});

Deno.test("summarise() gives the spread as a share of the median", () => {
  assert.deepEqual(summarise([90, 110, 100]), { median: 100, min: 90, max: 110, spread: 0.2, n: 3 });
  assert.equal(summarise([0, 0]).spread, 0);
});

Deno.test("ratios() and differences() pair the rounds", () => {
  assert.deepEqual(ratios([50, 80], [100, 40]), [0.5, 2]);
  assert.deepEqual(differences([3, 5], [1, 6]), [2, -1]);
  assert.throws(() => ratios([1], [1, 2]), new RangeError("Rounds must pair up: 1 of one, 2 of the other"));
});
