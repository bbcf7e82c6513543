import assert from "node:assert/strict";
import { MethodFilter } from "../../../core/providers/method_filter.ts";

Deno.test("MethodFilter.denies() knows names and prefixes, and deny wins over allow", () => {
  const filter = new MethodFilter(["eth_*", "trace_block"], ["eth_getLogs", "debug_*"]);
  const denied = (method: string): boolean => filter.denies(method);
  assert.deepEqual(
    ["eth_call", "trace_block", "eth_getLogs", "debug_traceCall", "trace_blocks", "net_version"].map(denied),
    [false, false, true, true, true, true],
  );
  assert.equal(new MethodFilter(null, ["debug_*"]).denies("net_version"), false);
});

Deno.test("MethodFilter.denies() stays right beyond what it keeps", () => {
  const filter = new MethodFilter(null, ["x_*"]);
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < 3_000; i++) assert.equal(filter.denies(i % 2 ? `x_${i}` : `y_${i}`), i % 2 === 1);
  }
});
