import assert from "node:assert/strict";
import { checkHeads } from "../../../battle/simulator/check_heads.ts";
import { faultsOf, type LedgerReport } from "../../../battle/simulator/ledger_record.ts";
import { counts, ledgerOf, line, recordOf } from "./ledger_support.ts";

const straight = ledgerOf(line(9), "A9");
/** A6, A7 were replaced by B6 to B8. */
const forked = ledgerOf(`${line(7)} B6<A5 B7<B6 B8<B7`, "B8");
/** The same, and then the first branch won after all. */
const backAgain = ledgerOf(`${line(7)} B6<A5 B7<B6 B8<B7 A8<A7 A9<A8`, "A9");

function good(ledger: typeof straight, ack: string, text: string): LedgerReport {
  const report = checkHeads(ledger, recordOf(ledger, ack, text));
  assert.equal(faultsOf(report), 0, JSON.stringify(report, null, 1));
  return report;
}

function bad(ledger: typeof straight, ack: string, text: string): LedgerReport {
  return checkHeads(ledger, recordOf(ledger, ack, text));
}

Deno.test("checkHeads() takes every head after the acknowledgement, once, in order", () => {
  good(straight, "A5", "A6 A7 A8 A9");
  good(straight, "A9", "");
});

Deno.test("checkHeads() takes heads that were under way at the acknowledgement, but does not ask for them", () => {
  good(straight, "A5", "A4 A5 A6 A7 A8 A9");
  good(straight, "A5", "A5 A6 A7 A8 A9");
});

Deno.test("checkHeads() takes a reorg as heads of the new branch from the fork on", () => {
  good(forked, "A5", "A6 A7 B6 B7 B8");
  good(forked, "A5", "A6 B6 B7 B8");
  good(forked, "A5", "B6 B7 B8");
  good(forked, "A7", "B6 B7 B8");
});

Deno.test("checkHeads() takes A → B → A: popped heads come again", () => {
  good(backAgain, "A5", "A6 A7 B6 B7 B8 A6 A7 A8 A9");
  good(backAgain, "A5", "A6 A7 A8 A9");
  good(backAgain, "B8", "A6 A7 A8 A9");
  good(backAgain, "B8", "A8 A9");
  assert.deepEqual(counts(bad(backAgain, "A5", "A6 A7 B6 B7 B8 A8 A9")), [2, 0, 0, 0, 1]);
});

Deno.test("checkHeads() finds a lost head, in the middle and at the end", () => {
  const inside = bad(straight, "A5", "A6 A8 A9");
  assert.deepEqual(counts(inside), [1, 0, 0, 0, 1]);
  assert.deepEqual(inside.missing, ["head 7 (0xA7) before entry 2: head 8 (0xA8)"]);
  assert.deepEqual(inside.unannouncedGaps, ["entry 2: head 8 (0xA8) after 6 (0xA6): 7 (0xA7) never came"]);
  const end = bad(straight, "A5", "A6 A7");
  assert.deepEqual(counts(end), [2, 0, 0, 0, 1]);
  assert.deepEqual(end.missing, ["head 8 (0xA8) at the end", "head 9 (0xA9) at the end"]);
  assert.deepEqual(counts(bad(straight, "A5", "A7 A8 A9")), [1, 0, 0, 0, 1]);
  assert.deepEqual(counts(bad(straight, "A5", "")), [4, 0, 0, 0, 1]);
});

Deno.test("checkHeads() finds the lost first head of a new branch", () => {
  const report = bad(forked, "A5", "A6 A7 B7 B8");
  assert.deepEqual(counts(report), [1, 0, 0, 0, 1]);
  assert.deepEqual(report.missing, ["head 6 (0xB6) before entry 3: head 7 (0xB7)"]);
});

Deno.test("checkHeads() finds a head that came twice", () => {
  const report = bad(straight, "A5", "A6 A7 A7 A8 A9");
  assert.deepEqual(counts(report), [0, 1, 0, 0, 0]);
  assert.deepEqual(report.duplicates, [
    "entry 3: head 7 (0xA7) is on the client's branch already (tip 7 (0xA7))",
  ]);
  assert.deepEqual(counts(bad(straight, "A5", "A6 A7 A8 A6 A9")), [0, 1, 0, 0, 0]);
});

Deno.test("checkHeads() finds heads that changed places", () => {
  assert.deepEqual(counts(bad(straight, "A5", "A6 A8 A7 A9")), [1, 1, 0, 0, 1]);
});

Deno.test("checkHeads() finds a branch that was never left", () => {
  const report = bad(forked, "A5", "A6 A7");
  assert.deepEqual(counts(report), [3, 0, 0, 1, 1]);
  assert.deepEqual(report.wrongBranch, [
    "the last head 7 (0xA7) is not on the canonical branch of 8 (0xB8)",
  ]);
});

Deno.test("checkHeads() finds a head that no chain ever had, or with a false parent", () => {
  assert.deepEqual(counts(bad(straight, "A5", "A6 X7 A7 A8 A9")), [0, 0, 0, 1, 0]);
  const record = recordOf(straight, "A5", "A6 A7 A8 A9");
  const entries = record.entries.map((entry) =>
    entry.kind === "head" && entry.number === 7 ? { ...entry, parentHash: "0xA5" } : entry
  );
  assert.equal(checkHeads(straight, { ...record, entries }).wrongBranch.length, 1);
  assert.equal(checkHeads(straight, recordOf(straight, "X5", "")).wrongBranch.length, 1);
  assert.equal(bad(straight, "A5", "A6 A7.0 A7 A8 A9").wrongBranch.length, 1);
});

Deno.test("checkHeads() takes an announced gap that covers what is missing", () => {
  assert.equal(good(straight, "A5", "A6 [7-8] A9").announcedGaps, 1);
  good(straight, "A5", "[6-8] A9");
  good(straight, "A5", "A6 [7-9]");
  good(straight, "A5", "A6 [7-7] [8-8] A9");
  good(forked, "A5", "A6 A7 [6-7] B8");
});

Deno.test("checkHeads() finds what an announced gap does not cover", () => {
  assert.deepEqual(counts(bad(straight, "A5", "A6 [8-8] A9")), [0, 0, 0, 0, 1]);
  assert.deepEqual(counts(bad(straight, "A5", "A6 [7-7] A9")), [2, 0, 0, 0, 1]);
  assert.deepEqual(counts(bad(straight, "A5", "A6 [7-8]")), [1, 0, 0, 0, 1]);
  assert.deepEqual(counts(bad(forked, "A5", "A6 A7 [7-7] B8")), [0, 0, 0, 0, 1]);
  assert.deepEqual(counts(bad(straight, "A5", "A6 [8-7] A7 A8 A9")), [0, 0, 0, 1, 0]);
});

Deno.test("checkHeads() owes nothing after the socket was closed or left, and all before", () => {
  assert.equal(good(straight, "A5", "A6 A7 !1012").announcedGaps, 1);
  assert.equal(good(forked, "A5", "A6 A7 !0").announcedGaps, 0);
  assert.deepEqual(counts(bad(straight, "A5", "A6 A8 !1012")), [1, 0, 0, 0, 1]);
});
