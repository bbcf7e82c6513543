import assert from "node:assert/strict";
import type { Candidate, Strategy } from "../../core/plugins/strategy.ts";
import sticky from "../../examples/strategies/sticky.ts";
import { call, candidates, deps, providers, stats, view } from "./candidates.ts";

const latency = { c0: stats(30), c1: stats(10), c2: stats(20) };

function next(strategy: Strategy, change: Record<string, Partial<Candidate>> = {}, without = ""): string {
  const list = candidates(3, (index) => change[`c${index}`] ?? {}).filter(({ provider }) =>
    provider !== without
  );
  strategy.rank(list, call, view({ latency }));
  return providers(list).join(" ");
}

Deno.test("rank() stays with its provider until the breaker opens or it falls behind, and does not go back", () => {
  const strategy = sticky.create(sticky.parse({ max_lag_blocks: 3 }), deps());
  assert.equal(next(strategy), "c1 c2 c0");
  assert.equal(next(strategy, { c1: { lagBlocks: 3 } }), "c1 c2 c0");
  assert.equal(next(strategy, { c1: { lagBlocks: 4 } }), "c2 c1 c0");
  assert.equal(next(strategy), "c2 c1 c0");
  assert.equal(next(strategy, { c2: { breaker: "open" } }), "c1 c2 c0");
});

Deno.test("rank() does not leave its provider for one call that it can't do", () => {
  const strategy = sticky.create(sticky.parse(undefined), deps());
  assert.equal(next(strategy), "c1 c2 c0");
  assert.equal(next(strategy, {}, "c1"), "c2 c0");
  assert.equal(next(strategy), "c1 c2 c0");
});

Deno.test("parse() refuses a wrong value and names its path", () => {
  for (const bad of [-1, 1.5, "2", null]) {
    assert.throws(
      () => sticky.parse({ max_lag_blocks: bad }),
      /options\.max_lag_blocks: expected a whole number/,
    );
  }
});
