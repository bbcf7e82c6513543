import assert from "node:assert/strict";
import {
  durationMs,
  durationPattern,
  rateOf,
  ratePattern,
  sizeBytes,
  sizePattern,
} from "../../config/units.ts";

Deno.test("durationMs() reads ms, s, m and h", () => {
  const rows: readonly (readonly [string, number])[] = [
    ["250ms", 250],
    ["10s", 10_000],
    ["1.5s", 1500],
    ["2m", 120_000],
    ["1h", 3_600_000],
    ["0s", 0],
  ];
  for (const [text, ms] of rows) {
    assert.match(text, durationPattern);
    assert.equal(durationMs(text), ms);
  }
  for (const text of ["", "10", "10 s", "-1s", "1d", "s", ".5s", "1e3s"]) {
    assert.doesNotMatch(text, durationPattern);
  }
});

Deno.test("sizeBytes() reads powers of 1024", () => {
  assert.equal(sizeBytes("512b"), 512);
  assert.equal(sizeBytes("256kb"), 262_144);
  assert.equal(sizeBytes("2mb"), 2_097_152);
  assert.equal(sizeBytes("0.5gb"), 536_870_912);
  for (const text of ["", "2", "2MB", "2 mb", "2kib"]) assert.doesNotMatch(text, sizePattern);
});

Deno.test("rateOf() reads calls per second, minute and hour", () => {
  assert.deepEqual(rateOf("300/s"), { count: 300, perMs: 1000 });
  assert.deepEqual(rateOf("60/min"), { count: 60, perMs: 60_000 });
  for (const text of ["0/s", "1.5/s", "300", "300/d"]) assert.doesNotMatch(text, ratePattern);
});
