import assert from "node:assert/strict";
import type { Candidate, StrategyView } from "../../core/plugins/strategy.ts";
import fastest from "../../strategies/fastest.ts";
import { call, candidate, candidates, deps, fixedDeps, providers, stats, view } from "./candidates.ts";

function ranked(list: Candidate[], given: StrategyView): string {
  fastest.create({}, fixedDeps(0.999)).rank(list, call, given);
  return providers(list).join(" ");
}

Deno.test("rank() puts the lowest expected latency first", () => {
  const latency = { c0: stats(80), c1: stats(20), c2: stats(50) };
  assert.equal(ranked(candidates(3), view({ latency })), "c1 c2 c0");
});

Deno.test("rank() counts failures as lost time", () => {
  const latency = { c0: stats(20, { success: 0.7 }), c1: stats(60), c2: stats(20, { success: 0.99 }) };
  assert.equal(ranked(candidates(3), view({ latency })), "c2 c1 c0");
  // One failed first call is no verdict yet: it counts half.
  const first = { c0: stats(5, { success: 0, n: 1 }), c1: stats(300) };
  assert.equal(ranked(candidates(2), view({ latency: first })), "c0 c1");
});

Deno.test("rank() takes all methods together where this one was not measured", () => {
  const given = view({ latency: { c0: stats(40), c2: stats(90) }, overall: { c1: stats(60) } });
  assert.equal(ranked(candidates(4), given), "c0 c1 c2 c3");
});

Deno.test("rank() goes by priority, then position, without any evidence", () => {
  const priorities = [5, 1, 5, 0];
  assert.equal(ranked(candidates(4, (index) => ({ priority: priorities[index]! })), view()), "c3 c1 c0 c2");
});

Deno.test("rank() shares load among candidates within a tenth of the best", () => {
  const latency = { c0: stats(100), c1: stats(109), c2: stats(111) };
  const inFlight = [7, 2, 0];
  assert.equal(
    ranked(candidates(3, (index) => ({ inFlight: inFlight[index]! })), view({ latency })),
    "c1 c0 c2",
  );
});

Deno.test("rank() puts an unmeasured or stale candidate first in one of twenty refreshes", () => {
  const latency = { c0: stats(10), c1: stats(30), c2: stats(40, { age: 61_000 }) };
  const list = [
    ...candidates(4), // c3: no evidence
    candidate("broken", { breaker: "open", position: 4 }),
    candidate("trial", { breaker: "half_open", position: 5 }),
    candidate("spare", { group: "fallback", position: 6 }),
  ];
  const strategy = fastest.create({}, deps(5));
  const firsts: Record<string, number> = {};
  const turns = 10_000;
  for (let turn = 0; turn < turns; turn++) {
    const order = list.slice();
    strategy.rank(order, call, view({ latency }));
    const first = order[0]!.provider;
    firsts[first] = (firsts[first] ?? 0) + 1;
    assert.deepEqual(providers(order.filter((each) => each !== order[0])).slice(0, 1), [
      first === "c0" ? "c1" : "c0", // The others keep their order behind it.
    ]);
  }
  assert.deepEqual(Object.keys(firsts).toSorted(), ["c0", "c2", "c3"]);
  for (const explored of ["c2", "c3"]) {
    const share = firsts[explored]! / turns;
    assert.ok(Math.abs(share - 1 / 40) < 0.005, `${explored} was first in ${share}`);
  }
});

Deno.test("rank() explores nothing while all evidence is fresh", () => {
  const latency = { c0: stats(10), c1: stats(30) };
  const strategy = fastest.create({}, fixedDeps(0));
  for (let turn = 0; turn < 100; turn++) {
    const list = candidates(2);
    strategy.rank(list, call, view({ latency }));
    assert.deepEqual(providers(list), ["c0", "c1"]);
  }
});

Deno.test("explain() tells expected latency, success and age", () => {
  const strategy = fastest.create({}, deps());
  const given = view({
    latency: { c0: stats(10), c1: stats(10, { age: 75_000 }) },
    overall: { c2: stats(10) },
  });
  assert.deepEqual(candidates(4).map((each) => strategy.explain!(each, call, given)), [
    "expected 10.0 ms, 100.0 % answered",
    "expected 10.0 ms, 100.0 % answered, last measured 75 s ago",
    "expected 10.0 ms over all methods, 100.0 % answered",
    "not measured yet",
  ]);
});
