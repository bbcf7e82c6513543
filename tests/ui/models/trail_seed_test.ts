import assert from "node:assert/strict";
import { seedOf, withSeed } from "../../../ui/models/trail_seed.ts";

function line(values: readonly (number | null)[]): Parameters<typeof seedOf>[0] {
  return [{ key: { chain: "base" }, points: values.map((value, i) => ({ at: `${i}`, value })) }];
}

Deno.test("seedOf() smooths, and leaves out what was not measured before and is not over after", () => {
  assert.deepEqual(seedOf(line([null, 10, 20, null, null]), "base", 60), [null, 10, 15]);
});

Deno.test("seedOf() has a second without a call within the time as nothing asked", () => {
  assert.deepEqual(seedOf(line([4, null, 2]), "base", 60), [4, 2, 2]);
});

Deno.test("seedOf() is empty for a chain that is not in it, and never longer than asked for", () => {
  assert.deepEqual(seedOf(line([1]), "ethereum", 60), []);
  assert.deepEqual(seedOf(line([null, null]), "base", 60), []);
  assert.equal(seedOf(line(Array(90).fill(1)), "base", 60).length, 60);
});

Deno.test("withSeed() fills the time before the feed's own figures", () => {
  assert.deepEqual(withSeed([1, 2, 3], [9], 3), [2, 3, 9]);
  assert.deepEqual(withSeed([1, 2, 3], [7, 8, 9], 2), [8, 9]);
});
