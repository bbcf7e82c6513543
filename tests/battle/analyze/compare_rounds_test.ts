import assert from "node:assert/strict";
import { compareRounds, noDifference, roundOrder } from "../../../battle/analyze/compare_rounds.ts";

const latency = { metric: "p99_latency_ms", maxRegression: 0.05 } as const;

Deno.test("roundOrder() is A B B A, again and again", () => {
  assert.deepEqual(roundOrder(4), [
    "ours",
    "baseline",
    "baseline",
    "ours",
    "ours",
    "baseline",
    "baseline",
    "ours",
  ]);
});

Deno.test("compareRounds() passes what is surely within the bound", () => {
  const result = compareRounds(latency, [80, 81, 79, 80, 82], [100, 101, 99, 100, 100], 1);
  assert.equal(result.verdict, "pass");
  assert.equal(result.ours, 80);
  assert.equal(result.baseline, 100);
  assert.ok(Math.abs(result.change! + 0.2) < 0.01 && result.interval![1] < -0.15);
  assert.match(
    result.text,
    /^p99_latency_ms is -20\.0 % \(.* by 5 pairs of rounds\): better than the baseline$/,
  );
});

Deno.test("compareRounds() fails what is surely beyond it", () => {
  const result = compareRounds(latency, [120, 121, 119, 120], [100, 100, 100, 100], 1);
  assert.equal(result.verdict, "fail");
  assert.match(result.text, /is \+20\.0 % .*: worse than the baseline$/);
});

Deno.test("compareRounds() sees no difference where there is none to see", () => {
  const result = compareRounds(latency, [90, 130, 70, 110], [100, 100, 100, 100], 1);
  assert.equal(result.verdict, "inconclusive");
  assert.ok(result.text.includes(noDifference), result.text);
});

Deno.test("compareRounds() does not let two pairs say too much", () => {
  // 2 % and 4 % slower: the two alone would pass, their likely range does not.
  const result = compareRounds(latency, [102, 104], [100, 100], 1);
  assert.equal(result.verdict, "inconclusive");
  assert.ok(result.interval![0] < 0 && result.interval![1] > 0.05);
  assert.equal(compareRounds(latency, [102], [100], 1).interval, null);
  assert.equal(compareRounds(latency, [100, 100.1], [100, 100], 1).verdict, "pass");
});

Deno.test("compareRounds() turns round for minima", () => {
  const rate = { metric: "success_rate", maxRegression: 0.01 } as const;
  assert.equal(compareRounds(rate, [0.9, 0.9, 0.91], [1, 1, 1], 1).verdict, "fail");
  assert.equal(compareRounds(rate, [1, 1, 1], [0.9, 0.91, 0.9], 1).verdict, "pass");
});

Deno.test("compareRounds() pairs by place and says what it could not measure", () => {
  assert.equal(compareRounds(latency, [null, 80, 81], [100, null, 100], 1).ours, 81);
  assert.match(compareRounds(latency, [null], [1], 1).text, /measured in no pair/);
  assert.equal(compareRounds(latency, [], [], 1).verdict, "inconclusive");
  assert.match(compareRounds(latency, [1, 1], [0, 1], 1).text, /was 0 in a round of the baseline/);
  assert.equal(
    compareRounds({ metric: "wrong_results", maxRegression: 0 }, [0, 0], [0, 0], 1).verdict,
    "pass",
  );
});
