import assert from "node:assert/strict";
import { checkLogs } from "../../../battle/simulator/check_logs.ts";
import type { LedgerFilter } from "../../../battle/simulator/ledger.ts";
import { faultsOf, type LedgerReport } from "../../../battle/simulator/ledger_record.ts";
import { counts, ledgerOf, line, otherToken, recordOf, token } from "./ledger_support.ts";

/** Two logs in each of A1 to A8. */
const straight = ledgerOf(line(8, 2), "A8");
/** A6, A7 were replaced by B6 to B8. */
const forked = ledgerOf(`${line(7, 2)} B6<A5:1 B7<B6:0 B8<B7:1`, "B8");
const backAgain = ledgerOf(`${line(7, 1)} B6<A5:1 B7<B6:1 B8<B7:1 A8<A7:1 A9<A8:1`, "A9");
const mixed = ledgerOf("A1<A0:2 a2<A1:3 A3<a2:1", "A3");

function check(ledger: typeof straight, ack: string, text: string, filter: LedgerFilter = {}): LedgerReport {
  return checkLogs(ledger, recordOf(ledger, ack, text), filter);
}

function good(ledger: typeof straight, ack: string, text: string, filter: LedgerFilter = {}): LedgerReport {
  const report = check(ledger, ack, text, filter);
  assert.equal(faultsOf(report), 0, JSON.stringify(report, null, 1));
  return report;
}

Deno.test("checkLogs() takes every matching log after the acknowledgement, once, in order", () => {
  good(straight, "A6", "A7.0 A7.1 A8.0 A8.1");
  good(straight, "A8", "");
  good(mixed, "A1", "A3.0", { address: token });
  good(mixed, "A1", "a2.0 a2.1 a2.2", { address: [otherToken.toUpperCase().replace("X", "x")] });
});

Deno.test("checkLogs() takes logs that were under way at the acknowledgement, but does not ask for them", () => {
  good(straight, "A6", "A6.1 A7.0 A7.1 A8.0 A8.1");
  good(straight, "A6", "A5.0 A5.1 A6.0 A6.1 A7.0 A7.1 A8.0 A8.1");
  assert.deepEqual(counts(check(straight, "A6", "A5.0 A6.0 A6.1 A7.0 A7.1 A8.0 A8.1")), [1, 0, 0, 0, 1]);
});

Deno.test("checkLogs() takes a reorg as removals, newest first, and the new branch's logs", () => {
  good(forked, "A5", "A6.0 A6.1 A7.0 A7.1 -A7.1 -A7.0 -A6.1 -A6.0 B6.0 B8.0");
  good(forked, "A5", "A6.0 -A6.0 B6.0 B8.0");
  good(forked, "A5", "B6.0 B8.0");
  good(forked, "A7", "B6.0 B8.0");
});

Deno.test("checkLogs() takes A → B → A: removed logs come again", () => {
  good(backAgain, "A5", "A6.0 A7.0 -A7.0 -A6.0 B6.0 B7.0 B8.0 -B8.0 -B7.0 -B6.0 A6.0 A7.0 A8.0 A9.0");
  good(backAgain, "A5", "A6.0 A7.0 A8.0 A9.0");
  good(straight, "A6", "A7.0 A7.1 -A7.1 A7.1 A8.0 A8.1");
});

Deno.test("checkLogs() finds a lost log, in the middle and at the end", () => {
  const inside = check(straight, "A5", "A6.0 A6.1 A7.1 A8.0 A8.1");
  assert.deepEqual(counts(inside), [1, 0, 0, 0, 1]);
  assert.deepEqual(inside.missing, ["log 0 of 7 (0xA7)"]);
  const end = check(straight, "A5", "A6.0 A6.1 A7.0");
  assert.deepEqual(counts(end), [3, 0, 0, 0, 1]);
  assert.deepEqual(end.unannouncedGaps, ["log 1 of 7 (0xA7) to log 1 of 8 (0xA8) never came"]);
  assert.deepEqual(counts(check(straight, "A6", "")), [4, 0, 0, 0, 1]);
});

Deno.test("checkLogs() finds a log that came twice, and a removal that did", () => {
  assert.deepEqual(counts(check(straight, "A7", "A8.0 A8.0 A8.1")), [0, 1, 0, 0, 0]);
  assert.deepEqual(counts(check(forked, "A5", "A6.0 A6.1 -A6.1 -A6.0 -A6.1 B6.0 B8.0")), [0, 1, 0, 0, 0]);
});

Deno.test("checkLogs() finds logs that changed places", () => {
  assert.deepEqual(counts(check(straight, "A7", "A8.1 A8.0")), [0, 0, 1, 0, 0]);
  const blocks = check(straight, "A6", "A7.0 A8.0 A7.1 A8.1");
  assert.deepEqual(counts(blocks), [0, 0, 1, 0, 0]);
  assert.deepEqual(blocks.outOfOrder, [
    "entry 3: log 1 of 7 (0xA7) came after log 0 of 8 (0xA8), which is in a later block",
  ]);
});

Deno.test("checkLogs() finds removals in the wrong order", () => {
  const report = check(forked, "A5", "A6.0 A6.1 -A6.0 -A6.1 B6.0 B8.0");
  assert.deepEqual(counts(report), [0, 0, 1, 0, 0]);
  assert.deepEqual(report.outOfOrder, [
    "entry 3: removal of log 0 of 6 (0xA6) came before that of log 1 of 6 (0xA6)",
  ]);
});

Deno.test("checkLogs() finds logs of a branch that was left and not removed", () => {
  assert.deepEqual(counts(check(forked, "A5", "A6.0 A6.1 B6.0 B8.0")), [0, 0, 0, 4, 0]);
  assert.deepEqual(counts(check(forked, "A5", "A6.0 A6.1")), [2, 0, 0, 2, 1]);
});

Deno.test("checkLogs() finds a removal of what the client never got", () => {
  const report = check(forked, "A6", "-A6.1 B6.0 B8.0");
  assert.deepEqual(counts(report), [0, 0, 0, 1, 0]);
  assert.deepEqual(report.wrongBranch, ["entry 1: removal of log 1 of 6 (0xA6), which the client never got"]);
});

Deno.test("checkLogs() finds logs that no chain had, or that the filter excludes", () => {
  assert.equal(check(straight, "A7", "A8.0 A8.1 A8.2").wrongBranch.length, 1);
  assert.equal(check(straight, "A7", "A8.0 A8.1 X9.0").wrongBranch.length, 1);
  assert.equal(check(mixed, "A1", "a2.0 A3.0", { address: token }).wrongBranch.length, 1);
  assert.equal(check(straight, "A7", "A8 A8.0 A8.1").wrongBranch.length, 1);
  assert.equal(check(straight, "X7", "").wrongBranch.length, 1);
});

Deno.test("checkLogs() takes an announced gap for what is missing in it, and only there", () => {
  assert.equal(good(straight, "A5", "[6-7] A8.0 A8.1").announcedGaps, 1);
  good(straight, "A5", "A6.0 [6-7] A8.0 A8.1");
  good(straight, "A5", "A6.0 A6.1 [7-8]");
  good(forked, "A5", "A6.0 A6.1 [6-7] B8.0");
  good(forked, "A5", "A6.0 [6-6] -A6.0 B6.0 B8.0");
  assert.deepEqual(counts(check(straight, "A5", "[6-6] A8.0 A8.1")), [2, 0, 0, 0, 1]);
  assert.deepEqual(counts(check(straight, "A5", "[7-6] A6.0 A6.1 A7.0 A7.1 A8.0 A8.1")), [0, 0, 0, 1, 0]);
});

Deno.test("checkLogs() owes nothing after the socket was closed or left, and all before its last log", () => {
  assert.equal(good(straight, "A5", "A6.0 A6.1 A7.0 !1012").announcedGaps, 1);
  good(straight, "A5", "!0");
  good(forked, "A5", "A6.0 A6.1 A7.0 !0");
  assert.deepEqual(counts(check(straight, "A5", "A6.0 A7.0 A7.1 !0")), [1, 0, 0, 0, 1]);
});
