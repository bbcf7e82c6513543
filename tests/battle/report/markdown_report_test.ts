import assert from "node:assert/strict";
import { compareReports } from "../../../battle/report/compare_reports.ts";
import { markdownReport } from "../../../battle/report/markdown_report.ts";
import { emptyResult, oddResult, richResult, slo } from "./results.ts";

const headings = (text: string): string[] => [...text.matchAll(/^## (.*)$/gm)].map(([, title = ""]) => title);

Deno.test("markdownReport() verdict first, then SLOs, the timeline, faults and the rest", () => {
  const text = markdownReport(richResult());
  assert.match(text, /^# FAIL: one dies, one falls behind, one browns out\n\n5 of 7 SLOs passed, 1 failed/);
  assert.deepEqual(headings(text), [
    "SLOs",
    "Checks",
    "Timeline",
    "Faults",
    "Outside any fault",
    "Comparison",
    "Workloads",
    "Methods",
    "Load and cost of providers",
    "Streams, against the ledger",
    "Worst requests",
    "Processes",
    "Repeat",
  ]);
  assert.match(text, /\n\| ❌ fail \| p99_latency_ms \| reads \| 412 ms \| ≤ 250 ms \| 36,012 \| {2}\|\n/);
  assert.match(text, /\n```text\n +0 s +10 s[^]*\nkill-alchemy +·{20}█{15}·{55} kill alchemy\n[^]*\n```\n/);
  assert.match(text, /\n```sh\nlasso battle scenarios\/three\.ts --seed 42\n```\n/);
});

Deno.test("markdownReport() every row of a table has as many cells as its head, whatever names hold", () => {
  for (const text of [markdownReport(richResult()), markdownReport(oddResult())]) {
    for (const block of text.split("\n\n").filter((part) => part.startsWith("| "))) {
      const counts = block.split("\n").map((line) => line.match(/(?<!\\)\|/g)?.length);
      assert.equal(new Set(counts).size, 1, block);
    }
  }
});

Deno.test("markdownReport() names of others mark nothing and open no tag", () => {
  const text = markdownReport(oddResult());
  const outside = text.replace(/^(`{3,})[^]*?^\1$/gm, "").replace(/<\/?(?:details|summary)>/g, "")
    .replace(/^Plan `[^`]*`$/m, "");
  assert.doesNotMatch(outside, /<[a-z/!]/i);
  assert.doesNotMatch(outside, /(?<!\\)`(?![0-9a-z<])|(?<!\\)\[/i);
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u202e]/);
  assert.equal(text.match(/^# /gm)?.length, 1);
  // The fence around the configuration is longer than any within.
  assert.match(text, /\n````json\n/);
});

Deno.test("markdownReport() of nothing has a verdict and how to repeat", () => {
  const text = markdownReport(emptyResult());
  assert.match(text, /^# PASS: smoke\n\nnothing was asked of it\. 0 ms, seed 1, Lasso 0\.1\.0/);
  assert.deepEqual(headings(text), ["Repeat"]);
});

Deno.test("markdownReport() items that look like lists stay text", () => {
  const text = markdownReport(
    emptyResult({ reasons: ["1. first", "- dash", "# head", "@someone did it, see #12"] }),
  );
  assert.match(text, /\n- 1\\\. first\n- \\- dash\n- \\# head\n- &#64;someone did it, see &#35;12\n/);
});

Deno.test("markdownReport() names regressions against a baseline", () => {
  const before = richResult({ slos: [slo("success_rate", 1, 0.99)], version: "0.0.9" });
  const after = richResult({ slos: [slo("success_rate", 0.97, 0.99)] });
  const text = markdownReport(after, { baseline: compareReports(before, after) });
  assert.match(
    text,
    /## Against the baseline\n\n\*\*1 regression\*\* since Lasso 0\.0\.9 of .*\n\n- success_rate of the run: pass → fail, 100 % → 97 % \(−3 %\)\n/,
  );
});

Deno.test("markdownReport() tells load and cost by provider", () => {
  assert.match(
    markdownReport(richResult()),
    /\| alchemy \| ethereum \| 20,016 \| 20,012 \(56 %\) \| 8,700 \(24 %\) \| 20,052 \| 520,312 \| 1\.80 \|\n/,
  );
});
