import assert from "node:assert/strict";
import type { PastCell } from "../../../core/analytics/past_cell.ts";
import { PastLatency } from "../../../core/analytics/past_latency.ts";
import { Histogram } from "../../../core/measure/histogram.ts";
import { LatencySeries } from "../../../core/measure/latency.ts";
import { seededRandom } from "../../../core/random.ts";
import { lognormal } from "../measure/support.ts";

const minute = 60_000;

function cell(times: readonly number[], failed: number): PastCell {
  const histogram = new Histogram();
  for (const ms of times) histogram.record(ms);
  const n = times.length + failed;
  return {
    ...{
      provider: "a",
      transport: "http",
      method: "eth_call",
      n,
      answered: times.length,
      failed,
      charged: 1,
    },
    histogram: times.length === 0 ? null : histogram,
    mean: times.length === 0 ? 0 : times.reduce((sum, ms) => sum + ms, 0) / times.length,
  };
}

Deno.test("PastLatency rebuilds from minutes what LatencySeries gave at their ends", () => {
  const random = seededRandom(5);
  const live = new LatencySeries();
  const past = new PastLatency();
  for (let number = 0; number < 12; number++) {
    const median = 20 + 10 * number;
    const times: number[] = [];
    let failed = 0;
    for (let k = 0; k < 300; k++) {
      const now = number * minute + k * 200;
      const ms = lognormal(random, median, 0.4);
      if (random.next() < 0.1) {
        failed++;
        live.failed(ms, now, false);
      } else {
        times.push(ms);
        live.answered(ms, now);
      }
    }
    past.feed(cell(times, failed), number * minute, (number + 1) * minute);
    const end = (number + 1) * minute;
    const given = live.read(end - 1)!;
    const rebuilt = past.read(end)!;
    // LatencySeries refreshes its quantiles at most each 250 ms.
    for (const key of ["p50", "p90", "p99"] as const) {
      assert.ok(Math.abs(rebuilt[key] / given[key] - 1) < 0.05, `${key} ${rebuilt[key]}, was ${given[key]}`);
    }
    assert.ok(Math.abs(rebuilt.mean / given.mean - 1) < 0.05, `mean ${rebuilt.mean}, was ${given.mean}`);
    assert.ok(Math.abs(rebuilt.success - given.success) < 0.03, `${rebuilt.success}, was ${given.success}`);
    assert.ok(Math.abs(rebuilt.n - given.n) <= 5, `n ${rebuilt.n}, was ${given.n}`);
    assert.ok(rebuilt.age <= 1_000);
  }
});

Deno.test("PastLatency knows nothing before a sample, and keeps the last minute that had some", () => {
  const past = new PastLatency();
  assert.equal(past.read(0), null);
  past.feed(cell([], 0), 0, minute);
  assert.equal(past.read(minute), null);
  past.feed(cell([10, 10, 10], 0), 0, minute);
  past.feed(cell([50], 0), 2 * minute, 3 * minute);
  assert.equal(past.read(3 * minute)!.n, 4);
  const late = past.read(60 * minute)!;
  assert.equal(late.n, 1);
  assert.ok(Math.abs(late.p50 - 50) < 1, String(late.p50));
  assert.ok(late.age > 56 * minute);
});
