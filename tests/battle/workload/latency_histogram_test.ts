import assert from "node:assert/strict";
import { seededRandom } from "../../../core/random.ts";
import { LatencyHistogram } from "../../../battle/workload/latency_histogram.ts";
import { WorkloadFigures } from "../../../battle/workload/workload_figures.ts";

Deno.test("LatencyHistogram merges counts: the percentiles are those of all values together, within 0.1 %", () => {
  const random = seededRandom(3);
  const all: number[] = [];
  const parts = [0, 1, 2].map((part) => {
    const histogram = new LatencyHistogram();
    for (let nth = 0; nth < 5_000; nth++) {
      const us = Math.round(1_000 * (part + 1) ** 3 * -Math.log(1 - random.next())) + 1;
      all.push(us);
      histogram.add(us);
    }
    return LatencyHistogram.decode(histogram.encode());
  });
  const merged = new LatencyHistogram();
  for (const part of parts) merged.merge(part);
  all.sort((a, b) => a - b);
  assert.equal(merged.count, all.length);
  for (const percentile of [50, 95, 99, 99.9, 100]) {
    const exact = all[Math.ceil(all.length * percentile / 100) - 1]! / 1_000;
    const got = merged.ms(percentile)!;
    assert.ok(Math.abs(got - exact) <= exact * 0.001 + 0.001, `p${percentile}: ${got} instead of ${exact}`);
  }
});

Deno.test("LatencyHistogram takes any time, and says nothing where there is none", () => {
  const histogram = new LatencyHistogram();
  assert.deepEqual([histogram.count, histogram.ms(50), histogram.maxMs], [0, null, null]);
  histogram.add(-5);
  histogram.add(1e15);
  assert.equal(histogram.count, 2);
  assert.equal(histogram.ms(50), 0.001);
});

Deno.test("WorkloadFigures encode() and decode() keep counts and percentiles", () => {
  const figures = new WorkloadFigures("w");
  figures.planned = 2;
  figures.started = 2;
  figures.add("eth_call", 0, 10, 1_000, "result");
  figures.add("eth_getLogs", 0, 20, 9_000, "timeout");
  const copy = WorkloadFigures.decode(JSON.parse(JSON.stringify(figures.encode())));
  assert.deepEqual(copy.outcomes, { result: 1, error: 0, timeout: 1, broken: 0 });
  assert.deepEqual([...copy.byMethod].map(([name, own]) => [name, own.count]), [["eth_call", 1], [
    "eth_getLogs",
    1,
  ]]);
  assert.equal(copy.latency.ms(99), figures.latency.ms(99));
  assert.equal(copy.service.ms(50), figures.service.ms(50));
  assert.equal(copy.lateness.maxMs, figures.lateness.maxMs);
});
