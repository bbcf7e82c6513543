import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { rangeOf, ranges, usualRange } from "../../../ui/models/range.ts";

Deno.test("rangeOf() gives the range of the address", () => {
  deepStrictEqual(ranges.map(({ id }) => rangeOf(id).id), ["15m", "1h", "24h"]);
  strictEqual(rangeOf("1h").ms, 3_600_000);
});

Deno.test("rangeOf() gives the usual range for what is none", () => {
  for (const given of ["", "2h", "15M", "constructor"]) strictEqual(rangeOf(given), usualRange);
});

Deno.test("ranges have at most 300 points, and are drawn anew no more often than a point needs", () => {
  for (const { ms, stepMs, everyMs } of ranges) {
    strictEqual(ms / stepMs <= 300, true);
    strictEqual(everyMs <= stepMs, true);
  }
});
