import assert from "node:assert/strict";
import { explainText } from "../../cli/explain_text.ts";
import type { ExplainedCandidate, Explanation } from "../../core/routing/explain.ts";

const candidate: ExplainedCandidate = {
  id: "a:http",
  provider: "a",
  transport: "http",
  place: 1,
  group: "main",
  excluded: null,
  set_back: null,
  why: "priority 1",
  breaker: "half_open",
  in_flight: 0,
  head: 100,
  lag_blocks: 2,
  latency: { p50_ms: 1.25, p99_ms: 20, success: 1, n: 7 },
};

const found: Explanation = {
  chain: "ethereum",
  method: "eth_call",
  strategy: "priority",
  cadence: "cached",
  replay: "read",
  block: { kind: "range", from: 5, to: null },
  head: 100,
  served: 99,
  timeout_ms: 30_000,
  attempt_timeout_ms: 10_000,
  candidates: [
    candidate,
    { ...candidate, id: "b:http", place: 2, set_back: "breaker_open", latency: null, lag_blocks: null },
    { ...candidate, id: "c:http", place: null, excluded: "denied_method" },
  ],
};

Deno.test("explainText() shows the call and each candidate in words", () => {
  assert.equal(
    explainText(found),
    [
      "eth_call on ethereum: a read, repeated where needed",
      "strategy: priority (ranking kept a while)",
      "block:    5 to head; head 100, served so far 99",
      "time:     30000 ms in all, 10000 ms an attempt",
      "",
      "PLACE  CHANNEL  GROUP  BREAKER    P50 MS  P99 MS  N  LAG  WHY",
      "1      a:http   main   half open  1.3     20.0    7  2    priority 1",
      "2      b:http   main   half open  -       -       -  -    set back (breaker open); priority 1",
      "-      c:http   main   half open  1.3     20.0    7  2    never: denied method",
      "",
    ].join("\n"),
  );
});

Deno.test("explainText() says so where Lasso itself answers or refuses", () => {
  assert.match(explainText({ ...found, replay: "local", method: "eth_chainId" }), /answered by Lasso/);
  assert.match(explainText({ ...found, replay: "refused", method: "eth_sign" }), /refused by Lasso/);
});
