import assert from "node:assert/strict";
import { compareReports } from "../../../battle/report/compare_reports.ts";
import { junitReport } from "../../../battle/report/junit_report.ts";
import { emptyResult, fault, manyFaults, oddResult, richResult, slo } from "./results.ts";
import { elementsOf, textOf, type XmlElement, xmlTree } from "./xml_tree.ts";

function suiteOf(text: string): XmlElement {
  const root = xmlTree(text);
  assert.equal(root.name, "testsuites");
  assert.equal(root.children.length, 1);
  const suite = root.children[0]!;
  const cases = elementsOf(suite, "testcase");
  const count = (name: string): string => `${cases.flatMap((one) => elementsOf(one, name)).length}`;
  for (const holder of [root, suite]) {
    assert.equal(holder.attributes["tests"], `${cases.length}`);
    assert.equal(holder.attributes["failures"], count("failure"));
    assert.equal(holder.attributes["errors"], count("error"));
    assert.equal(holder.attributes["skipped"], count("skipped"));
  }
  return suite;
}

const names = (suite: XmlElement, holding?: string): string[] =>
  elementsOf(suite, "testcase")
    .filter((one) => holding === undefined || elementsOf(one, holding).length > 0)
    .map(({ attributes }) => attributes["name"] ?? "");

Deno.test("junitReport() a case for each SLO, check and fault; fail is a failure, inconclusive an error", () => {
  const suite = suiteOf(junitReport(richResult()));
  assert.equal(suite.attributes["name"], "one dies, one falls behind, one browns out");
  assert.equal(suite.attributes["time"], "90.000");
  assert.equal(suite.attributes["timestamp"], "2026-03-04T05:06:07");
  assert.deepEqual(names(suite), [
    "success_rate ≥ 100 % of reads",
    "p99_latency_ms ≤ 250 ms of reads",
    "failover_ms ≤ 50 ms of reads",
    "p50_latency_ms ≤ 40 ms of reads · eth_call · during kill-alchemy",
    "stream_gaps ≤ 0 of heads",
    "stream_duplicates ≤ 0 of heads",
    "overhead_p99_ms ≤ 2 ms of the run",
    "headsMonotonic",
    "writesAsAllowed",
    "answersMatchLedger",
    "kill-alchemy",
    "lag-infura",
    "slow-ankr",
    "p99_latency_ms against the baseline",
  ]);
  assert.deepEqual(names(suite, "failure"), ["p99_latency_ms ≤ 250 ms of reads", "answersMatchLedger"]);
  assert.deepEqual(names(suite, "error"), ["overhead_p99_ms ≤ 2 ms of the run", "writesAsAllowed"]);
  assert.equal(
    elementsOf(suite, "failure")[0]?.attributes["message"],
    "412 ms, must be ≤ 250 ms; 36,012 samples",
  );
  const properties = elementsOf(suite, "property").map(({ attributes }) => attributes["name"]);
  assert.deepEqual(properties, [
    "version",
    "seed",
    "plan_hash",
    "started_at",
    "command",
    "verdict",
    "config",
  ]);
});

Deno.test("junitReport() names of cases are unique and do not hold what was measured", () => {
  for (const result of [richResult(), manyFaults()]) {
    const cases = elementsOf(suiteOf(junitReport(result)), "testcase");
    const ids = cases.map(({ attributes }) => `${attributes["classname"]}/${attributes["name"]}`);
    assert.equal(new Set(ids).size, ids.length);
  }
  const close = richResult({ slos: [slo("p99_latency_ms", 250.04, 250)] });
  assert.equal(names(suiteOf(junitReport(close)))[0], "p99_latency_ms ≤ 250 ms of the run");
  assert.ok(names(suiteOf(junitReport(manyFaults()))).includes("flap-infura (6)"));
});

Deno.test("junitReport() a fault is judged by the SLOs of its time", () => {
  const during = (value: number | null): XmlElement =>
    suiteOf(junitReport(emptyResult({
      verdict: value === null ? "inconclusive" : "fail",
      slos: [slo("failover_ms", value, 50, { scope: { during: "k" } })],
      faults: [fault("k", { kind: "kill" }, "a", 0, 1_000), fault("other", { kind: "kill" }, "b", 0, 1_000)],
    })));
  assert.deepEqual(names(during(80), "failure"), ["failover_ms ≤ 50 ms of during k", "k"]);
  assert.deepEqual(names(during(null), "error"), ["failover_ms ≤ 50 ms of during k", "k"]);
});

Deno.test("junitReport() agrees with the verdict where its parts do not", () => {
  const expected = suiteOf(junitReport(emptyResult({
    verdict: "pass",
    reasons: ["it failed, as is known: answers are not checked yet"],
    checks: [{ name: "answersMatchLedger", verdict: "fail", details: ["0x1 instead of 0x2"] }],
  })));
  assert.deepEqual(names(expected, "skipped"), ["answersMatchLedger"]);
  assert.equal(expected.attributes["failures"], "0");
  const late = suiteOf(junitReport(emptyResult({
    verdict: "inconclusive",
    reasons: ["the generator was late"],
    slos: [slo("success_rate", 1, 1)],
  })));
  assert.deepEqual(names(late, "error"), ["verdict"]);
  assert.equal(elementsOf(late, "error")[0]?.attributes["message"], "the generator was late");
  assert.deepEqual(names(suiteOf(junitReport(emptyResult()))), ["verdict"]);
});

Deno.test("junitReport() is well formed whatever names hold", () => {
  const suite = suiteOf(junitReport(oddResult()));
  assert.match(
    suite.attributes["name"] ?? "",
    /^<b>"x" & 'y'<\/b> \|`\*_\[a\]\(b\)_\*`\| \]\]> --> ..31m.* 🔥 日本 # h0$/u,
  );
});

Deno.test("junitReport() tells regressions, and makes no case of them", () => {
  const before = richResult({ slos: [slo("p99_latency_ms", 100, 250)] });
  const after = richResult({ slos: [slo("p99_latency_ms", 200, 250)] });
  const suite = suiteOf(junitReport(after, { baseline: compareReports(before, after) }));
  assert.match(
    textOf(suite.children.at(-1)!),
    /regression: p99_latency_ms of the run: 100 ms → 200 ms \(\+100 %\)/,
  );
});
