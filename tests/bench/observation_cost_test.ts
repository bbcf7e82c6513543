import assert from "node:assert/strict";
import { observationFigure } from "../../bench/observation_cost.ts";
import { observationShareFigure } from "../../bench/observation_share.ts";

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

Deno.test("observationShareFigure() judges the share of the requests that is left", () => {
  const results = (observed: number) =>
    new Map(
      [
        ["Lasso", { ok: true, values: [observed, observed] }],
        ["Lasso without observation", { ok: true, values: [1_000, 1_010] }],
      ] as const,
    );
  for (const [observed, met] of [[980, true], [940, false]] as const) {
    assert.deepEqual(observationShareFigure(results(observed)).verdicts.map((verdict) => verdict.met), [met]);
  }
});
