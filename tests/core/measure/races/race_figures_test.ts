import assert from "node:assert/strict";
import { RaceFigures } from "../../../../core/measure/races/race_figures.ts";
import { raceScore } from "../../../../core/measure/races/race_score.ts";

Deno.test("raceScore() is winRate × 1/(1 + margin/100) × log10(races)", () => {
  assert.equal(raceScore(0, 0, null), 0);
  assert.equal(raceScore(1, 1, null), 0, "one race proves nothing");
  assert.equal(raceScore(100, 100, null), 2);
  assert.equal(raceScore(100, 50, 100), 0.5);
  assert.equal(raceScore(1000, 0, 10), 0);
  assert.ok(Math.abs(raceScore(7200, 5400, 25) - 0.75 / 1.25 * Math.log10(7200)) < 1e-12);
});

Deno.test("RaceFigures counts the running hour and the 23 before it", () => {
  const figures = new RaceFigures();
  const start = 500_000;
  figures.won(start);
  figures.lost(start, 30);
  figures.lost(start + 1, 10);
  figures.missed(start + 2);
  const { wins, losses, missed, races, winRate, avgMarginMs } = figures.totals(start + 2);
  assert.deepEqual([wins, losses, missed, races, winRate, avgMarginMs], [1, 2, 1, 4, 0.25, 20]);
  assert.equal(figures.totals(start + 23).races, 4);
  assert.equal(figures.totals(start + 24).races, 2);
  assert.equal(figures.totals(start + 24).avgMarginMs, 10);
  assert.deepEqual({ ...figures.totals(start + 26) }, {
    score: 0,
    races: 0,
    winRate: 0,
    avgMarginMs: null,
    wins: 0,
    losses: 0,
    missed: 0,
  });
  figures.won(start + 25);
  assert.equal(
    figures.totals(start + 25).races,
    2,
    "the hour's bucket is used again, missed of +2 counts still",
  );
});

Deno.test("RaceFigures.restore() adds to what was measured since", () => {
  const figures = new RaceFigures();
  figures.won(100);
  figures.restore(100, 4, 5, 1, 100);
  figures.restore(90, 5, 0, 0, 0);
  const { wins, races, avgMarginMs, score } = figures.totals(100);
  assert.deepEqual([wins, races, avgMarginMs], [10, 16, 20]);
  assert.equal(score, raceScore(16, 10, 20));
});
