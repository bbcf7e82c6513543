import assert from "node:assert/strict";
import type { RaceStats } from "../../core/plugins/strategy.ts";
import leaderboard from "../../strategies/leaderboard.ts";
import { call, candidates, fixedDeps, providers, stats, view, type ViewFacts } from "./candidates.ts";

function raced(score: number, races = 100): RaceStats {
  return { score, races, winRate: 0.5, avgMarginMs: 12.34 };
}

function ranked(count: number, facts: ViewFacts): string[] {
  const list = candidates(count);
  leaderboard.create({}, fixedDeps(0.999)).rank(list, call, view(facts));
  return providers(list);
}

const latency = { c0: stats(10), c1: stats(20), c2: stats(40), c3: stats(80) };

Deno.test("leaderboard.rank() goes by the score of races, not by latency", () => {
  const race = { c0: raced(0.1), c1: raced(0.9), c2: raced(2), c3: raced(0.5) };
  assert.deepEqual(ranked(4, { latency, race }), ["c2", "c1", "c3", "c0"]);
});

Deno.test("leaderboard.rank() without races is fastest, exploration included", () => {
  assert.deepEqual(ranked(4, { latency }), ["c0", "c1", "c2", "c3"]);
  const list = candidates(4);
  leaderboard.create({}, fixedDeps(0)).rank(list, call, view({ latency: { c0: stats(10), c1: stats(20) } }));
  assert.equal(list[0]?.provider, "c2");
});

Deno.test("leaderboard.rank() takes a score from ten races on", () => {
  const of = (races: number): string[] =>
    ranked(2, { latency, race: { c0: raced(0.1, 50), c1: raced(2, races) } });
  assert.deepEqual(of(9), ["c0", "c1"]);
  assert.deepEqual(of(10), ["c1", "c0"]);
});

Deno.test("leaderboard.rank() leaves the unscored where fastest puts them and fills the rest by score", () => {
  const race = { c1: raced(0.3), c3: raced(0.7) };
  assert.deepEqual(ranked(4, { latency, race }), ["c0", "c3", "c2", "c1"]);
  assert.deepEqual(ranked(4, { latency, race: { c0: raced(0.3), c3: raced(0.7) } }), [
    "c3",
    "c1",
    "c2",
    "c0",
  ]);
});

Deno.test("leaderboard.rank() orders equal scores as fastest does", () => {
  const race = { c0: raced(0.5), c1: raced(0.5), c2: raced(0.5) };
  assert.deepEqual(ranked(3, { latency: { c0: stats(30), c1: stats(20), c2: stats(10) }, race }), [
    "c2",
    "c1",
    "c0",
  ]);
});

Deno.test("leaderboard.explain() says the score, or why there is none", () => {
  const strategy = leaderboard.create({}, fixedDeps(0.999));
  const [c0, c1, c2] = candidates(3);
  const seen = view({
    latency,
    race: { c0: raced(1.2345), c1: raced(1, 4), c2: { score: 2, races: 100, winRate: 1, avgMarginMs: null } },
  });
  assert.equal(
    strategy.explain?.(c0!, call, seen),
    "score 1.234: first in 50.0 % of 100 races, late by 12.3 ms if not",
  );
  assert.equal(
    strategy.explain?.(c1!, call, seen),
    "4 races, ranked as fastest: expected 20.0 ms, 100.0 % answered",
  );
  assert.equal(
    strategy.explain?.(c2!, call, seen),
    "score 2.000: first in 100.0 % of 100 races, never late",
  );
});
