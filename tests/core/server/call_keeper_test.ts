import assert from "node:assert/strict";
import { CallKeeper } from "../../../core/server/call_keeper.ts";
import type { Run } from "../../../core/routing/run.ts";
import { CannedHistory } from "../../support/canned_history.ts";
import { answers, type FakeRouter, fakeRouter } from "../../support/fake_router.ts";

/** A call that has ended, as if at that time. */
async function endedCall(lasso: FakeRouter): Promise<Run> {
  await lasso.call("eth_call", "[]");
  return lasso.completed.at(-1)!.run;
}

Deno.test("CallKeeper keeps a sample of calls that say nothing special, spread over the second", async () => {
  await using lasso = await fakeRouter({ nodes: { a: answers("eth_call", { result: "0x1" }) } });
  const canned = new CannedHistory();
  const keeper = new CallKeeper(canned.history, lasso.clock);
  const run = await endedCall(lasso);
  for (let ms = 0; ms < 2_000; ms++) {
    run.finishedAt = 10_000 + ms;
    keeper.ended(run, ms % 2 === 0 ? "ok" : "error", null);
  }
  assert.ok(canned.kept.length >= 38 && canned.kept.length <= 40, `${canned.kept.length}`);
  assert.equal(keeper.left, 0);
});

Deno.test("CallKeeper keeps every failure and failover up to 200 a second, and counts the rest", async () => {
  await using lasso = await fakeRouter({
    nodes: {
      a: answers("eth_call", { error: { code: -32603, message: "no" } }),
      b: answers("eth_call", { result: "0x1" }),
    },
  });
  const canned = new CannedHistory();
  const keeper = new CallKeeper(canned.history, lasso.clock);
  const failedOver = await endedCall(lasso);
  assert.equal(failedOver.attempts.length, 2);
  failedOver.finishedAt = 5_000;
  for (let k = 0; k < 150; k++) keeper.ended(failedOver, "ok", null);
  for (let k = 0; k < 150; k++) keeper.ended(failedOver, "server", null);
  assert.deepEqual([canned.kept.length, keeper.left], [200, 100]);
  failedOver.finishedAt = 6_000;
  keeper.ended(failedOver, "transport", "it was cut");
  assert.deepEqual(canned.kept.at(-1)?.error, { code: -32000, message: "it was cut" });
  assert.equal(canned.kept.length, 201);
});
