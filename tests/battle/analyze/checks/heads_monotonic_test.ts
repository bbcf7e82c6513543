import assert from "node:assert/strict";
import { headsMonotonic } from "../../../../battle/analyze/checks/heads_monotonic.ts";
import { hashOf, ledgerOf, recordOf } from "../../simulator/ledger_support.ts";
import type { ChainTruth } from "../../../../battle/simulator/chain_truth.ts";
import {
  calls,
  type CallSketch,
  fault,
  reads,
  subscriber,
  subscribersOf,
} from "../../support/run_records.ts";
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

/** A canonical branch A, and B that ankr alone stood on, from A1 at 2.5 s to 4.5 s. */
function withOwnBranch(text: string, toUs: number | null = 4_500_000): ReturnType<typeof headsMonotonic> {
  const ledger = ledgerOf("A1<A0 A2<A1 A3<A2 A4<A3 A5<A4 B2<A1 B3<B2 B4<B3", "A5", "ankr");
  const truth: ChainTruth = {
    chainId: 1,
    blocks: [],
    heads: [],
    ownBranches: [{
      provider: "ankr",
      fromUs: 2_500_000,
      toUs,
      blocks: ["B2", "B3", "B4"].map((name) => ({ atUs: 2_500_000, hash: hashOf(name) })),
    }],
  };
  const record = recordOf(ledger, "A1", text);
  const times = record.entries.map((_, index) => (index + 1) * 1_000);
  return headsMonotonic(
    factsOf(
      {
        subscribers: [subscriber("heads", record, times)],
        ledgers: new Map([["ethereum", ledger]]),
        truths: new Map([["ethereum", truth]]),
      },
      { workloads: [subscribersOf("newHeads")] },
      { deliveryGraceMs: 500 },
    ),
  );
}

Deno.test("headsMonotonic() lets heads go over to a provider's own branch while it stands there, and back", () => {
  // A head a second: B2 comes at 3 s, A2 again at 5 s or 6 s.
  assert.equal(withOwnBranch("A2 A3 B2 B3 A2 A3 A4").verdict, "pass");
  assert.equal(withOwnBranch("A2 A3 B2 B3 B4 A2 A3 A4").verdict, "pass");
});

Deno.test("headsMonotonic() is false for a step back along a branch, and for a branch at the wrong time", () => {
  const early = withOwnBranch("A3 B2 B3").details;
  assert.deepEqual(early, [
    "heads 0: head 2 came after 3, on ankr's own branch, on which it did not stand then",
  ]);
  assert.equal(withOwnBranch("A2 A3 A4 A4 A5 B2 B3").verdict, "fail");
  assert.match(withOwnBranch("A2 A3 A4 A5 A5 B2").details.join(), /did not stand then/);
  assert.equal(withOwnBranch("A2 A3 A4 A5 B2", null).verdict, "pass");
  for (const text of ["A2 A3 B2 B3 B2 B3", "A2 A3 B2 B3 B3", "A2 A3 A2 A3", "A2 A3 B2 B3 A1"]) {
    assert.match(withOwnBranch(text).details.join(), /on the same branch/, text);
  }
});

Deno.test("headsMonotonic() is unknown where nothing can be compared, true where no height was planned", () => {
  const planned = { workloads: [reads({ mix: { eth_blockNumber: 1 } })] };
  const open = (sketches: readonly CallSketch[]): string =>
    headsMonotonic(factsOf({ calls: calls(sketches) }, planned)).verdict;
  assert.equal(open([]), "inconclusive");
  assert.equal(open([height(0, 5), { at: 100, method: "eth_blockNumber", result: "null" }]), "inconclusive");
  assert.deepEqual(headsMonotonic(factsOf({})).details, ["no height was planned to be asked for"]);
});
