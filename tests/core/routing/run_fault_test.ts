// The boundary around a call: a fault of Lasso's own ends that call, and nothing else.

import assert from "node:assert/strict";
import { fakeRouter } from "../../support/fake_router.ts";

Deno.test("Run ends alone with -32603 when the code behind an answer throws", async () => {
  await using lasso = await fakeRouter({ nodes: { a: () => undefined } });
  const { chain } = lasso.route;
  const observeHead = chain.observeHead.bind(chain);
  chain.observeHead = () => {
    throw new Error("a fault of our own");
  };
  const broken = await lasso.call("eth_blockNumber");
  chain.observeHead = observeHead;
  assert.ok(broken.outcome?.kind === "refusal");
  assert.equal(broken.outcome.refusal.reason, "internal");
  assert.equal(broken.dones, 1);
  const next = await lasso.call("eth_blockNumber");
  assert.equal(next.outcome?.kind, "result");
});
