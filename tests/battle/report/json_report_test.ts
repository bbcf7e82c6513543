import assert from "node:assert/strict";
import { jsonReport, parseReport } from "../../../battle/report/json_report.ts";
import { safeResult } from "../../../battle/report/safe_result.ts";
import { emptyResult, manyFaults, oddResult, richResult } from "./results.ts";

Deno.test("jsonReport() has members in snake case and leaves names of others alone", () => {
  const report = JSON.parse(jsonReport(richResult({
    processes: { theRouter: { maxResidentMb: 1, maxCpu: 2, meanCpu: 3, maxLoopLagMs: 4 } },
    config: { camelCase: { keepMe: 1 } },
  })));
  assert.equal(report.schema_version, 1);
  assert.equal(report.plan_hash.length, 64);
  assert.deepEqual(Object.keys(report.workloads[0].by_method), [
    "eth_call",
    "eth_getLogs",
    "eth_blockNumber",
  ]);
  assert.deepEqual(report.processes, {
    theRouter: { max_resident_mb: 1, max_cpu: 2, mean_cpu: 3, max_loop_lag_ms: 4 },
  });
  assert.deepEqual(report.config, { camelCase: { keepMe: 1 } });
  assert.deepEqual(report.faults[2].fault.fault, { kind: "brownout", extra_ms: 800 });
  assert.deepEqual(report.faults[0].took_over, { infura: 0.72, ankr: 0.28 });
});

Deno.test("parseReport() gives back what jsonReport() was given", () => {
  for (const result of [richResult(), emptyResult(), manyFaults(), oddResult()]) {
    assert.deepEqual(parseReport(jsonReport(result), "x.json"), safeResult(result));
  }
});

Deno.test("parseReport() keeps names that are members of every object", () => {
  const picks = JSON.parse('{"constructor": 1, "took_over": 2}');
  const point = { ...richResult().timeline[0]!, picks };
  const back = parseReport(jsonReport(emptyResult({ timeline: [point] })), "x.json").timeline[0]?.picks;
  assert.deepEqual(Object.entries(back ?? {}), [["constructor", 1], ["took_over", 2]]);
});

Deno.test("parseReport() passes over members of a later version", () => {
  const report = JSON.parse(jsonReport(emptyResult()));
  assert.deepEqual(parseReport(JSON.stringify({ ...report, new_member: 1 }), "x.json"), emptyResult());
});

Deno.test("parseReport() says what is wrong, where, and what to do", () => {
  const message = (text: string): string => {
    try {
      parseReport(text, "a/b.json");
    } catch (error) {
      return (error as Error).message;
    }
    return "";
  };
  const fix = "\n  at a/b.json\n  fix: name a file that `lasso battle --format json` wrote";
  assert.match(message("{"), /^the report is not JSON: .*\n {2}at a\/b\.json\n {2}fix: name a file/);
  assert.match(message("[]"), /^this is not a battle report: its root: /);
  assert.equal(
    message(jsonReport(emptyResult()).replace('"seed": 1', '"seed": "1"')),
    `this is not a battle report: seed: Invalid input: expected number, received string${fix}`,
  );
  assert.equal(
    message(jsonReport(emptyResult()).replace('"schema_version": 1', '"schema_version": 2')),
    "the report has schema version 2; this Lasso reads version 1\n  at a/b.json\n" +
      "  fix: read it with the Lasso that wrote it, or run the scenario again",
  );
});

Deno.test("parseReport() reads a report of before load shares were told", () => {
  const { load: _, ...old } = JSON.parse(jsonReport(richResult())) as Record<string, unknown>;
  assert.deepEqual(parseReport(JSON.stringify(old), "old.json").load, []);
});
