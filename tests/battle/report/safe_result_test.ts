import assert from "node:assert/strict";
import { renderFile } from "../../../battle/report/report_folder.ts";
import { safeResult } from "../../../battle/report/safe_result.ts";
import { textReport } from "../../../battle/report/text_report.ts";
import { emptyResult, fault, richResult, slo } from "./results.ts";

Deno.test("safeResult() masks URLs, tokens, headers and planted secrets", () => {
  const { config, reasons, command } = safeResult(
    emptyResult({
      config: {
        admin_token: "abc",
        url: "https://me:pw@host/v2/KEY?x=1",
        headers: { accept: "x" },
        list: ["wss://h/k"],
        nested: { api_key: { any: "thing" } },
        port: 4_000,
      },
      reasons: ["GET https://h/KEY1 failed", "planted-secret seen"],
      command: "lasso battle x.ts",
    }),
    ["planted-secret"],
  );
  assert.deepEqual(config, {
    admin_token: "***",
    url: "https://host/***",
    headers: { accept: "***" },
    list: ["wss://h/***"],
    nested: { api_key: { any: "***" } },
    port: 4_000,
  });
  assert.deepEqual(reasons, ["GET https://h/*** failed", "*** seen"]);
  assert.equal(command, "lasso battle x.ts");
});

Deno.test("safeResult() gives null for what could not be told, 0 where the model has no null", () => {
  const result = safeResult(emptyResult({
    slos: [slo("p99_latency_ms", Number.NaN, 1)],
    faults: [fault("f", { kind: "kill" }, "a", 0, 1, { detectionMs: Infinity, blast: Number.NaN })],
    comparison: {
      metric: "p99_latency_ms",
      ours: Number.NaN,
      baseline: 1,
      change: Number.NaN,
      interval: [Number.NaN, 1],
      verdict: "inconclusive",
      text: "",
    },
  }));
  assert.equal(result.slos[0]?.value, null);
  assert.equal(result.faults[0]?.detectionMs, null);
  assert.equal(result.faults[0]?.blast, 0);
  assert.deepEqual([result.comparison?.ours, result.comparison?.change, result.comparison?.interval], [
    null,
    null,
    null,
  ]);
});

Deno.test("every format: no secret comes through, and version, seed, plan, command and config do", () => {
  const secrets = ["s3cr3t-planted"];
  const result = richResult({
    unexplained: ["s3cr3t-planted in a text"],
    reasons: ["https://eth.example/v2/S3CR3TKEY said s3cr3t-planted"],
  });
  const texts = [
    textReport(result, { color: false, secrets }),
    ...(["json", "md", "junit", "html"] as const).map((format) => renderFile(format, result, { secrets })),
  ];
  for (const [at, text] of texts.entries()) {
    assert.doesNotMatch(text, /S3CR3TKEY|s3cr3t-planted|hunter2/);
    assert.match(text, /0\.1\.0/);
    assert.match(text, /9f86d081884c7d65/);
    assert.match(text, /lasso battle scenarios\/three\.ts --seed 42/);
    assert.match(text, /seed[^\d]{1,30}42/);
    // The screen has no room for it.
    if (at > 0) assert.match(text, /eth\.example\/\*\*\*/);
  }
});
