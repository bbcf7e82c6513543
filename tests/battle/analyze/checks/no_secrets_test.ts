import assert from "node:assert/strict";
import { noSecrets } from "../../../../battle/analyze/checks/no_secrets.ts";
import { factsOf, foreign } from "../support.ts";

Deno.test("noSecrets() is true without leaks, false with them, unknown of a foreign target", () => {
  assert.deepEqual(noSecrets(factsOf({})), { name: "noSecrets", verdict: "pass", details: [] });
  const leaks = ["log: url http://x/planted", "y".repeat(300)];
  const { verdict, details } = noSecrets(factsOf({ leaks }));
  assert.equal(verdict, "fail");
  assert.deepEqual(details, [leaks[0], `${"y".repeat(197)}…`]);
  assert.equal(noSecrets(factsOf({}, foreign)).verdict, "inconclusive");
});
