import assert from "node:assert/strict";
import { type Random, seededRandom } from "../../../core/random.ts";
import { highestMs, Histogram, lowestMs } from "../../../core/measure/histogram.ts";
import { lognormal } from "./support.ts";

const quantiles = [0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 1];

const distributions: Record<string, (random: Random) => number> = {
  "uniform": (random) => 1 + 99 * random.next(),
  "lognormal": (random) => lognormal(random, 40, 0.6),
  "heavy tail": (random) => Math.min(highestMs, 2 / (1 - random.next()) ** 1.5),
  "two humps": (random) => random.next() < 0.8 ? lognormal(random, 3, 0.2) : lognormal(random, 900, 0.2),
  "whole range, even in the exponent": (random) => lowestMs * (highestMs / lowestMs) ** random.next(),
  "constant": () => 17.3,
};

function exact(sorted: readonly number[], q: number): number {
  return sorted[Math.max(1, Math.ceil(q * sorted.length)) - 1]!;
}

for (const [name, draw] of Object.entries(distributions)) {
  Deno.test(`quantile() is within 1 % of the exact one: ${name}`, () => {
    for (let seed = 1; seed <= 5; seed++) {
      const random = seededRandom(seed);
      for (const n of [1, 2, 7, 100, 20_000]) {
        const histogram = new Histogram();
        const values = Array.from({ length: n }, () => draw(random));
        for (const value of values) histogram.record(value);
        values.sort((a, b) => a - b);
        assert.equal(histogram.count, n);
        for (const q of quantiles) {
          const want = exact(values, q);
          const off = Math.abs(histogram.quantile(q) - want) / want;
          assert.ok(off <= 0.01, `seed ${seed}, n ${n}, q ${q}: ${histogram.quantile(q)} for ${want}`);
        }
      }
    }
  });
}

Deno.test("quantile() of every value between the bounds is within 1 % when others stand around it", () => {
  for (let value = lowestMs; value <= highestMs; value *= 1.0037) {
    const histogram = new Histogram();
    histogram.record(lowestMs);
    histogram.record(value);
    histogram.record(highestMs);
    const off = Math.abs(histogram.quantile(0.5) - value) / value;
    assert.ok(off <= 0.01, `${value}: off by ${off}`);
  }
});

Deno.test("quantile() never leaves the range of what was recorded", () => {
  const histogram = new Histogram();
  for (const value of [10.1, 10.1, 10.2]) histogram.record(value);
  assert.equal(histogram.quantile(0), 10.1);
  assert.equal(histogram.quantile(1), 10.2);
});

Deno.test("quantile() of nothing is NaN", () => {
  assert.ok(Number.isNaN(new Histogram().quantile(0.5)));
});

Deno.test("record() keeps values within the bounds and ignores NaN", () => {
  const histogram = new Histogram();
  for (const value of [-5, 0, 1e-9]) histogram.record(value);
  assert.equal(histogram.quantile(1), lowestMs);
  histogram.clear();
  for (const value of [1e9, Infinity]) histogram.record(value);
  assert.equal(histogram.quantile(0), highestMs);
  histogram.record(NaN);
  assert.equal(histogram.count, 2);
});

Deno.test("merge() and quantiles() give the same as recording everything in one", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = seededRandom(seed);
    const parts = Array.from({ length: 5 }, () => new Histogram());
    const whole = new Histogram();
    const merged = new Histogram();
    parts.forEach((part, index) => {
      const samples = Math.floor(random.next() * 400) * (index % 3);
      for (let i = 0; i < samples; i++) {
        const value = lognormal(random, 10 ** (index - 1), 0.7);
        part.record(value);
        whole.record(value);
      }
    });
    for (const part of parts) merged.merge(part);
    assert.equal(merged.count, whole.count);
    assert.equal(merged.buckets, whole.buckets);
    for (const q of quantiles) {
      assert.ok(Object.is(merged.quantile(q), whole.quantile(q)), `seed ${seed} q ${q}`);
    }
    const out = new Float64Array(quantiles.length);
    assert.equal(Histogram.quantiles(parts, quantiles, out), whole.count);
    if (whole.count > 0) assert.deepEqual([...out], quantiles.map((q) => whole.quantile(q)));
  }
});

Deno.test("clear() forgets all samples and leaves a usable histogram", () => {
  const histogram = new Histogram();
  for (let value = 1; value < 500; value++) histogram.record(value);
  histogram.clear();
  assert.equal(histogram.count, 0);
  assert.equal(histogram.buckets, 0);
  histogram.record(3);
  assert.equal(histogram.quantile(0.5), 3);
});

Deno.test("buckets stay few: a million samples over five doublings fit in 320", () => {
  const random = seededRandom(9);
  const histogram = new Histogram();
  for (let i = 0; i < 1_000_000; i++) histogram.record(8 * 2 ** (5 * random.next()));
  assert.ok(histogram.buckets <= 321, String(histogram.buckets));
});
