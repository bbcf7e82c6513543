import assert from "node:assert/strict";
import { batchOrder } from "../../../../battle/analyze/checks/batch_order.ts";
import { calls, many, reads } from "../../support/run_records.ts";
import { factsOf } from "../support.ts";

const batches = { workloads: [reads({ batch: 3 })] };

Deno.test("batchOrder() is true where each item bore the id of the call at its place", () => {
  const facts = factsOf(
    { calls: many(6, 0, (index) => index === 4 ? { outcome: "error", code: 3 } : {}) },
    batches,
  );
  assert.deepEqual(batchOrder(facts), { name: "batchOrder", verdict: "pass", details: [] });
});

Deno.test("batchOrder() is false where items have changed places, or are not there", () => {
  const reasons = [null, "the answer has id 3, asked was 2", "the batch's answer has 2 of 3 items"];
  const facts = factsOf({
    calls: many(3, 0, (index) => {
      const reason = reasons[index];
      return reason == null ? {} : { outcome: "broken", reason };
    }),
  }, batches);
  assert.deepEqual(batchOrder(facts), {
    name: "batchOrder",
    verdict: "fail",
    details: [
      "reads 1 eth_call at 0.000 s: the answer has id 3, asked was 2",
      "reads 2 eth_call at 0.000 s: the batch's answer has 2 of 3 items",
    ],
  });
});

Deno.test("batchOrder() takes a broken connection for no disorder, and is unknown without an answered batch", () => {
  const broken = calls([{ at: 0, outcome: "broken", reason: "ECONNRESET" }]);
  for (const facts of [factsOf({}, batches), factsOf({ calls: broken }, batches)]) {
    assert.deepEqual(batchOrder(facts).details, ["no batch was answered"]);
    assert.equal(batchOrder(facts).verdict, "inconclusive");
  }
});

Deno.test("batchOrder() is true, and says why, where no batch was planned", () => {
  const { verdict, details } = batchOrder(factsOf({ calls: calls([{ at: 0 }]) }));
  assert.deepEqual([verdict, details], ["pass", ["no batch was planned"]]);
});
