import assert from "node:assert/strict";
import { editDistance, nearest } from "../../config/nearest.ts";

Deno.test("editDistance() counts insertions, deletions, replacements and swaps", () => {
  const rows: readonly (readonly [string, string, number])[] = [
    ["", "", 0],
    ["", "abc", 3],
    ["typ", "type", 1],
    ["tpye", "type", 1],
    ["kitten", "sitting", 3],
  ];
  for (const [a, b, distance] of rows) {
    assert.equal(editDistance(a, b), distance, `${a} ${b}`);
    assert.equal(editDistance(b, a), distance, `${b} ${a}`);
  }
});

Deno.test("nearest() gives nothing rather than something far", () => {
  assert.equal(nearest("prot", ["host", "port"]), "port");
  assert.equal(nearest("PORT", ["host", "port"]), "port");
  assert.equal(nearest("ws_url", ["id", "url"]), undefined);
  assert.equal(nearest("zebra", ["host", "port"]), undefined);
});
