// Holds by `deno check` that an impossible scenario does not compile: a line that should fail and does not is an unused
// `@ts-expect-error`. What compiles is run too, as plain JavaScript would, and the same faults are found.

import assert from "node:assert/strict";
import type { Battle } from "../../../battle/dsl/battle_types.ts";
import type { FinishedScenario, NoNames, ScenarioBuilder } from "../../../battle/dsl/builder_types.ts";
import { makeBattle, scenarioOf } from "../../../battle/dsl/make_battle.ts";

const {
  scenario,
  sim,
  anvil,
  url,
  http,
  ws,
  subscribers,
  custom,
  poisson,
  steps,
  at,
  every,
  flap,
  random,
  check,
} = makeBattle();

const chains = () =>
  scenario("types")
    .chain("ethereum", { providers: { a: sim(), b: sim({ p50: "20ms" }) } })
    .chain("gnosis", { chainId: 100, providers: { a: sim(), real: anvil() } })
    .chain("base", { providers: { foreign: url("https://example.org") } })
    .workload("reads", http({ rate: 10 }))
    .duration("30s");

/** Never run: only its types are looked at. */
function compiles(_: () => unknown): void {}

Deno.test("Battle takes what is possible", () => {
  compiles(() =>
    chains()
      .chaos(at("1s").kill("a").for("2s").as("first"))
      .chaos(at("1.5s").kill(["a", "b"]), every("5s").reset("real").for("1s"))
      .chaos(at("2s").kill("gnosis/a"), at("2s").partition("a", "real"))
      .chaos(at("2s").status("b", 429, { retryAfter: "2s" }).share(0.5).methods("eth_call").for("1s"))
      .chaos(at("2s").brownout("b", { extra: "1s" }).ramp("10s", { steps: 4 }).share(0.5))
      .chaos(at("3s").reorg({ depth: 2 }), every("4s").reorg({ depth: 1, chain: "gnosis" }))
      .chaos(at("3s").dropSockets("a"), flap({ on: "1s", off: "1s" }).stall("b").for("9s"))
      .chaos(at("3s").routerKill(), at("9s").routerKill().for("2s"), at("20s").routerStall().for("1s"))
      .chaos(random({ seed: 7, faults: ["kill", "lag"], providers: ["a", "b"] }), random())
      .slo({ workload: "reads", during: "first", provider: "a" }, { failover_ms: 50 })
      .slo({ during: "kill-a-1" }, { detection_ms: 500 })
      .chaos(at("2s").kill(["a", "b"]).as("both")).slo({ during: "both-a" }, { detection_ms: 500 })
      .slo({ during: "reorg-ethereum-1" }, { stream_gaps: 0 }).slo({ during: "router_kill-2" }, {
        error_rate: 1,
      })
      .workload("other", ws({ concurrency: 4, chain: "gnosis", mix: { eth_call: 1 } }))
      .slo("other", { p99_latency_ms: 5 })
  );
  compiles(() =>
    scenario("smoke").target("http://x").workload("reads", http({ rate: 1, chain: "anything" }))
  );
  const general: (battle: Battle) => FinishedScenario = () => chains();
  const kept: ScenarioBuilder<NoNames> = scenario("kept");
  assert.equal(general(makeBattle()).title + kept.title, "typeskept");
});

Deno.test("Battle refuses names that are not there", () => {
  // @ts-expect-error there is no such provider
  compiles(() => chains().chaos(at("1s").kill("nosuch")));
  // @ts-expect-error nor in this list
  compiles(() => chains().chaos(at("1s").kill(["a", "nosuch"])));
  // @ts-expect-error nor on this chain
  compiles(() => chains().chaos(at("1s").kill("base/a")));
  // @ts-expect-error nor among several faults
  compiles(() => chains().chaos(at("1s").kill("a"), at("2s").lag("nosuch", { blocks: 3 })));
  // @ts-expect-error nor for random()
  compiles(() => chains().chaos(random({ providers: ["nosuch"] })));
  // @ts-expect-error there is no such chain
  compiles(() => chains().chaos(at("1s").reorg({ depth: 2, chain: "nosuch" })));
  // @ts-expect-error nor for a workload
  compiles(() => chains().workload("w", http({ rate: 1, chain: "nosuch" })));
  // @ts-expect-error there is no such workload
  compiles(() => chains().slo("nosuch", { success_rate: 1 }));
  // @ts-expect-error there is no such fault
  compiles(() => chains().slo({ during: "nosuch" }, { success_rate: 1 }));
  // @ts-expect-error nor behind one that has another name
  compiles(() => chains().chaos(at("1s").kill("a").as("first")).slo({ during: "other" }, {}));
  // @ts-expect-error nor behind one that has none
  compiles(() => chains().chaos(at("1s").kill("a").for("1s")).slo({ during: "other" }, {}));
  // @ts-expect-error nor such a provider
  compiles(() => chains().slo({ provider: "nosuch" }, { success_rate: 1 }));
  // @ts-expect-error nor such a method of the DSL
  compiles(() => at("1s").kil("a"));
});

Deno.test("Battle refuses misspelt keys and values", () => {
  // @ts-expect-error a typo in an SLO key
  compiles(() => chains().slo("reads", { p99_latency: 5 }));
  // @ts-expect-error a typo in a metric
  compiles(() => chains().compare({ baseline: {}, metric: "p99" }));
  // @ts-expect-error no such format
  compiles(() => chains().report("pdf"));
  // @ts-expect-error no such check
  compiles(() => check.headsMonotone());
  // @ts-expect-error a method for which no params can be made
  compiles(() => http({ rate: 1, mix: { eth_cal: 1 } }));
  // @ts-expect-error a duration without a unit
  compiles(() => chains().duration("30"));
  // @ts-expect-error a number is no duration
  compiles(() => chains().duration(30));
  // @ts-expect-error no such unit
  compiles(() => at("2 weeks"));
  // @ts-expect-error a rate without a unit
  compiles(() => sim({ rateLimit: "300" }));
  // @ts-expect-error a rate with a wrong unit
  compiles(() => poisson("300/day"));
  // @ts-expect-error a typo in an option
  compiles(() => sim({ p5O: "20ms" }));
  // @ts-expect-error two ways to say the latency
  compiles(() => sim({ p50: "20ms", latency: "30ms" }));
  // @ts-expect-error no words of a known vendor
  compiles(() => at("1s").vendorError("a", "nosuch"));
  // @ts-expect-error there are three ways
  compiles(() => at("1s").tls("a", "self_signed"));
  // @ts-expect-error no rates
  compiles(() => steps([], { each: "1s" }));
  // @ts-expect-error not every kind can be drawn
  compiles(() => random({ faults: ["lying"] }));
  // @ts-expect-error the chain id of an unknown name
  compiles(() => scenario("x").chain("mine", { providers: { a: sim() } }));
});

Deno.test("Battle refuses what can't be together", () => {
  // @ts-expect-error two paces
  compiles(() => http({ rate: 1, concurrency: 2 }));
  // @ts-expect-error no pace
  compiles(() => custom(() => Promise.resolve(), {}));
  // @ts-expect-error no sockets
  compiles(() => subscribers({}));
  // @ts-expect-error a fault of the wire hits all or nothing
  compiles(() => at("1s").kill("a").share(0.5));
  // @ts-expect-error and all methods
  compiles(() => at("1s").blackhole("a").methods("eth_call"));
  // @ts-expect-error a chain's fault too
  compiles(() => at("1s").lag("a", { blocks: 3 }).share(0.5));
  // @ts-expect-error a single act has no length
  compiles(() => at("1s").dropSockets("a").for("2s"));
  // @ts-expect-error nor has a reorg
  compiles(() => at("1s").reorg({ depth: 2 }).for("2s"));
  // @ts-expect-error nor can one be on and off
  compiles(() => flap({ on: "1s", off: "1s" }).dropSockets("a"));
  // @ts-expect-error dead is dead: there is no strength that could grow
  compiles(() => at("1s").kill("a").ramp("2s"));
  // @ts-expect-error only what happens once can grow
  compiles(() => every("5s").brownout("a", { extra: "1s" }).ramp("2s"));
  // @ts-expect-error one length
  compiles(() => at("1s").kill("a").for("1s").for("2s"));
  // @ts-expect-error each of many needs a length
  compiles(() => chains().chaos(every("5s").kill("a")));
});

Deno.test("Battle refuses faults that are out of reach", () => {
  // @ts-expect-error somebody else's endpoint stands behind no proxy
  compiles(() => chains().chaos(at("1s").kill("foreign")));
  // @ts-expect-error and answers what it wants
  compiles(() => chains().chaos(at("1s").malformed("foreign")));
  // @ts-expect-error a real node can be cut off, but not made to lie
  compiles(() => chains().chaos(at("1s").lying("real")));
  const foreign = () => scenario("x").target("http://127.0.0.1:4000").workload("w", http({ rate: 1 }));
  // @ts-expect-error a router that runs elsewhere has providers of its own
  compiles(() => foreign().chaos(at("1s").kill("a")));
  // @ts-expect-error and is not stopped from here
  compiles(() => foreign().chaos(at("1s").routerKill()));
  // @ts-expect-error nor configured
  compiles(() => foreign().router({ defaults: { breaker: false } }));
  // @ts-expect-error nor is anything drawn
  compiles(() => foreign().chaos(random()));
});

Deno.test("scenarioOf() finds at run time what the types refuse", () => {
  const plain = makeBattle() as unknown as Record<string, (...args: unknown[]) => Record<string, never>>;
  assert.throws(() => scenarioOf(plain["scenario"]!("x")), /nothing says how long the run is/);
});
