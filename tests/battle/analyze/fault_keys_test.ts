import assert from "node:assert/strict";
import { attemptEnds, failoverMs, failoversOf } from "../../../battle/analyze/failovers.ts";
import { detection, recovery, shift } from "../../../battle/analyze/fault_effects.ts";
import { breakerEvent, calls, type CallSketch, fault, many } from "../support/run_records.ts";
import { factsOf, foreign, slo } from "./support.ts";

const kill = fault("k", "alchemy", 2_000, 4_000);

Deno.test("failover_ms is from the failure at the faulted provider to the good answer of another", () => {
  const facts = factsOf({
    calls: calls([
      // Sent at 2,000; begun after 1, failed after 5 more: the answer came 24 ms after that.
      { at: 2_000, ms: 30, overhead: 1, attempts: "alchemy:5:transport infura:22" },
      { at: 2_500, ms: 12, attempts: "alchemy:2:transport infura:9" },
      { at: 2_600, ms: 12, attempts: "infura:2:transport ankr:9" }, // infura had no fault
      { at: 2_700, ms: 12, attempts: "alchemy:12" },
      { at: 2_800, ms: 12, attempts: "alchemy:6:revert", outcome: "error", code: 3 },
      { at: 6_000, ms: 90, attempts: "alchemy:2:transport infura:9" }, // long after it
    ]),
    faults: [kill],
  });
  const result = slo(facts, "failover_ms", {}, 24);
  assert.deepEqual([result.value, result.samples, result.verdict], [24, 2, "pass"]);
  assert.equal(slo(facts, "failover_ms", {}, 23.9).verdict, "fail");
  assert.deepEqual(failoversOf(facts, facts.calls, [kill]), [24, 10]);
});

Deno.test("failover_ms without a good answer is all the time that the request was allowed", () => {
  const facts = factsOf({
    calls: calls([{ at: 2_000, ms: 3, attempts: "alchemy:2:transport", outcome: "error", code: -32000 }]),
    faults: [kill],
  });
  assert.equal(slo(facts, "failover_ms").value, 2_000);
});

Deno.test("failover_ms is judged by p99 from 1,000 cases on, by the maximum below that, and one is enough", () => {
  const of = (n: number): ReturnType<typeof slo> => {
    const record = {
      calls: many(n, 1_900 / n, (index) => ({
        at: 2_000 + index * 1_900 / n,
        ms: 10 + index,
        attempts: `alchemy:10:transport infura:${index}`,
      })),
      faults: [kill],
    };
    return slo(factsOf(record), "failover_ms", {}, 1e9);
  };
  const near = (value: number | null, expected: number): void =>
    assert.ok(Math.abs(value! - expected) < 1e-6);
  near(of(999).value, 998);
  near(of(1_000).value, 989);
  assert.deepEqual([of(1).value, of(1).verdict], [0, "pass"]);
});

Deno.test("attemptEnds() adds up what ran in turn, and puts what ran side by side as early as can be", () => {
  const ends = (sketch: CallSketch): readonly number[] =>
    attemptEnds(factsOf({ calls: calls([sketch]) }).calls[0]!);
  assert.deepEqual(ends({ at: 0, ms: 40, overhead: 2, attempts: "a:10:transport b:8:server c:15" }), [
    12,
    20,
    35,
  ]);
  // 30 + 25 ms in 40: the second was begun before the first had failed.
  assert.deepEqual(ends({ at: 0, ms: 40, overhead: 0, attempts: "a:30:transport b:25" }), [30, 30]);
});

Deno.test("failoverMs() is null where the faulted provider gave the answer after all", () => {
  const facts = factsOf({ calls: calls([{ at: 0, attempts: "a:1:transport a:5" }]) });
  assert.equal(failoverMs(facts.calls[0]!, 100, () => true), null);
});

Deno.test("failover_ms by id, provider and time of the fault", () => {
  const facts = factsOf({
    calls: calls([
      { at: 2_000, ms: 12, attempts: "alchemy:2:transport ankr:9" },
      { at: 6_000, ms: 50, attempts: "infura:2:transport ankr:9" },
    ]),
    faults: [kill, fault("i", "infura", 5_500, 6_500)],
  });
  assert.equal(slo(facts, "failover_ms", { during: "k" }).value, 10);
  assert.equal(slo(facts, "failover_ms", { during: "i" }).value, 48);
  assert.equal(slo(facts, "failover_ms", { provider: "alchemy" }).value, 10);
  assert.equal(slo(facts, "failover_ms", { during: "faults" }).value, 48);
  assert.equal(slo(facts, "failover_ms", { during: "calm" }).verdict, "inconclusive");
});

/** A request each 100 ms; alchemy first but from `from` to `to`. */
function turning(from: number, to: number): ReturnType<typeof factsOf> {
  return factsOf({
    calls: many(100, 100, (index) => {
      const at = index * 100;
      return { attempts: at >= from && at < to ? "infura:5" : "alchemy:5" };
    }),
    faults: [kill],
  });
}

Deno.test("detection_ms is from the fault to the first deselection; never counts with its whole length", () => {
  assert.equal(slo(turning(2_300, 4_500), "detection_ms").value, 300);
  assert.equal(slo(turning(2_000, 4_500), "detection_ms").value, 0);
  const never = slo(turning(4_000, 4_500), "detection_ms", {}, 1_999);
  assert.deepEqual([never.value, never.verdict], [2_000, "fail"]);
});

Deno.test("shift_ms is from the fault to the last first pick of its provider in it", () => {
  assert.equal(slo(turning(2_300, 4_500), "shift_ms").value, 200);
  assert.equal(slo(turning(2_000, 4_500), "shift_ms").value, 0);
  assert.equal(slo(turning(2_300, 3_500), "shift_ms").value, 1_900);
});

Deno.test("detection() of a provider in rotation takes a row that chance does not make", () => {
  // One of two: log(0.001) / log(1/2) = 10 requests in a row without it.
  const rotation = (goneFrom: number): ReturnType<typeof factsOf> =>
    factsOf({
      calls: many(1_000, 10, (index) => ({
        attempts: index % 2 === 0 && index * 10 < goneFrom ? "alchemy:5" : "infura:5",
      })),
      faults: [kill],
    });
  const gone = detection(rotation(3_000), kill);
  // The last pick of it was at 2,980.
  assert.deepEqual(gone, { value: { ms: 990, atLeast: false, never: false } });
  assert.deepEqual(detection(rotation(9_000), kill), { value: { ms: 2_000, atLeast: false, never: true } });
});

Deno.test("detection() and shift() say why they can't tell", () => {
  const reason = (told: ReturnType<typeof detection>): string => "reason" in told ? told.reason : "";
  const facts = turning(0, 10_000);
  assert.match(reason(detection(facts, kill)), /never picked first before k/);
  assert.match(reason(shift(facts, kill) as ReturnType<typeof detection>), /never picked first before k/);
  const router = fault("r", null, 0, 1_000, { kind: "router_stall" }, null);
  assert.match(reason(detection(facts, router)), /no fault of a provider/);
  const quiet = fault("q", "alchemy", 0, 1_000, { kind: "late_events", ms: 5 });
  assert.match(reason(detection(facts, quiet)), /announcements only/);
  assert.match(reason(detection(factsOf({ calls: many(9, 1_000, () => ({})) }), kill)), /tells its attempts/);
  for (const key of ["detection_ms", "shift_ms", "recovery_ms", "failover_ms"] as const) {
    assert.equal(slo(factsOf({}), key, {}, 1e9).verdict, "inconclusive", key);
  }
});

/** A request each 100 ms for 20 s, 10 ms each, 100 ms from the fault until `slowUntil`. */
function slow(
  slowUntil: number,
  length = 20_000,
  more: Parameters<typeof factsOf>[0] = {},
): ReturnType<typeof factsOf> {
  return factsOf({
    durationUs: length * 1_000,
    calls: many(length / 100, 100, (index) => ({ ms: index >= 20 && index * 100 < slowUntil ? 100 : 10 })),
    faults: [kill],
    ...more,
  });
}

Deno.test("recovery_ms is from the fault's end to 5 s with p99 within 1.2 × the baseline", () => {
  assert.equal(slo(slow(3_000), "recovery_ms").value, 0);
  // The last slow request was planned at 5,900: of any 5 s that hold it p99 is 100 ms; steps are 10 ms.
  assert.equal(slo(slow(6_000), "recovery_ms").value, 1_910);
});

Deno.test("recovery_ms that has not ended is at least what was seen", () => {
  const open = slow(20_000);
  assert.deepEqual(recovery(open, kill), { value: { ms: 16_000, atLeast: true } });
  assert.equal(slo(open, "recovery_ms", {}, 15_000).verdict, "fail");
  const unsure = slo(open, "recovery_ms", {}, 17_000);
  assert.equal(unsure.verdict, "inconclusive");
  assert.match(unsure.reason!, /1 of 1 had not come to an end/);
});

Deno.test("recovery_ms can't be told without a baseline or 5 s behind the fault", () => {
  assert.match(slo(slow(3_000, 8_900), "recovery_ms").reason!, /less than 5 s are left/);
  const soon = { faults: [kill, fault("next", "infura", 6_000, 7_000)] };
  assert.match(slo(slow(3_000, 20_000, soon), "recovery_ms", { during: "k" }).reason!, /less than 5 s/);
  const first = { faults: [fault("k", "alchemy", 0, 4_000)] };
  assert.match(slo(slow(3_000, 20_000, first), "recovery_ms").reason!, /baseline/);
});

Deno.test("recovery() counts a failure as slower than any bound", () => {
  const facts = factsOf({
    durationUs: 20_000_000,
    calls: many(200, 100, (index) => index === 60 ? { ms: 1, outcome: "broken" } : {}),
    faults: [kill],
  });
  assert.deepEqual(recovery(facts, kill), { value: { ms: 2_010, atLeast: false } });
});

Deno.test("breaker_open_ms is from the fault to the first opening that the feed tells", () => {
  const failing = { calls: calls([{ at: 2_100, attempts: "alchemy:5:transport infura:5" }]), faults: [kill] };
  const feed = [breakerEvent(1_000, "alchemy", "open"), breakerEvent(2_080, "infura", "open")];
  const opened = [...feed, breakerEvent(2_150, "alchemy", "open"), breakerEvent(3_000, "alchemy", "open")];
  assert.equal(slo(factsOf({ ...failing, feed: opened }), "breaker_open_ms").value, 150);
  const never = slo(factsOf({ ...failing, feed }), "breaker_open_ms", {}, 1_999);
  assert.deepEqual([never.value, never.verdict], [2_000, "fail"]);
});

Deno.test("breaker_open_ms is inconclusive without a feed, a failure, or of a foreign target", () => {
  const failing = { calls: calls([{ at: 2_100, attempts: "alchemy:5:transport infura:5" }]), faults: [kill] };
  const feed = [breakerEvent(9_000, "ankr", "open")];
  const reason = (facts: ReturnType<typeof factsOf>): string =>
    slo(facts, "breaker_open_ms", {}, 1e9).reason ?? "";
  assert.match(reason(factsOf(failing)), /event feed/);
  assert.match(reason(factsOf({ ...failing, feed }, foreign)), /foreign/);
  assert.match(reason(factsOf({ faults: [kill], feed })), /nothing that counts for a breaker failed/);
  assert.match(
    slo(factsOf({ ...failing, feed }), "breaker_open_ms", { method: "eth_call" }).reason!,
    /no methods/,
  );
});
