import assert from "node:assert/strict";
import { errorsOfTheRightKind } from "../../../../battle/analyze/checks/error_kinds.ts";
import { recordTruth } from "../../../../battle/simulator/chain_truth.ts";
import { stillChain } from "../../simulator/support.ts";
import { breakerEvent, calls, type CallSketch, fault } from "../../support/run_records.ts";
import { factsOf } from "../support.ts";

const check = (
  sketches: readonly CallSketch[],
  more: Parameters<typeof factsOf>[0] = {},
): ReturnType<typeof errorsOfTheRightKind> =>
  errorsOfTheRightKind(factsOf({ calls: calls(sketches), ...more }));
const revert: CallSketch = {
  at: 0,
  outcome: "error",
  code: 3,
  reason: "execution reverted",
  attempts: "alchemy:5:revert",
};

Deno.test("errorsOfTheRightKind() is true for reverts told as such and Lasso's own codes", () => {
  assert.equal(check([revert]).verdict, "pass");
  const own =
    ([["rate_limited", -32005], ["timeout", -32000], ["overloaded", -32008], ["parse", -32700]] as const)
      .map(([reason, code], at): CallSketch => ({ at, outcome: "error", reason, code }));
  assert.equal(check(own).verdict, "pass");
});

Deno.test("errorsOfTheRightKind() is false when a revert is told as a failure, or asked of several", () => {
  assert.match(
    check([{ ...revert, code: -32000, reason: "server" }]).details[0]!,
    /a revert was told as a failure of providers: -32000 server/,
  );
  assert.match(
    check([{ ...revert, attempts: "alchemy:5:revert infura:5:revert" }]).details[0]!,
    /its revert was asked of 2 providers: alchemy, infura/,
  );
});

Deno.test("errorsOfTheRightKind() is false when the code is not the reason's", () => {
  assert.match(
    check([{ at: 0, outcome: "error", reason: "rate_limited", code: -32000 }]).details[0]!,
    /reason rate_limited came with code -32000 instead of -32005/,
  );
  assert.match(
    check([{ at: 0, outcome: "error", reason: "drained", code: -32603 }]).details[0]!,
    /reason drained came with code -32603 instead of -32000/,
  );
});

Deno.test("errorsOfTheRightKind() is false when the caller is blamed for a good call", () => {
  const chain = stillChain();
  using recording = recordTruth(chain, () => 0);
  const truths = new Map([["ethereum", recording.truth()]]);
  const blamed = { ...revert, method: "eth_blockNumber", params: "[]" };
  assert.match(
    check([blamed], { truths }).details[0]!,
    /the caller was blamed \(3 execution reverted\) for a good call/,
  );
  const failed = { ...blamed, code: -32000, reason: "server", attempts: "alchemy:5:server" };
  assert.equal(check([failed], { truths }).verdict, "pass");
});

Deno.test("errorsOfTheRightKind() is false when a breaker opens on reverts alone", () => {
  const feed = [breakerEvent(1_000, "alchemy", "open")];
  assert.match(
    check([revert], { feed }).details[0]!,
    /the breaker of alchemy opened at 1\.000 s, after reverts/,
  );
  const failure = { at: 10, attempts: "alchemy:5:server infura:5" };
  assert.equal(check([revert, failure], { feed }).verdict, "pass");
  assert.equal(check([revert], { feed, faults: [fault("k", "alchemy", 500, 900)] }).verdict, "pass");
});

Deno.test("errorsOfTheRightKind() is unknown where nothing ended in an error", () => {
  assert.equal(check([{ at: 0 }]).verdict, "inconclusive");
});
