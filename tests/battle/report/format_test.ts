import assert from "node:assert/strict";
import {
  formatAt,
  formatChange,
  formatMs,
  formatNumber,
  formatPair,
  formatRoughShare,
  formatShare,
  formatValue,
  unitOf,
} from "../../../battle/report/format.ts";
import { minima, sloKeys } from "../../../battle/model/scenario.ts";

Deno.test("formatMs() takes the unit that can be read", () => {
  const cases: [number | null, string][] = [
    [0, "0 ms"],
    [0.4219, "0.422 ms"],
    [8, "8 ms"],
    [35.14, "35.1 ms"],
    [412.37, "412 ms"],
    [999.4, "999 ms"],
    [999.6, "1 s"],
    [1_240, "1.24 s"],
    [90_000, "90 s"],
    [200_000, "3 min 20 s"],
    [3_600_000, "1 h"],
    [7_500_000, "2 h 5 min"],
    [null, "–"],
  ];
  for (const [ms, text] of cases) assert.equal(formatMs(ms), text);
});

Deno.test("formatShare() says 100 % and 0 % only where it is so", () => {
  const cases: [number, string][] = [
    [1, "100 %"],
    [0.999_999, "99.9999 %"],
    [0.999_5, "99.95 %"],
    [0.29, "29 %"],
    [0.000_04, "0.004 %"],
    [0.000_000_1, "0.00001 %"],
    [0, "0 %"],
  ];
  for (const [share, text] of cases) assert.equal(formatShare(share), text);
  assert.deepEqual([0, 0.001, 0.72, 0.999, 1].map(formatRoughShare), [
    "0 %",
    "<1 %",
    "72 %",
    ">99 %",
    "100 %",
  ]);
});

Deno.test("formatPair() never shows a missed bound as met", () => {
  assert.deepEqual(formatPair(250.04, 250, "ms"), ["250.04 ms", "250 ms"]);
  assert.deepEqual(formatPair(0.999_999_9, 1, "ratio"), ["99.99999 %", "100 %"]);
  assert.deepEqual(formatPair(250, 250, "ms"), ["250 ms", "250 ms"]);
  assert.deepEqual(formatPair(1_000_000.5, 1_000_000, "ms"), ["1000000.5 ms", "1000000 ms"]);
  assert.deepEqual(formatPair(null, 5, "count"), ["–", "5"]);
  assert.deepEqual(formatPair(399.96, 400, "per_second"), ["399.96/s", "400/s"]);
});

Deno.test("formatNumber(), formatValue(), formatChange(), formatAt()", () => {
  assert.deepEqual([36_012, 1.0432, 0, 1_234_567.8, -3].map((value) => formatNumber(value)), [
    "36,012",
    "1.04",
    "0",
    "1,234,568",
    "-3",
  ]);
  assert.equal(formatValue(142.31, "mb"), "142 MB");
  assert.deepEqual([0.962, -0.03, 0, 1e-9, null].map(formatChange), ["+96.2 %", "−3 %", "±0 %", "±0 %", "–"]);
  assert.deepEqual([0, 20_040, 90_000, 3_723_000].map(formatAt), ["0 s", "20.04 s", "90 s", "1:02:03"]);
});

Deno.test("unitOf() knows every key", () => {
  const units = new Map(sloKeys.map((key) => [key, unitOf(key)]));
  assert.deepEqual([...minima].map((key) => units.get(key)), ["ratio", "ratio", "per_second"]);
  assert.equal(units.get("memory_growth_mb"), "mb");
  assert.equal(units.get("breaker_open_ms"), "ms");
  assert.equal(units.get("upstream_calls_per_request"), "count");
});
