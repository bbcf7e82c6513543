import assert from "node:assert/strict";
import type { z } from "zod";
import type { ScenarioResult } from "../../../battle/model/result.ts";
import { reportJsonSchema, reportSchema } from "../../../battle/report/report_schema.ts";
import { type Snake, toSnake } from "../../../battle/report/snake_case.ts";
import { jsonReport } from "../../../battle/report/json_report.ts";
import { emptyResult, fault, oddResult, richResult } from "./results.ts";
import { validate } from "./json_schema.ts";

// These two compile only while model and schema say the same.
const writes = (report: Snake<ScenarioResult>): Snake<z.input<typeof reportSchema>> => report;
const reads = (report: z.output<typeof reportSchema>): Snake<ScenarioResult> => report;

type Json = Record<string, unknown>;

Deno.test("reportSchema takes what the model says, and gives it", () => {
  assert.deepEqual(reads(reportSchema.parse(writes(toSnake(richResult())))), toSnake(richResult()));
});

Deno.test("reportJsonSchema() real reports are valid", () => {
  const schema = reportJsonSchema();
  const kinds: ScenarioResult = emptyResult({
    faults: [
      fault("a", { kind: "status", status: 429, retryAfterS: 2 }, "x", 0, 1),
      fault("b", { kind: "slow_body", bytesPerSecond: 100, afterBytes: 0 }, "x", 0, 1),
      fault("c", { kind: "memory_pressure", heapMb: 128 }, null, 0, 1),
      fault("d", { kind: "kill" }, "x", 0, 1, { failover: null, detectionMs: Number.NaN, blast: 0 / 0 }),
    ],
  });
  for (const result of [richResult(), emptyResult(), oddResult(), kinds]) {
    assert.deepEqual(validate(schema, JSON.parse(jsonReport(result))), []);
  }
});

Deno.test("reportJsonSchema() wrong reports are not", () => {
  const schema = reportJsonSchema();
  const wrong = (change: (report: Json) => void): string[] => {
    const report = JSON.parse(jsonReport(richResult())) as Json;
    change(report);
    return validate(schema, report);
  };
  assert.deepEqual(wrong((report) => delete report["verdict"]), ["$: lacks verdict"]);
  assert.deepEqual(wrong((report) => report["planHash"] = "x"), ["$: must not have planHash"]);
  assert.deepEqual(wrong((report) => report["schema_version"] = 2), ["$.schema_version: is not 1"]);
  assert.deepEqual(wrong((report) => (report["slos"] as Json[])[0]!["verdict"] = "maybe"), [
    "$.slos.0.verdict: is none of pass, fail, inconclusive",
  ]);
  assert.deepEqual(wrong((report) => (report["timeline"] as Json[])[3]!["requests"] = -1), [
    "$.timeline.3.requests: is below 0",
  ]);
  assert.deepEqual(
    wrong((report) => ((report["faults"] as Json[])[0]!["fault"] as Json)["fault"] = { kind: "magic" }),
    [
      "$.faults.0.fault.fault: fits nothing of anyOf",
    ],
  );
});

Deno.test("reportJsonSchema() tells units, and what null means", () => {
  const text = JSON.stringify(reportJsonSchema());
  for (
    const part of ["Milliseconds from the end of the warm-up.", "null: never, or it can't be told", "2020-12"]
  ) {
    assert.ok(text.includes(part), part);
  }
});
