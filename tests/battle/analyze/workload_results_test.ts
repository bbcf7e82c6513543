import assert from "node:assert/strict";
import { workloadResults } from "../../../battle/analyze/workload_results.ts";
import { subscriber, subscribersOf } from "../support/run_records.ts";
import { factsOf } from "./support.ts";

Deno.test("workloadResults() counts pending transactions as events, and neither gaps nor ends", () => {
  const record = {
    ack: { number: -1, hash: "" },
    entries: [
      { kind: "transaction", hash: "0x1" },
      { kind: "transaction", hash: "0x2" },
      { kind: "gap", fromBlock: 1, toBlock: 2 },
      { kind: "end", code: null },
    ],
  } as const;
  const [row] = workloadResults(
    factsOf({ subscribers: [subscriber("heads", record)] }, {
      workloads: [subscribersOf("newPendingTransactions")],
    }),
  );
  assert.deepEqual([row!.outcomes["event"], row!.throughputRps, row!.answered], [2, 0.2, 1]);
});
