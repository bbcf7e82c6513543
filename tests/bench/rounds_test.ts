// The alternation: its order, and that a path that fails takes no other with it.

import assert from "node:assert/strict";
import { alternate, type Path, valuesOf } from "../../bench/rounds.ts";

function path(name: string, order: string[], failsIn = -1): Path<number> {
  return {
    name,
    measure: (round) => {
      order.push(`${name}${round}`);
      return round === failsIn ? Promise.reject(new Error("3 non-2xx")) : Promise.resolve(round * 10);
    },
  };
}

Deno.test("alternate() goes A B C A B C", async () => {
  const order: string[] = [];
  const results = await alternate(["A", "B", "C"].map((name) => path(name, order)), 2, () => {});
  assert.deepEqual(order, ["A0", "B0", "C0", "A1", "B1", "C1"]);
  assert.deepEqual(valuesOf(results, "B"), [0, 10]);
});

Deno.test("alternate() leaves a failed path out and goes on with the others", async () => {
  const order: string[] = [];
  const told: string[] = [];
  const paths = [path("A", order), path("B", order, 0)];
  const results = await alternate(paths, 2, (line) => told.push(line));
  assert.deepEqual(order, ["A0", "B0", "A1"]);
  assert.deepEqual(valuesOf(results, "A"), [0, 10]);
  assert.throws(() => valuesOf(results, "B"), new Error("B: 3 non-2xx"));
  assert.throws(() => valuesOf(results, "C"), new Error("C was not measured"));
  assert.ok(told.includes("  B: 3 non-2xx"));
});
