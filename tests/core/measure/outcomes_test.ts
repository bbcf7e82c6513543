import assert from "node:assert/strict";
import { codeBits, OutcomeCodes } from "../../../core/measure/outcome_codes.ts";
import { attemptFailed, callFailed, isError } from "../../../core/measure/outcomes.ts";
import { categories } from "../../../core/rpc/category.ts";

Deno.test("attemptFailed() holds for what docs/metrics.md says did not serve the call", async () => {
  const page = await Deno.readTextFile(new URL("../../../docs/metrics.md", import.meta.url));
  const row = page.split("\n").find((line) => line.includes("failed: this channel did not serve the call"))!;
  const documented = [...row.matchAll(/`(\w+)`/g)].map(([, name]) => name!);
  assert.deepEqual(categories.filter(attemptFailed).toSorted(), documented.toSorted());
});

Deno.test("callFailed() leaves out what the client itself is the reason of", () => {
  const failed = [
    "ok",
    "error",
    "cancelled",
    "invalid_request",
    "unknown_chain",
    "timeout",
    "overloaded",
    "internal",
  ]
    .filter(callFailed);
  assert.deepEqual(failed, ["timeout", "overloaded", "internal"]);
});

Deno.test("isError() holds for all that failed, and for what nobody knows the fault of", () => {
  const names = ["ok", "error", ...categories, "refused_method", "internal"];
  const failed = names.filter((name) =>
    callFailed(name) && !["revert", "tx_known", "tx_rejected"].includes(name)
  );
  assert.deepEqual(names.filter(isError), failed);
  assert.ok(categories.filter(attemptFailed).every(isError));
});

Deno.test("code() numbers outcomes within a sample's byte, and what finds no room is other", () => {
  const codes = new OutcomeCodes();
  const seen = Array.from({ length: 500 }, (_, i) => codes.code(`reason-${i}`));
  assert.ok(seen.every((code) => code <= codeBits));
  assert.equal(codes.names[codes.code("reason-3")], "reason-3");
  assert.equal(codes.names[codes.code("reason-499")], "other");
  assert.equal(codes.code("ok"), 0);
  const names = categories.map((category) => codes.names[codes.code(category)]);
  assert.deepEqual(names, categories);
});
