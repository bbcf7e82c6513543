// The judgement of what a day of history takes.

import assert from "node:assert/strict";
import { historyFigure } from "../../bench/history_cost.ts";

Deno.test("historyFigure() holds memory and every question to their bars, for each place", () => {
  const { verdicts, series } = historyFigure([
    { place: "file", memoryBytes: 4.9e6, storedBytes: 30e6, questions: { matrix: [19, 22, 18] } },
    { place: "memory", memoryBytes: 5.1e6, storedBytes: 8e6, questions: { matrix: [21, 22, 18] } },
  ]);
  assert.deepEqual(verdicts.map(({ what, met }) => [what, met]), [
    ["a day in a file", true],
    ["24 h, matrix, in a file", true],
    ["a day in memory", false],
    ["24 h, matrix, in memory", false],
  ]);
  assert.deepEqual(series.map(({ name, values }) => [name, values[0]]), [
    ["database in a file", 30],
    ["database in memory", 8],
  ]);
});
