// Many questions at once begin one by one, in their order.

import assert from "node:assert/strict";
import { RestTurns } from "../../../core/server/rest_turns.ts";
import { settle, VirtualClock } from "../../../core/virtual_clock.ts";

Deno.test("take() lets one question begin at a time, in the order they came", async () => {
  const clock = new VirtualClock();
  const turns = new RestTurns(clock);
  const begun: number[] = [];
  for (let k = 0; k < 5; k++) void turns.take().then(() => begun.push(k));
  await settle();
  assert.deepEqual([begun, turns.waiting], [[0], 4], "the first at once");
  await clock.advance(2);
  assert.deepEqual([begun, turns.waiting], [[0, 1, 2], 2]);
  await clock.advance(100);
  assert.deepEqual([begun, turns.waiting, clock.pending], [[0, 1, 2, 3, 4], 0, 0]);
  await turns.take();
  assert.equal(clock.pending, 1, "after a rest the next one goes at once");
});
