// Many questions at once begin one by one, in their order.

import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { RestTurns } from "../../../core/server/rest_turns.ts";
import { settle } from "../../../core/virtual_clock.ts";

Deno.test("take() lets one question begin in a turn of the loop, in the order they came", async () => {
  const turns = new RestTurns();
  const begun: number[] = [];
  const all = Promise.all([0, 1, 2, 3, 4].map((k) => turns.take().then(() => begun.push(k))));
  await settle();
  assert.deepEqual([begun, turns.waiting], [[0], 4], "the first at once");
  await all;
  assert.deepEqual([begun, turns.waiting], [[0, 1, 2, 3, 4], 0]);
  await setImmediate();
  await setImmediate();
  void turns.take().then(() => begun.push(5));
  await settle();
  assert.equal(begun.length, 6, "after a rest the next one goes at once");
  await setImmediate();
});
