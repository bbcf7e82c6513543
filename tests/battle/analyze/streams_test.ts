import assert from "node:assert/strict";
import { noEventLostOrDoubled } from "../../../battle/analyze/checks/events_whole.ts";
import { streamTotals } from "../../../battle/analyze/streams.ts";
import type { ChainTruth } from "../../../battle/simulator/chain_truth.ts";
import { hashOf, ledgerOf, line, recordOf } from "../simulator/ledger_support.ts";
import { fault, subscriber, subscribersOf } from "../support/run_records.ts";
import { factsOf, slo } from "./support.ts";

const ledger = ledgerOf(line(9, 1), "A9");
const ledgers = new Map([["ethereum", ledger]]);

/** A subscriber to heads, acknowledged at A3; entries arrive second by second. */
function heads(text: string, more: Parameters<typeof factsOf>[0] = {}): ReturnType<typeof factsOf> {
  const record = recordOf(ledger, "A3", text);
  const atMs = record.entries.map((_, index) => (index + 1) * 1_000);
  return factsOf({ ledgers, subscribers: [subscriber("heads", record, atMs)], ...more }, {
    workloads: [subscribersOf("newHeads")],
  });
}

function counts(facts: ReturnType<typeof factsOf>, scope: Parameters<typeof slo>[2] = {}): (number | null)[] {
  return (["stream_gaps", "stream_duplicates", "stream_out_of_order"] as const).map((key) =>
    slo(facts, key, scope).value
  );
}

Deno.test("stream keys are 0 for a whole stream, and the checker is true", () => {
  const facts = heads("A4 A5 A6 A7 A8 A9");
  assert.deepEqual(counts(facts), [0, 0, 0]);
  assert.equal(slo(facts, "stream_gaps").samples, 6);
  assert.deepEqual(streamTotals(facts), { gaps: 0, duplicates: 0, outOfOrder: 0, wrongBranch: 0 });
  assert.deepEqual(noEventLostOrDoubled(facts), {
    name: "noEventLostOrDoubled",
    verdict: "pass",
    details: [],
  });
});

Deno.test("stream_gaps, stream_duplicates: what the ledger's checkers find, for heads", () => {
  const facts = heads("A4 A6 A6 A7 A8 A9");
  assert.deepEqual(counts(facts), [1, 1, 0]);
  assert.equal(slo(facts, "stream_gaps").verdict, "fail");
  const check = noEventLostOrDoubled(facts);
  assert.equal(check.verdict, "fail");
  assert.equal(check.details.length, 2);
});

Deno.test("stream_out_of_order: what the ledger's checkers find, for logs", () => {
  const record = recordOf(ledger, "A3", "A4.0 A6.0 A5.0 A7.0 A8.0 A9.0");
  const facts = factsOf({ ledgers, subscribers: [subscriber("heads", record, [1, 2, 3, 4, 5, 6])] }, {
    workloads: [subscribersOf("logs")],
  });
  assert.deepEqual(counts(facts), [0, 0, 1]);
  assert.equal(noEventLostOrDoubled(facts).verdict, "pass");
});

Deno.test("stream_gaps counts announced gaps; the checker excuses them", () => {
  const told = heads("A4 [5-6] A7 A8 A9");
  assert.deepEqual(counts(told), [1, 0, 0]);
  assert.equal(noEventLostOrDoubled(told).verdict, "pass");
  const closed = heads("A4 !1012");
  assert.deepEqual(counts(closed), [1, 0, 0]);
  assert.equal(noEventLostOrDoubled(closed).verdict, "pass");
});

Deno.test("stream keys during a fault count what showed in it", () => {
  const faults = [fault("k", "alchemy", 1_500, 2_500), fault("later", "alchemy", 4_500, 5_500)];
  // The gap shows with the second entry (2 s), the duplicate with the third (3 s).
  const facts = heads("A4 A6 A6 A7 A8 A9", { faults });
  assert.deepEqual(counts(facts, { during: "k" }), [1, 0, 0]);
  assert.deepEqual(counts(facts, { during: "later" }), [0, 0, 0]);
  assert.deepEqual(counts(facts, { during: "calm" }), [0, 1, 0]);
});

Deno.test("stream_gaps: a stream that died silently is found, though the subscriber left by itself", () => {
  const truth: ChainTruth = {
    chainId: 1,
    blocks: [],
    ownBranches: [],
    heads: Array.from(
      { length: 9 },
      (_, index) => ({ atUs: (index + 1) * 1e6, hash: hashOf(`A${index + 1}`) }),
    ),
  };
  const of = (text: string, leftMs: number): ReturnType<typeof factsOf> => {
    const record = recordOf(ledger, "A3", `${text} !0`);
    const atMs = record.entries.map((_, index) => index === record.entries.length - 1 ? leftMs : 4_000);
    const truths = new Map([["ethereum", truth]]);
    return factsOf({ ledgers, truths, subscribers: [subscriber("heads", record, atMs)] }, {
      workloads: [subscribersOf("newHeads")],
    }, { deliveryGraceMs: 2_000 });
  };
  const dead = of("A4", 10_000);
  assert.deepEqual(counts(dead), [1, 0, 0]);
  assert.deepEqual(noEventLostOrDoubled(dead).details, [
    "heads 0: 4 blocks from 5 on never came, though the subscriber stayed",
  ]);
  // What was made within the grace is not owed.
  assert.deepEqual(counts(of("A4 A5 A6 A7 A8", 10_000)), [0, 0, 0]);
  assert.deepEqual(counts(of("A4 [5-8]", 10_000)), [1, 0, 0]);
});

Deno.test("the block of an acknowledgement is the newest at its time, by the chain's record", () => {
  const truth: ChainTruth = {
    chainId: 1,
    blocks: [],
    ownBranches: [],
    heads: Array.from(
      { length: 9 },
      (_, index) => ({ atUs: (index + 1) * 1e6, hash: hashOf(`A${index + 1}`) }),
    ),
  };
  const truths = new Map([["ethereum", truth]]);
  const scenario = { workloads: [subscribersOf("newHeads")] };
  // Its first event is A7: by its own guess all is well, but it was acknowledged at 4.2 s.
  const late = recordOf(ledger, "A6", "A7 A8 A9");
  const of = (ackUs: number, more: Parameters<typeof factsOf>[0]): ReturnType<typeof factsOf> =>
    factsOf(
      { ledgers, subscribers: [{ ...subscriber("heads", late, [7, 8, 9]), ackUs }], ...more },
      scenario,
    );
  assert.deepEqual(counts(of(4_200_000, {})), [0, 0, 0]);
  assert.deepEqual(counts(of(4_200_000, { truths })), [1, 0, 0]);
  assert.deepEqual(counts(of(6_200_000, { truths })), [0, 0, 0]);
  // Clocks differ by up to 2 s: it may have been acknowledged at A6.
  const clockErrorUs = { world: 1_500_000, generator: 500_000, router: 9e9 };
  assert.deepEqual(counts(of(4_200_000, { truths, clockErrorUs })), [0, 0, 0]);
  // Without an event the client can't even guess.
  const silent = { ack: { number: -1, hash: "" }, entries: [] };
  const quiet = factsOf({ ledgers, subscribers: [subscriber("heads", silent)] }, scenario);
  assert.match(slo(quiet, "stream_gaps").reason!, /at which block it was acknowledged can't be told/);
  const lost = factsOf({
    ledgers,
    truths,
    subscribers: [{ ...subscriber("heads", silent), ackUs: 4_200_000 }],
  }, scenario);
  assert.equal(slo(lost, "stream_gaps").verdict, "fail");
});

/** Canonical A1 to A9; ankr alone had B5 to B7 on A4, from 4 s to 6 s. Entries come second by second, from 5 s on. */
function besideOwn(text: string, kind: "newHeads" | "logs", from = 5): ReturnType<typeof factsOf> {
  const both = ledgerOf(
    `${line(5, 1)} B5<A4:1 A6<A5:1 B6<B5:1 A7<A6:1 B7<B6:1 A8<A7:1 A9<A8:1`,
    "A9",
    "ankr",
  );
  const at = (name: string, index: number): { atUs: number; hash: string } => ({
    atUs: index * 1e6,
    hash: hashOf(name),
  });
  const truth: ChainTruth = {
    chainId: 1,
    blocks: [],
    heads: Array.from({ length: 9 }, (_, index) => at(`A${index + 1}`, index + 1)),
    ownBranches: [{
      provider: "ankr",
      fromUs: 4e6,
      toUs: 6e6,
      blocks: [at("B5", 5), at("B6", 6), at("B7", 7)],
    }],
  };
  const record = recordOf(both, "A4", text);
  const atMs = record.entries.map(({ kind }, index) => kind === "end" ? 20_000 : (from + index) * 1_000);
  return factsOf(
    {
      ledgers: new Map([["ethereum", both]]),
      truths: new Map([["ethereum", truth]]),
      subscribers: [{ ...subscriber("heads", record, atMs), ackUs: 4_500_000 }],
    },
    { workloads: [subscribersOf(kind)] },
    { deliveryGraceMs: 3_000 },
  );
}

Deno.test("streams may follow a provider's own branch and come back: A → B → A gives A's events twice", () => {
  const good: readonly [string, "newHeads" | "logs"][] = [
    ["A5 B5 B6 A5 A6 A7 A8 A9", "newHeads"],
    ["B5 B6 B7 A5 A6 A7 A8 A9", "newHeads"],
    ["A5.0 -A5.0 B5.0 B6.0 -B6.0 -B5.0 A5.0 A6.0 A7.0 A8.0 A9.0", "logs"],
    ["A5 B5 B6 A5 A6 A7 A8 A9 !0", "newHeads"],
  ];
  for (const [text, kind] of good) {
    const facts = besideOwn(text, kind);
    assert.deepEqual(noEventLostOrDoubled(facts).details, [], text);
    assert.deepEqual(counts(facts), [0, 0, 0], text);
  }
});

Deno.test("streams that follow a provider's own branch are held to each step", () => {
  const bad: readonly [string, "newHeads" | "logs", RegExp][] = [
    // The same event twice on one branch.
    ["A5 B5 B6 B6 A5 A6 A7 A8 A9", "newHeads", /is on the client's branch already/],
    ["A5 B5 B6 A5 A5 A6 A7 A8 A9", "newHeads", /is on the client's branch already/],
    ["A5 B5 B6 B5 A5 A6 A7 A8 A9", "newHeads", /is on the client's branch already/],
    // A hole on it, and on the way back.
    ["A5 B6 A5 A6 A7 A8 A9", "newHeads", /never came/],
    ["A5 B5 B6 A6 A7 A8 A9", "newHeads", /never came/],
    // Left without taking anything back, or taken back twice.
    ["A5.0 B5.0 -B5.0 A5.0 A6.0 A7.0 A8.0 A9.0", "logs", /was not removed/],
    ["A5.0 -A5.0 B5.0 -B5.0 -B5.0 A5.0 A6.0 A7.0 A8.0 A9.0", "logs", /removed before/],
    // It stayed there.
    ["A5 B5 B6 B7 !0", "newHeads", /it ended on a branch that had been left/],
    ["A5.0 -A5.0 B5.0 B6.0 B7.0 !0", "logs", /it ended on a branch that had been left/],
  ];
  for (const [text, kind, why] of bad) {
    const { verdict, details } = noEventLostOrDoubled(besideOwn(text, kind));
    assert.equal(verdict, "fail", text);
    assert.match(details.join("\n"), why, text);
  }
});

Deno.test("an event of a provider's own branch at a time when it did not stand there is on a wrong branch", () => {
  // B5 comes at 10 s: ankr was back at 6 s, and what was under way had 3 s.
  const late = besideOwn("A5 B5 B6 B7 A5 A6 A7 A8 A9", "newHeads", 9);
  assert.deepEqual(noEventLostOrDoubled(late).details.slice(0, 1), [
    "heads 0: entry 2: head of 0xB5, a block of ankr's own branch, on which it did not stand then",
  ]);
  assert.equal(streamTotals(late)?.wrongBranch, 3);
  const early = besideOwn("B5 B6 A5 A6 A7 A8 A9", "newHeads", 3);
  assert.match(noEventLostOrDoubled(early).details[0]!, /did not stand then/);
});

Deno.test("stream keys and the checker are unknown without events, ledger, acknowledgement or subscribers", () => {
  const scenario = { workloads: [subscribersOf("newHeads")] };
  const record = recordOf(ledger, "A3", "A4");
  const cases: readonly [ReturnType<typeof factsOf>, RegExp][] = [
    [factsOf({}, scenario), /no subscriber was recorded/],
    [factsOf({ subscribers: [subscriber("heads", record)] }, scenario), /no ledger of chain ethereum/],
    [factsOf({ ledgers, subscribers: [subscriber("heads", null)] }, scenario), /never acknowledged/],
    [
      factsOf({
        ledgers: new Map([["ethereum", ledgerOf(line(3), "A3")]]),
        subscribers: [
          subscriber("heads", recordOf(ledger, "A3", "")),
        ],
      }, scenario),
      /no subscriber got an event/,
    ],
    [
      factsOf({ ledgers, subscribers: [subscriber("else", record)] }, scenario),
      /no subscriber of the scenario/,
    ],
  ];
  for (const [facts, why] of cases) {
    for (const key of ["stream_gaps", "stream_duplicates", "stream_out_of_order"] as const) {
      const result = slo(facts, key, {}, 1e9);
      assert.equal(result.verdict, "inconclusive");
      assert.match(result.reason!, why);
    }
    const check = noEventLostOrDoubled(facts);
    assert.equal(check.verdict, "inconclusive");
    assert.match(check.details[0]!, why);
  }
  for (const scope of [{ method: "eth_call" }, { provider: "alchemy" }]) {
    assert.match(slo(heads("A4"), "stream_gaps", scope, 9).reason!, /have no method/);
  }
});

Deno.test("stream keys say nothing of pending transactions, which are best effort", () => {
  const facts = factsOf({ ledgers, subscribers: [subscriber("heads", recordOf(ledger, "A3", ""))] }, {
    workloads: [subscribersOf("newPendingTransactions")],
  });
  assert.match(slo(facts, "stream_gaps").reason!, /best effort/);
  assert.equal(noEventLostOrDoubled(facts).verdict, "inconclusive");
  assert.equal(streamTotals(facts), null);
});
