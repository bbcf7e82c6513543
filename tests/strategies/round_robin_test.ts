import assert from "node:assert/strict";
import type { Strategy } from "../../core/plugins/strategy.ts";
import roundRobin from "../../strategies/round_robin.ts";
import { call, candidates, deps, fixedDeps, providers, view } from "./candidates.ts";

function next(strategy: Strategy, count = 3): string {
  const list = candidates(count);
  strategy.rank(list, call, view());
  return providers(list).join(" ");
}

Deno.test("rank() begins one further with each call", () => {
  const strategy = roundRobin.create({}, fixedDeps(0));
  assert.deepEqual(Array.from({ length: 4 }, () => next(strategy)), [
    "c0 c1 c2",
    "c1 c2 c0",
    "c2 c0 c1",
    "c0 c1 c2",
  ]);
});

Deno.test("rank() rotates the configured order, however the list comes", () => {
  const strategy = roundRobin.create({}, fixedDeps(0));
  next(strategy);
  const list = candidates(4).reverse();
  strategy.rank(list, call, view());
  assert.deepEqual(providers(list), ["c1", "c2", "c3", "c0"]);
});

Deno.test("rank() gives each candidate the same share, from a start that differs by router", () => {
  const starts = new Set<string>();
  for (let seed = 0; seed < 20; seed++) {
    const strategy = roundRobin.create({}, deps(seed));
    const firsts = Array.from({ length: 30 }, () => next(strategy, 5).slice(0, 2));
    starts.add(firsts[0]!);
    for (const id of ["c0", "c1", "c2", "c3", "c4"]) {
      assert.equal(firsts.filter((first) => first === id).length, 6);
    }
  }
  assert.ok(starts.size > 1);
});
