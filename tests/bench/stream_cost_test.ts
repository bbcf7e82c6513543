// The judgement of the stream logic's own cost.

import assert from "node:assert/strict";
import { streamFigure } from "../../bench/stream_cost.ts";

Deno.test("streamFigure() holds every rate and every race decision to its bar", () => {
  const round = (p99: number): Parameters<typeof streamFigure>[0][number] => [
    { name: "logs", perSecond: 49_000, decision: null },
    { name: "raced", perSecond: 51_000, decision: { p50: 1, p99 } },
  ];
  const { verdicts, series } = streamFigure([round(19), round(21), round(20)]);
  assert.deepEqual(verdicts.map(({ what, met }) => [what, met]), [
    ["logs", false],
    ["raced", true],
    ["raced, race decision p99", true],
  ]);
  assert.deepEqual(series.map(({ name }) => name), ["raced, race decision p50"]);
  assert.throws(() => streamFigure([]), new RangeError("P9 needs at least one round"));
});
