import assert from "node:assert/strict";
import { type AlertRule, boundText, ruleText } from "../../../ui/models/system.ts";

const rule: AlertRule = {
  ...{ name: "r", when: "error_rate", above: 0.05, window_ms: 60_000, for_ms: 30_000 },
  ...{ chain: null, provider: null, to: [], repeat_ms: null },
};

Deno.test("ruleText() says a rule in words, with the unit of its condition", () => {
  assert.equal(ruleText(rule), "error rate above 5 % over 1 min, for 30 s");
  const down = { ...rule, when: "provider_down", above: null, window_ms: null, for_ms: 0 };
  assert.equal(ruleText(down), "provider down");
});

Deno.test("boundText() has the unit of each condition", () => {
  assert.equal(boundText("latency_p99", 1_200), "1.2 s");
  assert.equal(boundText("head_stalled", 10), "10 block times");
  assert.equal(boundText("lag", 1), "1 block");
  assert.equal(boundText("reorg_depth", 3), "3 blocks");
  assert.equal(boundText("quota", 0.9), "90 %");
});
