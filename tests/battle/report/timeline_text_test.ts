import assert from "node:assert/strict";
import { textWidth } from "../../../battle/report/plain_text.ts";
import { timelineText } from "../../../battle/report/timeline_text.ts";
import { breakerStretches, cellRow } from "../../../battle/report/timeline_buckets.ts";
import { emptyResult, fault, manyFaults, oddResult, richResult } from "./results.ts";

/** The picture of a row, by its label. */
function rowOf(lines: readonly string[], label: string): string {
  const line = lines.find((text) => text.startsWith(label)) ?? "";
  return line.slice((lines[1] ?? "").indexOf("┬"));
}

Deno.test("timelineText() faults, failovers, latency and picks line up in time", () => {
  const lines = timelineText(richResult());
  const at = (label: string, column: number): string | undefined => rowOf(lines, label)[column];
  assert.deepEqual([19, 20, 34, 35].map((second) => at("kill-alchemy", second)), ["·", "█", "█", "·"]);
  assert.deepEqual([19, 20, 21].map((second) => at("failovers", second)), ["·", "▁", "·"]);
  assert.deepEqual([19, 20, 69, 70, 79, 80].map((second) => at("p99", second)), [
    "▁",
    "▆",
    "▁",
    "█",
    "█",
    "▁",
  ]);
  assert.deepEqual([19, 20, 34, 35].map((second) => at("picks alchemy", second)), ["▅", "·", "·", "▅"]);
  assert.deepEqual([19, 20, 35, 36].map((second) => at("breaker alchemy:http", second)), [
    "·",
    "▓",
    "░",
    "·",
  ]);
  assert.equal(rowOf(lines, "failures").indexOf("█"), 72);
  assert.match(lines[0] ?? "", /0 s {7}10 s {6}20 s/);
  assert.equal(
    (lines[1] ?? "").indexOf("┬", (lines[1] ?? "").indexOf("┬") + 1),
    (lines[0] ?? "").indexOf("10 s"),
  );
  assert.match(lines.at(-1) ?? "", /one column is 1 s$/);
});

Deno.test("timelineText() a fault that flaps has one row, a single act shows", () => {
  const lines = timelineText(manyFaults());
  assert.equal(rowOf(lines, "flap-infura").slice(70, 84), "··██·██·██·██·");
  assert.equal(rowOf(lines, "reset-alchemy-3").slice(0, 9), "······▼··");
});

Deno.test("timelineText() short runs are stretched, long ones pressed, and none is wide", () => {
  assert.match(timelineText(richResult({ durationMs: 12_000, timeline: [] })).at(-1) ?? "", /is 200 ms$/);
  assert.match(timelineText(richResult({ durationMs: 7_200_000 })).at(-1) ?? "", /is 2 min$/);
  for (const result of [richResult(), oddResult(), manyFaults(), richResult({ durationMs: 1e9 })]) {
    for (const line of timelineText(result)) assert.ok(textWidth(line) <= 155, line);
  }
});

Deno.test("timelineText() of nothing is nothing; of a fault alone it is the fault", () => {
  assert.deepEqual(timelineText(emptyResult()), []);
  const lines = timelineText(
    emptyResult({ durationMs: 10_000, faults: [fault("f", { kind: "kill" }, "a", 2_000, 4_000)] }),
  );
  assert.match(rowOf(lines, "f "), /^·{10}█{10}·{30} kill a$/);
});

Deno.test("cellRow() adds counts, and of percentiles takes the highest", () => {
  const { cellMs, cells } = cellRow(richResult(), 10);
  assert.equal(cellMs, 10_000);
  assert.equal(cells.length, 9);
  const seconds = richResult().timeline.slice(70, 80);
  assert.equal(cells[7]?.requests, seconds.reduce((sum, point) => sum + point.requests, 0));
  assert.equal(cells[7]?.failures, 3);
  assert.equal(cells[7]?.p99Ms, Math.max(...seconds.map(({ p99Ms }) => p99Ms ?? 0)));
  assert.equal(cells[7]?.picks["ankr"], seconds.reduce((sum, { picks }) => sum + (picks["ankr"] ?? 0), 0));
  assert.equal(cellRow(richResult({ durationMs: 1e12 }), 10).cells.length, 10);
});

Deno.test("breakerStretches() what is open at the end lasts to the end", () => {
  const breakers = [
    { atMs: 3_000, channel: "a", state: "half_open" },
    { atMs: 1_000, channel: "a", state: "open" },
    { atMs: 2_000, channel: "b", state: "open" },
    { atMs: 4_000, channel: "a", state: "closed" },
    { atMs: -50, channel: "c", state: "open" },
    { atMs: -10, channel: "c", state: "closed" },
  ];
  const stretches = breakerStretches(emptyResult({ breakers }), 9_000);
  assert.deepEqual(stretches.get("a"), [
    { state: "open", startMs: 1_000, endMs: 3_000 },
    { state: "half_open", startMs: 3_000, endMs: 4_000 },
  ]);
  assert.deepEqual(stretches.get("b"), [{ state: "open", startMs: 2_000, endMs: 9_000 }]);
  assert.deepEqual(stretches.get("c"), []);
});
