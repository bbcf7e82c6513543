import assert from "node:assert/strict";
import { headsMonotonic } from "../../../../battle/analyze/checks/heads_monotonic.ts";
import { hashOf, ledgerOf, recordOf } from "../../simulator/ledger_support.ts";
import { calls, type CallSketch, fault, subscriber, subscribersOf } from "../../support/run_records.ts";
import { factsOf } from "../support.ts";

const height = (at: number, number: number, more: Partial<CallSketch> = {}): CallSketch => ({
  at,
  method: "eth_blockNumber",
  result: `"0x${number.toString(16)}"`,
  ...more,
});
const verdictOf = (sketches: readonly CallSketch[], more: Parameters<typeof factsOf>[0] = {}): string =>
  headsMonotonic(factsOf({ calls: calls(sketches), ...more })).verdict;

Deno.test("headsMonotonic() is true while heights rise or stay", () => {
  assert.equal(verdictOf([height(0, 16), height(100, 16), height(200, 17)]), "pass");
});

Deno.test("headsMonotonic() is false when a later request is told less", () => {
  const result = headsMonotonic(factsOf({ calls: calls([height(0, 17), height(100, 16)]) }));
  assert.equal(result.verdict, "fail");
  assert.deepEqual(result.details, [
    "reads 1 eth_blockNumber at 0.100 s: 16, after 17 had been answered to reads 0 eth_blockNumber at 0.000 s",
  ]);
});

Deno.test("headsMonotonic() compares only what was sent after the other's answer", () => {
  assert.equal(verdictOf([height(0, 17, { ms: 50 }), height(20, 16), height(100, 17)]), "pass");
});

Deno.test("headsMonotonic() gives ten examples at most", () => {
  const many = Array.from({ length: 30 }, (_, index) => height(100 + index, 1, { ms: 1 }));
  const { details } = headsMonotonic(factsOf({ calls: calls([height(0, 9), ...many]) }));
  assert.equal(details.length, 10);
  assert.equal(details[9], "and 21 more");
});

Deno.test("headsMonotonic() lets heights fall with a declared reorg only", () => {
  const falling = [height(0, 17), height(3_000, 15), height(3_100, 16)];
  const reorg = { kind: "reorg", depth: 3 } as const;
  assert.equal(verdictOf(falling, { faults: [fault("r", null, 2_000, 2_000, reorg)] }), "pass");
  assert.equal(verdictOf(falling, { faults: [fault("r", null, 4_000, 4_000, reorg)] }), "fail");
  assert.equal(verdictOf(falling, { faults: [fault("r", null, 2_000, 2_000, reorg, "base")] }), "fail");
  assert.equal(verdictOf(falling, { faults: [fault("k", "ankr", 2_000, 2_500)] }), "fail");
  // After the reorg heads may not fall again.
  const twice = [...falling, height(6_000, 14)];
  assert.equal(verdictOf(twice, { faults: [fault("r", null, 2_000, 2_000, reorg)] }), "fail");
});

Deno.test("headsMonotonic() looks at subscribers' heads, too", () => {
  const ledger = ledgerOf("A1<A0 A2<A1 A3<A2 B2<A1 B3<B2 B4<B3", "B4");
  const of = (text: string, faults: Parameters<typeof factsOf>[0]["faults"] = []): string => {
    const record = recordOf(ledger, "A1", text);
    assert.ok(record.entries.every((entry) => entry.kind === "head" && entry.hash !== hashOf("none")));
    const times = record.entries.map((_, index) => (index + 1) * 1_000);
    return headsMonotonic(
      factsOf({ subscribers: [subscriber("heads", record, times)], faults }, {
        workloads: [subscribersOf("newHeads")],
      }),
    ).verdict;
  };
  assert.equal(of("A2 A3 B4"), "pass");
  assert.equal(of("A2 A3 B2 B3 B4"), "fail");
  assert.equal(of("A2 A3 B2 B3 B4", [fault("r", null, 2_500, 2_500, { kind: "reorg", depth: 2 })]), "pass");
});

Deno.test("headsMonotonic() is unknown where nothing can be compared", () => {
  assert.equal(verdictOf([]), "inconclusive");
  assert.equal(
    verdictOf([height(0, 5), { at: 100, method: "eth_blockNumber", result: "null" }]),
    "inconclusive",
  );
});
