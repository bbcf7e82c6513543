import assert from "node:assert/strict";
import { compareReports } from "../../../battle/report/compare_reports.ts";
import { diffReports } from "../../../battle/report/diff_text.ts";
import { emptyResult, fault, oddResult, richResult, slo } from "./results.ts";

const kill = { kind: "kill" } as const;

Deno.test("compareReports() puts SLOs of the same key and scope side by side", () => {
  const before = emptyResult({
    slos: [
      slo("p99_latency_ms", 100, 250, { scope: { workload: "reads" } }),
      slo("p99_latency_ms", 10, 250, { scope: { workload: "heads" } }),
      slo("stream_gaps", 0, 0),
    ],
  });
  const after = emptyResult({
    slos: [
      slo("p99_latency_ms", 105, 300, { scope: { workload: "reads" } }),
      slo("p99_latency_ms", 5, 250, { scope: { workload: "heads" } }),
      slo("error_rate", 0, 0.1),
    ],
  });
  const { slos, regressions } = compareReports(before, after);
  assert.deepEqual(
    slos.map(({ key, scope, before, after, worse, better }) => [key, scope, before, after, worse, better]),
    [
      ["p99_latency_ms", "reads", 100, 105, false, false],
      ["p99_latency_ms", "heads", 10, 5, false, true],
      ["error_rate", "the run", null, 0, false, false],
      ["stream_gaps", "the run", 0, null, false, false],
    ],
  );
  assert.equal(slos[0]?.change?.toFixed(3), "0.050");
  assert.deepEqual([slos[0]?.boundBefore, slos[0]?.boundAfter], [250, 300]);
  assert.deepEqual([slos[2]?.verdictBefore, slos[3]?.verdictAfter], [null, null]);
  assert.deepEqual(regressions, []);
});

Deno.test("compareReports() names what got worse: a value beyond the tolerance, or a verdict", () => {
  const compare = (
    before: number | null,
    after: number | null,
    key: "p99_latency_ms" | "success_rate" | "stream_gaps",
    bound: number,
    tolerance = 0.1,
  ): readonly string[] =>
    compareReports(
      emptyResult({ slos: [slo(key, before, bound)] }),
      emptyResult({ slos: [slo(key, after, bound)] }),
      { tolerance },
    ).regressions;
  assert.deepEqual(compare(100, 109, "p99_latency_ms", 250), []);
  assert.deepEqual(compare(100, 112, "p99_latency_ms", 250), [
    "p99_latency_ms of the run: 100 ms → 112 ms (+12 %)",
  ]);
  assert.deepEqual(compare(100, 112, "p99_latency_ms", 250, 0.2), []);
  assert.deepEqual(compare(100, 50, "p99_latency_ms", 250), []);
  assert.deepEqual(compare(0.9, 0.7, "success_rate", 0.5), [
    "success_rate of the run: 90 % → 70 % (−22.2 %)",
  ]);
  assert.deepEqual(compare(0.5, 0.9, "success_rate", 0.5), []);
  assert.deepEqual(compare(0, 3, "stream_gaps", 5), ["stream_gaps of the run: 0 → 3"]);
  assert.deepEqual(compare(240, 255, "p99_latency_ms", 250), [
    "p99_latency_ms of the run: pass → fail, 240 ms → 255 ms (+6.25 %)",
  ]);
  assert.deepEqual(compare(240, null, "p99_latency_ms", 250), [
    "p99_latency_ms of the run: pass → inconclusive, 240 ms → not measured",
  ]);
  assert.deepEqual(compare(null, 300, "p99_latency_ms", 250), [
    "p99_latency_ms of the run: inconclusive → fail",
  ]);
});

Deno.test("compareReports() checks, the verdict, faults that come and go, and what to mind", () => {
  const before = emptyResult({
    checks: [{ name: "noSecrets", verdict: "pass", details: [] }],
    faults: [fault("a", kill, "x", 0, 1), fault("b", kill, "x", 2, 3), fault("b", kill, "x", 4, 5)],
  });
  const after = emptyResult({
    seed: 2,
    scenario: "other",
    verdict: "fail",
    checks: [{ name: "noSecrets", verdict: "fail", details: [] }],
    faults: [fault("b", kill, "x", 0, 1), fault("c", kill, "x", 2, 3)],
  });
  const diff = compareReports(before, after);
  assert.deepEqual(diff.regressions, ["noSecrets: pass → fail"]);
  assert.deepEqual([diff.newFaults, diff.goneFaults], [["c"], ["a"]]);
  assert.deepEqual(diff.caveats, [
    "they are of different scenarios: smoke, other",
    "they have different seeds: 1, 2",
  ]);
  assert.deepEqual(
    compareReports(emptyResult(), emptyResult({ verdict: "inconclusive", planHash: "1" })).regressions,
    [
      "verdict: pass → inconclusive",
    ],
  );
  assert.deepEqual(compareReports(emptyResult(), emptyResult({ planHash: "1" })).caveats, [
    "their plans are not the same",
  ]);
});

Deno.test("diffReports() is read from the top: verdict, regressions, then all before and after", () => {
  const before = emptyResult({
    version: "0.0.9",
    slos: [slo("p99_latency_ms", 210.2, 250), slo("success_rate", 0.99, 0.9), slo("max_latency_ms", 90, 200)],
    faults: [fault("a", kill, "x", 0, 1)],
  });
  const after = emptyResult({
    verdict: "fail",
    slos: [slo("p99_latency_ms", 412.4, 250), slo("success_rate", 1, 0.9), slo("max_latency_ms", 45, 200)],
    checks: [{ name: "noSecrets", verdict: "pass", details: [] }],
  });
  assert.equal(
    diffReports(before, after, { color: false }),
    `PASS → FAIL  smoke
  before: Lasso 0.0.9, 2026-03-04T05:06:07.890Z
  after:  Lasso 0.1.0, 2026-03-04T05:06:07.890Z

  1 regression since Lasso 0.0.9 of 2026-03-04T05:06:07.890Z
  - p99_latency_ms of the run: pass → fail, 210 ms → 412 ms (+96.2 %)
    SLO or check    of       before   after   change  verdict
  ! p99_latency_ms  the run  210 ms  412 ms  +96.2 %  pass → fail
    success_rate    the run    99 %   100 %  +1.01 %  pass
  + max_latency_ms  the run   90 ms   45 ms    −50 %  pass
    noSecrets                     –       –        –  new, pass
  - faults gone: a
`,
  );
});

Deno.test("diffReports() no escape codes of others' names, colour only where it is asked for", () => {
  const odd = oddResult();
  assert.ok(!diffReports(odd, richResult(), { color: false }).includes("\x1b"));
  assert.ok(diffReports(richResult(), richResult(), { color: true }).startsWith("\x1b[1;31mFAIL\x1b[0m → "));
});
