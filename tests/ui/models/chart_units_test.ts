import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { axisRange, shownUnit, ticked, written } from "../../../ui/models/chart_units.ts";

Deno.test("axisRange() begins at zero and leaves some room on top", () => {
  deepStrictEqual(axisRange("ms", 20, 100), [0, 108]);
  deepStrictEqual(axisRange("rps", 0, 0), [0, 1]);
  deepStrictEqual(axisRange("count", null, null), [0, 1]);
});

Deno.test("axisRange() looks at shares near 1 closely, and never beyond it", () => {
  deepStrictEqual(axisRange("share", 1, 1), [0.99, 1]);
  deepStrictEqual(axisRange("share", 0.97, 1), [0.95, 1]);
  deepStrictEqual(axisRange("share", 0.2, 1), [0, 1]);
  deepStrictEqual(axisRange("share", null, null), [0, 1]);
});

Deno.test("axisRange() looks at shares near 0 from zero", () => {
  deepStrictEqual(axisRange("share", 0, 0), [0, 0.01]);
  deepStrictEqual(axisRange("share", 0, 0.5), [0, 0.54]);
});

Deno.test("axisRange() shows heights where they are, not from zero", () => {
  deepStrictEqual(axisRange("blocks", 20_000_000, 20_000_100), [20_000_000, 20_000_108]);
  deepStrictEqual(axisRange("blocks", 0, 100), [0, 108]);
});

Deno.test("shownUnit() draws sums per minute, and leaves values of a moment", () => {
  strictEqual(shownUnit("usd", true), "usd/min");
  strictEqual(shownUnit("count", true), "count/min");
  strictEqual(shownUnit("count", false), "count");
  strictEqual(shownUnit("ms", true), "ms");
});

Deno.test("written() names the unit, ticked() leaves out the time that the legend tells", () => {
  strictEqual(written("usd/min", 0.0093), "$0.0093/min");
  strictEqual(written("count/min", null), "–");
  strictEqual(ticked("usd/min", 0.005), "$0.005");
  strictEqual(ticked("rps", 5), "5/s");
});
