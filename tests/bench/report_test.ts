// The table and the judgement of a figure.

import assert from "node:assert/strict";
import { failedFigure, series, verdict } from "../../bench/figure.ts";
import { digits, reportText } from "../../bench/report.ts";
import { selectionFigure } from "../../bench/selection_cost.ts";

const machine = {
  cores: 2,
  cpu: "a CPU",
  memoryBytes: 1,
  system: "linux 6",
  loadBefore: 0.1,
  versions: { lasso: "1", wrk: "4" },
};

Deno.test("verdict() judges the median, from the side that the bar has", () => {
  const ratio = series("ratio", "ratio", [0.7, 0.8, 2]);
  assert.equal(verdict("P1", "x", ratio, "least", 0.8).met, true);
  assert.equal(verdict("P1", "x", ratio, "least", 0.81).met, false);
  assert.equal(verdict("P6", "x", ratio, "most", 0.8).met, true);
  assert.equal(verdict("P6", "x", ratio, "most", 0.79).met, false);
});

Deno.test("reportText() shows medians, spread, bars and failures", () => {
  const lasso = series("Lasso", "requests/s", [40_000, 50_000, 45_000]);
  const ratio = series("Lasso / HAProxy", "ratio", [0.75, 0.85, 0.7]);
  const figure = {
    id: "P1",
    title: "HTTP",
    series: [lasso],
    verdicts: [verdict("P1", ratio.name, ratio, "least", 0.8)],
    notes: ["A note."],
    failure: null,
  };
  const text = reportText(machine, [figure, failedFigure("P5", "1 MB", "wrk: 3 non-2xx")]);
  assert.equal(
    text,
    `2 cores, a CPU, linux 6, load before 0.10
lasso: 1; wrk: 4

P1  HTTP
                              median        min – max  spread
  Lasso            45,000 requests/s  40,000 – 50,000    22 %
  Lasso / HAProxy              0.750    0.700 – 0.850    20 %  MISSED: bar ≥ 0.8
  A note.

P5  1 MB
  FAILED: wrk: 3 non-2xx
`,
  );
});

Deno.test("digits() shows three that mean something", () => {
  assert.deepEqual([52_345.6, 523.4, 52.34, 5.234, 0.5234, -0.5].map(digits), [
    "52,346",
    "523",
    "52.3",
    "5.23",
    "0.523",
    "-0.500",
  ]);
});

Deno.test("selectionFigure() holds kept and per-call orders to their bars, and both to flatness", () => {
  const round = (manyP50: number): Parameters<typeof selectionFigure>[0][number] => [
    { cadence: "cached", name: "fastest", methodsSeen: 10, p50: 1, p99: 4 },
    { cadence: "per_call", name: "weighted", methodsSeen: 10, p50: 8, p99: 14 },
    { cadence: "cached", name: "fastest", methodsSeen: 1_000, p50: manyP50, p99: 6 },
    { cadence: "per_call", name: "weighted", methodsSeen: 1_000, p50: 8, p99: 14 },
  ];
  const { verdicts } = selectionFigure([round(1.1), round(2), round(1.2)]);
  assert.deepEqual(verdicts.map(({ what, met }) => [what, met]), [
    ["fastest (kept, 10 names), p99", true],
    ["weighted (per call, 10 names), p99", true],
    ["fastest (kept, 1000 names), p99", false],
    ["weighted (per call, 1000 names), p99", true],
    ["fastest, p50 with 1000 names / with 10", true],
    ["weighted, p50 with 1000 names / with 10", true],
  ]);
  const { verdicts: steeper } = selectionFigure([round(1.6)]);
  assert.equal(steeper[4]?.met, false);
});
