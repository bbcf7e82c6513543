import assert from "node:assert/strict";
import { seededRandom } from "../../../core/random.ts";
import { type Latency, sampleLatencyMs } from "../../../battle/simulator/latency.ts";

function samples(latency: Latency): readonly number[] {
  const random = seededRandom(5);
  return Array.from({ length: 20_000 }, () => sampleLatencyMs(latency, random)).sort((a, b) => a - b);
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

Deno.test("sampleLatencyMs() fixed is always the same", () => {
  assert.deepEqual([...new Set(samples({ kind: "fixed", ms: 12 }))], [12]);
});

Deno.test("sampleLatencyMs() uniform covers its range evenly", () => {
  const values = samples({ kind: "uniform", min: 50, max: 200 });
  assert.ok(values[0]! >= 50 && values.at(-1)! < 200);
  assert.ok(Math.abs(mean(values) - 125) < 2);
});

Deno.test("sampleLatencyMs() normal has its mean and deviation, and nothing below zero", () => {
  const values = samples({ kind: "normal", mean: 100, sd: 10 });
  assert.ok(Math.abs(mean(values) - 100) < 1);
  const deviation = Math.sqrt(mean(values.map((value) => (value - 100) ** 2)));
  assert.ok(Math.abs(deviation - 10) < 0.5);
  assert.ok(samples({ kind: "normal", mean: 1, sd: 50 })[0] === 0);
});

Deno.test("sampleLatencyMs() pareto has its median and its cut", () => {
  const values = samples({ kind: "pareto", min: 10, shape: 2, max: 500 });
  assert.ok(values[0]! >= 10 && values.at(-1)! <= 500);
  // Median of Pareto: min × 2^(1/shape).
  assert.ok(Math.abs(values[10_000]! - 10 * Math.SQRT2) < 0.5);
});
