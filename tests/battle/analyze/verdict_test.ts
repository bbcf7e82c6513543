import assert from "node:assert/strict";
import { exitCodeOf, lastLine, turned, worstVerdict } from "../../../battle/analyze/verdict.ts";

Deno.test("worstVerdict() fail before inconclusive before pass", () => {
  assert.equal(worstVerdict(["pass", "inconclusive", "fail"]), "fail");
  assert.equal(worstVerdict(["pass", "inconclusive"]), "inconclusive");
  assert.equal(worstVerdict(["pass"]), "pass");
});

Deno.test("turned() turns what is known to fail, and leaves what could not be told", () => {
  assert.deepEqual(turned("fail", null), { verdict: "fail", reasons: [] });
  assert.equal(turned("fail", "no quorum yet").verdict, "pass");
  assert.match(turned("fail", "no quorum yet").reasons[0]!, /as is known: no quorum yet/);
  assert.equal(turned("pass", "no quorum yet").verdict, "fail");
  assert.match(turned("pass", "no quorum yet").reasons[0]!, /strike expectedToFail/);
  assert.equal(turned("inconclusive", "no quorum yet").verdict, "inconclusive");
});

Deno.test("exitCodeOf() 130 > 4 > 2 > 1 > 3 > 0", () => {
  const ends = ["interrupted", "harness_failed", "bad_scenario", "fail", "inconclusive", "pass"] as const;
  assert.deepEqual(ends.map((_, from) => exitCodeOf(ends.slice(from))), [130, 4, 2, 1, 3, 0]);
  assert.equal(exitCodeOf([]), 0);
});

Deno.test("lastLine() is for machines", () => {
  const ends = [...Array.from({ length: 12 }, () => "pass" as const), "inconclusive" as const];
  assert.equal(lastLine(ends), "PASS 12 FAIL 0 INCONCLUSIVE 1");
  assert.equal(
    lastLine(["fail", "interrupted", "harness_failed", "bad_scenario"]),
    "PASS 0 FAIL 1 INCONCLUSIVE 3",
  );
});
