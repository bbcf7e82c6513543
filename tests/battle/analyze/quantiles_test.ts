import assert from "node:assert/strict";
import { seededRandom } from "../../../core/random.ts";
import { ascending, quantile, quantilesOf, rank, samplesNeeded } from "../../../battle/analyze/quantiles.ts";

Deno.test("quantile() is the nearest rank", () => {
  const sorted = ascending([50, 10, 40, 20, 30]);
  assert.deepEqual([0, 0.2, 0.21, 0.5, 0.8, 0.81, 1].map((q) => quantile(sorted, q)), [
    10,
    10,
    20,
    30,
    40,
    50,
    50,
  ]);
  assert.throws(() => quantile([], 0.5), RangeError);
});

Deno.test("rank() is not led astray by rounding", () => {
  // 0.95 * 20, 0.99 * 300 and 0.999 * 3000 are no whole numbers in binary.
  assert.deepEqual([rank(20, 0.95), rank(300, 0.99), rank(3_000, 0.999), rank(100, 0.07)], [
    19,
    297,
    2_997,
    7,
  ]);
});

Deno.test("quantilesOf() agrees with counting, on random samples", () => {
  const random = seededRandom(3);
  for (let round = 0; round < 300; round++) {
    const samples = Array.from(
      { length: 1 + Math.floor(random.next() * 400) },
      () => Math.round(random.next() * 50),
    );
    const found = quantilesOf(samples);
    // Written differently: the least sample with enough samples at or below it, in whole numbers.
    const counted = (perMille: number): number =>
      Math.min(
        ...samples.filter((candidate) =>
          samples.filter((other) => other <= candidate).length * 1_000 >= perMille * samples.length
        ),
      );
    assert.deepEqual(found, {
      n: samples.length,
      p50: counted(500),
      p95: counted(950),
      p99: counted(990),
      p999: counted(999),
      max: Math.max(...samples),
    });
  }
});

Deno.test("quantilesOf() of nothing is zero with n 0", () => {
  assert.deepEqual(quantilesOf([]), { n: 0, p50: 0, p95: 0, p99: 0, p999: 0, max: 0 });
});

Deno.test("samplesNeeded() leaves ten beyond the quantile", () => {
  assert.deepEqual([0.5, 0.95, 0.99, 0.999].map(samplesNeeded), [20, 200, 1_000, 10_000]);
});
