import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  type ChartData,
  chartData,
  type HistoryAnswer,
  isEmpty,
  joined,
  newestAt,
  spreadOf,
  stepAt,
} from "../../../ui/models/chart_data.ts";

const stepMs = 10_000;
const open = { stepMs, runsSince: 0, until: Infinity };

function answer(metric: string, lines: Record<string, (number | null)[]>, leftOut = 0): HistoryAnswer {
  const series = Object.entries(lines).map(([provider, values]) => ({
    key: (provider === "" ? {} : { provider }) as Record<string, string>,
    points: values.map((value, k) => ({
      at: new Date(k * stepMs).toISOString(),
      value,
      n: value === null ? 0 : 7,
    })),
  }));
  return { metric, unit: "", series, left_out: leftOut };
}

Deno.test("chartData() makes a line of each metric", () => {
  const metrics = [{ metric: "p50_ms", label: "p50" }, { metric: "p95_ms", label: "p95" }];
  const data = chartData(
    [answer("p50_ms", { "": [1, null] }), answer("p95_ms", { "": [5, 6] })],
    metrics,
    open,
  );
  deepStrictEqual(data.times, [0, 10_000]);
  deepStrictEqual(data.lines, [
    { label: "p50", values: [1, null], n: [7, 0], missing: null },
    { label: "p95", values: [5, 6], n: [7, 7], missing: null },
  ]);
});

Deno.test("chartData() names lines by what they are split by, and says how many are not drawn", () => {
  const lines = Object.fromEntries([..."abcdefgh"].map((name) => [name, [1]]));
  const data = chartData([answer("p95_ms", lines, 3)], [{ metric: "p95_ms", label: "p95" }], open);
  deepStrictEqual(data.lines.map(({ label }) => label), ["a", "b", "c", "d", "e", "f"]);
  strictEqual(data.leftOut, 2 + 3);
});

Deno.test("chartData() takes no count for zero once the router runs, and for unknown before", () => {
  const metrics = [{ metric: "rps", label: "calls" }];
  const data = chartData([answer("rps", { "": [null, null, 4] })], metrics, { ...open, runsSince: 10_000 });
  deepStrictEqual(data.lines[0]?.values, [null, 0, 4]);
  const times = chartData([answer("p95_ms", { "": [null, null, 4] })], metrics, {
    ...open,
    runsSince: 10_000,
  });
  deepStrictEqual(times.lines[0]?.values, [null, null, 4]);
});

Deno.test("chartData() draws sums per minute", () => {
  const data = chartData([answer("upstream_failed", { "": [2] })], [{
    metric: "upstream_failed",
    label: "f",
  }], open);
  deepStrictEqual(data.lines[0]?.values, [12]);
});

Deno.test("chartData() leaves out the point that is not over", () => {
  const metrics = [{ metric: "rps", label: "calls" }];
  const data = chartData([answer("rps", { "": [3, 4, 1] })], metrics, { ...open, until: 29_999 });
  deepStrictEqual(data.times, [0, 10_000]);
  deepStrictEqual(data.lines[0]?.values, [3, 4]);
});

Deno.test("chartData() of nothing is empty", () => {
  const data = chartData([answer("rps", {})], [{ metric: "rps", label: "calls" }], open);
  deepStrictEqual(data, { times: [], stepMs, lines: [], leftOut: 0 });
  strictEqual(isEmpty(data), true);
  strictEqual(newestAt(data), null);
});

const coarse: ChartData = {
  times: [0, 60, 120, 180],
  stepMs: 60,
  lines: [{ label: "a", values: [1, 2, 3, 4], n: [1, 1, 1, 1], missing: null }, {
    label: "b",
    values: [9, 9, 9, 9],
    n: [2, 2, 2, 2],
    missing: 0,
  }],
  leftOut: 1,
};

Deno.test("joined() puts finer points in the place of the end", () => {
  const fine = {
    times: [120, 130, 140],
    stepMs: 10,
    lines: [{ label: "a", values: [5, 6, 7], n: [3, 3, 3], missing: null }],
    leftOut: 0,
  };
  const data = joined(coarse, fine);
  deepStrictEqual(data.times, [0, 60, 120, 130, 140]);
  deepStrictEqual(data.lines, [
    { label: "a", values: [1, 2, 5, 6, 7], n: [1, 1, 3, 3, 3], missing: null },
    { label: "b", values: [9, 9, 0, 0, 0], n: [2, 2, 0, 0, 0], missing: 0 },
  ]);
  strictEqual(data.leftOut, 1);
  deepStrictEqual([stepAt(data, 0), stepAt(data, 2), stepAt(data, 4)], [60, 10, 10]);
});

Deno.test("joined() keeps what it has where nothing finer was kept", () => {
  strictEqual(joined(coarse, { ...coarse, times: [120, 180] }), coarse);
  strictEqual(joined(coarse, { times: [], stepMs: 10, lines: [], leftOut: 0 }), coarse);
});

Deno.test("newestAt() finds the newest point at which any line has a value", () => {
  const lines = [{ label: "a", values: [1, null, null], n: [], missing: null }, {
    label: "b",
    values: [1, 2, null],
    n: [],
    missing: null,
  }];
  strictEqual(newestAt({ times: [0, 1, 2], stepMs: 1, lines, leftOut: 0 }), 1);
});

Deno.test("spreadOf() spreads places evenly and ends with the newest", () => {
  deepStrictEqual(spreadOf(3, 12), [0, 1, 2]);
  deepStrictEqual(spreadOf(90, 3), [29, 59, 89]);
  deepStrictEqual(spreadOf(0, 3), []);
});
