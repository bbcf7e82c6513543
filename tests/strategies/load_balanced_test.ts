import assert from "node:assert/strict";
import loadBalanced from "../../strategies/load_balanced.ts";
import { call, candidates, deps, providers, view } from "./candidates.ts";

function firsts(inFlight: readonly number[], turns: number): number[] {
  const strategy = loadBalanced.create({}, deps(3));
  const counts = inFlight.map(() => 0);
  for (let turn = 0; turn < turns; turn++) {
    const list = candidates(inFlight.length, (index) => ({ inFlight: inFlight[index]! }));
    strategy.rank(list, call, view());
    counts[list[0]!.position]!++;
  }
  return counts;
}

Deno.test("rank() never puts the busiest first, and the idlest most often but not always", () => {
  const [idle, some, more, busiest] = firsts([0, 3, 5, 9], 6000);
  assert.equal(busiest, 0);
  // Of 6 pairs the idlest wins 3, the next 2, the third 1.
  for (const [count, pairs] of [[idle, 3], [some, 2], [more, 1]] as const) {
    assert.ok(Math.abs(count! - pairs * 1000) < 150, `${count} for ${pairs} pairs`);
  }
});

Deno.test("rank() spreads over candidates with equal load", () => {
  for (const count of firsts([0, 0, 0, 0], 4000)) assert.ok(Math.abs(count - 1000) < 150, String(count));
});

Deno.test("rank() orders the rest by calls in flight", () => {
  const inFlight = [4, 1, 3, 2, 0];
  const strategy = loadBalanced.create({}, deps());
  for (let turn = 0; turn < 50; turn++) {
    const list = candidates(5, (index) => ({ inFlight: inFlight[index]! }));
    strategy.rank(list, call, view());
    const rest = list.slice(1).map((each) => each.inFlight);
    assert.deepEqual(rest, rest.toSorted((a, b) => a - b), providers(list).join(" "));
  }
});
