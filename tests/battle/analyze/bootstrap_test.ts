import assert from "node:assert/strict";
import { bootstrapInterval, median, widened } from "../../../battle/analyze/bootstrap.ts";

/** Every drawing there is, instead of some: n values give n^n of them. Medians, ascending. */
function everyMedian(values: readonly number[]): number[] {
  const n = values.length;
  return Array.from({ length: n ** n }, (_, code) => {
    const drawn: number[] = [];
    for (let left = code, place = 0; place < n; place++, left = Math.floor(left / n)) {
      drawn.push(values[left % n]!);
    }
    drawn.sort((a, b) => a - b);
    return (drawn[Math.floor((n - 1) / 2)]! + drawn[Math.ceil((n - 1) / 2)]!) / 2;
  }).sort((a, b) => a - b);
}

Deno.test("bootstrapInterval() agrees with all drawings that there are", () => {
  for (const values of [[0.1, 0.2, 0.3, 0.4, 0.5], [0, 0, 1, 1, 9, 10], [-0.3, 0.1, 0.15, 0.2, 0.25, 0.9]]) {
    const [low, high] = bootstrapInterval(values, median, 11);
    const all = everyMedian(values);
    const at = (share: number): number => all[Math.floor(share * (all.length - 1))]!;
    // 2,000 drawings place a share of 2.5 % within ±1 % (nearly three standard deviations).
    assert.ok(low >= at(0.015) && low <= at(0.035), `${values}: ${low}`);
    assert.ok(high >= at(0.965) && high <= at(0.985), `${values}: ${high}`);
  }
});

Deno.test("bootstrapInterval() is the same for the same seed, and a point for equal values", () => {
  const values = [3, 1, 4, 1, 5, 9, 2, 6];
  assert.deepEqual(bootstrapInterval(values, median, 7), bootstrapInterval(values, median, 7));
  assert.deepEqual(bootstrapInterval([2, 2, 2], median, 1), [2, 2]);
  assert.throws(() => bootstrapInterval([], median, 1), RangeError);
});

Deno.test("bootstrapInterval() holds the true median about as often as it says", () => {
  // 200 series of 15 uniform values by a generator of its own (Lehmer); the true median is 0.5.
  let state = 12_345;
  const uniform = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  let held = 0;
  for (let series = 0; series < 200; series++) {
    const [low, high] = bootstrapInterval(Array.from({ length: 15 }, uniform), median, series);
    if (low <= 0.5 && high >= 0.5) held++;
  }
  assert.ok(held >= 180 && held <= 199, `${held} of 200`);
});

Deno.test("median() is the mean of the two in the middle", () => {
  assert.deepEqual([median([3, 1, 2]), median([4, 1, 2, 3])], [2, 2.5]);
  assert.throws(() => median([]), RangeError);
});

Deno.test("widened() makes up for few values", () => {
  // n 2: 12.706 / 1.96 × √2 = 9.168; n 4: 3.182 / 1.96 × √(4/3) = 1.875.
  const [low, high] = widened([-0.01, 0.02], 0, 2);
  assert.ok(Math.abs(low + 0.09168) < 1e-4 && Math.abs(high - 0.18336) < 1e-4);
  assert.ok(Math.abs(widened([0, 1], 0, 4)[1] - 1.875) < 1e-3);
  // From 11 degrees on by a series: t(30) is 2.042.
  assert.ok(Math.abs(widened([0, 1.96], 0, 31)[1] / Math.sqrt(31 / 30) - 2.042) < 2e-3);
});
