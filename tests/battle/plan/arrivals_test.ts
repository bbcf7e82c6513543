import assert from "node:assert/strict";
import { seededRandom } from "../../../core/random.ts";
import { arrivalTimes, type OpenArrival, warmupTimes } from "../../../battle/plan/arrivals.ts";
import { exponential, lnUpToOne } from "../../../battle/plan/exponential.ts";

const SECOND = 1e6;
const noDraw = { next: (): number => assert.fail("nothing is to be drawn") };

function times(arrival: OpenArrival, seconds: number): number[] {
  return arrivalTimes(arrival, seconds * SECOND, noDraw);
}

/** Arrivals in each second. */
function perSecond(list: readonly number[], seconds: number): number[] {
  const counts = Array.from({ length: seconds }, () => 0);
  for (const at of list) counts[Math.floor(at / SECOND)]!++;
  return counts;
}

Deno.test("arrivalTimes() constant: whole µs, exactly at its rate", () => {
  assert.deepEqual(times({ kind: "constant", perSecond: 4 }, 1), [0, 250_000, 500_000, 750_000]);
  const third = times({ kind: "constant", perSecond: 3 }, 1);
  assert.deepEqual(third, [0, 333_333, 666_667]);
  const many = times({ kind: "constant", perSecond: 5_000 }, 30);
  assert.equal(many.length, 150_000);
  assert.ok(many.every((at, index) => at === index * 200));
  assert.deepEqual(times({ kind: "constant", perSecond: 0.5 }, 5), [0, 2 * SECOND, 4 * SECOND]);
});

Deno.test("arrivalTimes() Poisson: mean and variance of the counts are the rate, gaps are exponential", () => {
  const list = arrivalTimes({ kind: "poisson", perSecond: 400 }, 500 * SECOND, seededRandom(11));
  const counts = perSecond(list, 500);
  const mean = list.length / 500;
  const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / 499;
  // The standard error of the mean is √(400/500) ≈ 0.9, that of the variance 400·√(2/499) ≈ 25.
  assert.ok(Math.abs(mean - 400) < 3, `mean ${mean}`);
  assert.ok(Math.abs(variance - 400) < 80, `variance ${variance}`);
  const gaps = list.slice(1).map((at, index) => at - list[index]!);
  const beyond = gaps.filter((gap) => gap > 2 * 2_500).length / gaps.length;
  assert.ok(Math.abs(beyond - Math.exp(-2)) < 0.003, `share of gaps beyond twice the mean: ${beyond}`);
  assert.ok(list.every((at, index) => Number.isInteger(at) && (index === 0 || at >= list[index - 1]!)));
});

Deno.test("arrivalTimes() ramp: the rate changes evenly, the sum is the area below it", () => {
  const up = times({ kind: "ramp", fromPerSecond: 0, toPerSecond: 100 }, 10);
  assert.equal(up.length, 500);
  perSecond(up, 10).forEach((count, second) =>
    assert.ok(Math.abs(count - (10 * second + 5)) <= 1, `${second} s: ${count}`)
  );
  const down = times({ kind: "ramp", fromPerSecond: 100, toPerSecond: 0 }, 10);
  perSecond(down, 10).forEach((count, second) => assert.ok(Math.abs(count - (95 - 10 * second)) <= 1));
  assert.ok(down.every((at) => at < 10 * SECOND));
});

Deno.test("arrivalTimes() spike and steps: one rate after the other, the last one stays", () => {
  const spike = times({ kind: "spike", perSecond: 10, peakPerSecond: 90, atMs: 2_000, forMs: 1_500 }, 6);
  assert.deepEqual(perSecond(spike, 6), [10, 10, 90, 50, 10, 10]);
  assert.deepEqual(perSecond(times({ kind: "steps", perSecond: [5, 0, 20], eachMs: 1_000 }, 5), 5), [
    5,
    0,
    20,
    20,
    20,
  ]);
  const cut = times({ kind: "spike", perSecond: 0, peakPerSecond: 8, atMs: 1_000, forMs: 9_000 }, 2);
  assert.deepEqual(perSecond(cut, 2), [0, 8]);
});

Deno.test("warmupTimes() run before 0, at the rate with which the run begins", () => {
  const warm = (arrival: OpenArrival): number[] => warmupTimes(arrival, 2 * SECOND, seededRandom(1));
  assert.deepEqual(warm({ kind: "constant", perSecond: 1 }), [-2 * SECOND, -SECOND]);
  assert.equal(warm({ kind: "ramp", fromPerSecond: 30, toPerSecond: 900 }).length, 60);
  assert.equal(warm({ kind: "ramp", fromPerSecond: 0, toPerSecond: 900 }).length, 0);
  assert.equal(warm({ kind: "steps", perSecond: [7, 100], eachMs: 1_000 }).length, 14);
  const poisson = warm({ kind: "poisson", perSecond: 500 });
  assert.ok(poisson.length > 900 && poisson.length < 1_100);
  assert.ok(poisson.every((at) => at >= -2 * SECOND && at < 0));
});

Deno.test("lnUpToOne() is the natural logarithm to the last digits", () => {
  const random = seededRandom(5);
  for (let draw = 0; draw < 20_000; draw++) {
    const x = draw % 2 === 0 ? 1 - random.next() : 2 ** (-32 * random.next());
    const expected = Math.log(x);
    assert.ok(Math.abs(lnUpToOne(x) - expected) <= 4e-16 * Math.max(Math.abs(expected), 1e-3), `ln ${x}`);
  }
  assert.equal(lnUpToOne(1), 0);
  assert.ok(Number.isFinite(exponential({ next: () => 1 - 2 ** -32 })));
  assert.equal(exponential({ next: () => 0 }), -0);
});
