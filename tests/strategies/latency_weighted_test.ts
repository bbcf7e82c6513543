import assert from "node:assert/strict";
import latencyWeighted from "../../strategies/latency_weighted.ts";
import { call, candidates, deps, stats, view, type ViewFacts } from "./candidates.ts";

function shares(facts: ViewFacts, count: number): number[] {
  const strategy = latencyWeighted.create({}, deps(11));
  const turns = 20_000;
  const counts = Array.from({ length: count }, () => 0);
  for (let turn = 0; turn < turns; turn++) {
    const list = candidates(count);
    strategy.rank(list, call, view(facts));
    counts[list[0]!.position]!++;
  }
  return counts.map((each) => each / turns);
}

function close(actual: readonly number[], expected: readonly number[]): void {
  actual.forEach((share, index) =>
    assert.ok(Math.abs(share - expected[index]!) < 0.01, `${actual} against ${expected}`)
  );
}

Deno.test("rank() draws the first by (best/own)^3", () => {
  const latency = { c0: stats(10), c1: stats(20), c2: stats(40) };
  const sum = 1 + 1 / 8 + 1 / 64;
  close(shares({ latency }, 3), [1 / sum, 1 / 8 / sum, 1 / 64 / sum]);
});

Deno.test("rank() weighs a candidate without evidence like the best", () => {
  close(shares({ latency: { c0: stats(10), c1: stats(20) } }, 3), [8 / 17, 1 / 17, 8 / 17]);
  close(shares({}, 4), [0.25, 0.25, 0.25, 0.25]);
});

Deno.test("rank() holds with latencies of zero", () => {
  close(shares({ latency: { c0: stats(0), c1: stats(0) } }, 2), [0.5, 0.5]);
});
