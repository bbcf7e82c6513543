import assert from "node:assert/strict";
import { writesAsAllowed } from "../../../../battle/analyze/checks/writes_as_allowed.ts";
import type { Scenario, Workload } from "../../../../battle/model/scenario.ts";
import { calls, type CallSketch, chainSpec, reads, sim } from "../../support/run_records.ts";
import { factsOf, foreign } from "../support.ts";

const raw = "0xf86c";
const send = (more: Partial<CallSketch> = {}): CallSketch => ({
  at: 0,
  method: "eth_sendRawTransaction",
  params: `["${raw}"]`,
  ...more,
});
const four = [chainSpec([sim("a"), sim("b"), sim("c"), sim("d"), sim("p", { private: true })])];

function check(
  sketches: readonly CallSketch[],
  reached: readonly string[],
  scenario: Partial<Scenario> = {},
  transaction = raw,
): ReturnType<typeof writesAsAllowed> {
  const providers = ["a", "b", "c", "d", "p"].map((provider) => ({
    chain: "ethereum",
    provider,
    calls: {},
    failed: 0,
    rawTransactions: reached.filter((name) => name === provider).map(() => transaction),
  }));
  return writesAsAllowed(factsOf({ calls: calls(sketches), providers }, { chains: four, ...scenario }));
}

const fanout = (count: number): Partial<Scenario> => ({
  target: { kind: "own", config: { defaults: { send: { fanout: count } } } },
});

Deno.test("writesAsAllowed() is true for up to fanout providers: 3, or what the config says", () => {
  assert.equal(check([send()], ["a", "b", "c"]).verdict, "pass");
  assert.equal(check([send()], ["a"], fanout(1)).verdict, "pass");
});

Deno.test("writesAsAllowed() is false beyond the fanout", () => {
  assert.equal(check([send()], ["a", "b", "c", "d"]).verdict, "fail");
  assert.deepEqual(check([send()], ["a", "b"], fanout(1)).details, [
    "0xf86c reached 2 providers (a, b); 1 are allowed",
  ]);
});

Deno.test("writesAsAllowed() allows one more for each that failed, and for each time that it was sent", () => {
  const failed = send({ attempts: "a:5:transport b:5 c:5 d:5" });
  assert.equal(check([failed], ["a", "b", "c", "d"]).verdict, "pass");
  assert.equal(check([send(), send()], ["a", "b"], fanout(1)).verdict, "pass");
});

Deno.test("writesAsAllowed() is false when a private provider got one that was not pinned to it", () => {
  assert.match(check([send()], ["p"]).details[0]!, /reached the private provider p/);
  assert.equal(check([send()], ["p"], { workloads: [reads({ via: "provider/p" })] }).verdict, "pass");
});

Deno.test("writesAsAllowed() is false when something arrives that nobody sent", () => {
  assert.match(
    check([send()], ["a"], {}, "0xbeef").details[0]!,
    /a on ethereum got 0xbeef, which no client sent/,
  );
  assert.equal(check([{ at: 0 }], ["a"], {}, "0xbeef").verdict, "fail", "nobody sent any");
});

Deno.test("writesAsAllowed() takes hex in either case for the same transaction", () => {
  assert.equal(check([send({ params: '["0xF86C"]' })], ["a"]).verdict, "pass");
});

Deno.test("writesAsAllowed() is unknown without writes, without records, of a foreign target", () => {
  const planned = { workloads: [reads({ mix: { eth_call: 1, eth_sendRawTransaction: 1 } })] };
  assert.match(check([{ at: 0 }], [], planned).details[0]!, /no raw transaction was sent/);
  const facts = factsOf({ calls: calls([send()]) });
  assert.match(writesAsAllowed(facts).details[0]!, /not recorded/);
  assert.equal(check([send()], ["a"], foreign).verdict, "inconclusive");
});

Deno.test("writesAsAllowed() is true, and says why, where no write was planned and none arrived", () => {
  const nothing = { name: "writesAsAllowed", verdict: "pass", details: ["no write was planned"] };
  assert.deepEqual(check([{ at: 0 }], []), nothing);
  assert.deepEqual(
    check([{ at: 0 }], [], { workloads: [reads({ mix: { eth_sendRawTransaction: 0 } })] }),
    nothing,
  );
  assert.equal(writesAsAllowed(factsOf({ calls: calls([{ at: 0 }]) }, foreign)).verdict, "pass");
  assert.equal(check([], ["a"]).verdict, "fail");
});

Deno.test("writesAsAllowed() blames nobody for what a custom workload may have sent", () => {
  const custom: Workload = {
    kind: "custom",
    name: "mine",
    chain: "ethereum",
    arrival: { kind: "constant", perSecond: 1 },
    timeoutMs: 1_000,
    run: () => Promise.resolve(),
  };
  const workloads = { workloads: [reads(), custom] };
  assert.equal(check([{ at: 0 }], ["a"], workloads).verdict, "inconclusive");
  assert.equal(check([send()], ["a", "b", "c", "d"], workloads).verdict, "fail");
});
