import assert from "node:assert/strict";
import priority from "../../strategies/priority.ts";
import { candidates, providers } from "./candidates.ts";

Deno.test("rank() goes by priority, then position", () => {
  const priorities = [2, 1, 1, 0];
  const list = candidates(4, (index) => ({ priority: priorities[index]! })).reverse();
  priority.create().rank(list, { chain: "x", method: "y", block: { kind: "none" } }, {
    now: 0,
    latency: () => assert.fail("measurements play no part"),
    latencyOverall: () => assert.fail("measurements play no part"),
    quota: () => assert.fail("measurements play no part"),
    race: () => assert.fail("measurements play no part"),
  });
  assert.deepEqual(providers(list), ["c3", "c1", "c2", "c0"]);
});
