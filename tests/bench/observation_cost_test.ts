import assert from "node:assert/strict";
import { observationFigure } from "../../bench/observation_cost.ts";

Deno.test("observationFigure() judges what collection adds, and all that observation costs", () => {
  const { verdicts, series } = observationFigure([
    { nothing: 0.1, before: 0.4, all: 0.8 },
    { nothing: 0.1, before: 0.5, all: 0.8 },
    { nothing: 0.1, before: 0.2, all: 1.5 },
  ]);
  assert.deepEqual(series.map(({ summary }) => summary.median), [0.1, 0.4, 0.8]);
  const judged = verdicts.map(({ series: { summary }, met }) => [Math.round(summary.median * 10), met]);
  assert.deepEqual(judged, [[4, true], [7, true]]);
  const dear = observationFigure([{ nothing: 0.1, before: 0.2, all: 1.2 }]);
  assert.deepEqual(dear.verdicts.map(({ met }) => met), [false, false]);
});
