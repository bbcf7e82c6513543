import assert from "node:assert/strict";
import { scenarioOf } from "../../../battle/dsl/make_battle.ts";
import { errorOf, type Loose, loose, problemsOf, sound } from "./support.ts";

const at = (time: unknown): Loose => loose["at"]!(time);
const call = (built: Loose, step: string, ...args: unknown[]): Loose => built[step]!(...args);

/** The problems of a sound scenario with one more step. */
function withStep(step: string, ...args: unknown[]): string[] {
  return problemsOf(call(sound(), step, ...args));
}

Deno.test("scenarioOf() tells one problem as one sentence with scenario, step and fix", () => {
  assert.equal(
    errorOf(call(sound(), "chaos", at("20s").kill!("nosuch"))).message,
    'scenario "sound": at("20s").kill("nosuch"): there is no provider "nosuch"\n  fix: use one of a, b',
  );
});

Deno.test("scenarioOf() tells all problems at once", () => {
  const built = loose["scenario"]!("wrong")
    .seed!(-1)
    .chain!("ethereum", { providers: { a: loose["sim"]!({ p5O: "20ms" }), b: {} } })
    .workload!("reads", loose["http"]!({ mix: { eth_cal: 1 } }))
    .duration!("30")
    .slo!("read", { p99_latency: 250 });
  const error = errorOf(built);
  assert.equal(error.code, "usage");
  const [head, ...lines] = error.message.split("\n");
  assert.equal(head, 'scenario "wrong" has 8 problems:');
  assert.deepEqual(lines.map((line) => line.replace(/(use one of|mix knows) .*/, "$1 …")), [
    "  .seed(): the seed is -1",
    "    fix: write a whole number of 0 or more",
    '  .duration("30"): duration must be a duration above 0: it is "30"',
    '    fix: write a number with ms, s, m or h, for instance "1.5s"',
    '  .chain("ethereum"): provider "a": sim(): unknown key "p5O"',
    "    fix: use one of …",
    '  .chain("ethereum"): provider "b": it is an object',
    "    fix: make it with sim(), anvil() or url()",
    '  .workload("reads"): http(): nothing says how many requests',
    "    fix: give one of arrival: poisson(400), rate: 100 and concurrency: 8",
    '  .workload("reads"): http(): no params can be made for eth_cal',
    "    fix: use custom() or replay(); mix knows …",
    '  .slo("read"): there is no workload "read"',
    "    fix: use one of …",
    '  .slo("read"): "p99_latency" is no SLO key',
    "    fix: use one of …",
  ]);
});

Deno.test("scenarioOf() misses what every scenario needs", () => {
  assert.deepEqual(problemsOf(loose["scenario"]!(" ")), [
    'scenario(): its name is " "; write scenario("what it shows")',
    '.duration(): nothing says how long the run is; add .duration("30s")',
    '.chain(): there is no chain; add .chain("ethereum", { providers: { a: sim(), b: sim() } })',
    '.workload(): there is no workload; add .workload("reads", http({ rate: 100 }))',
    ".slo(): nothing judges the run: it could never fail; add .slo(), .check() or .compare()",
  ]);
});

Deno.test("scenarioOf() refuses chains and providers that can't be", () => {
  const chain = (name: unknown, options: unknown): string[] => withStep("chain", name, options);
  const [sim, anvil, url] = [loose["sim"]!, loose["anvil"]!, loose["url"]!];
  assert.deepEqual(chain("mine", { providers: { a: sim() } }), [
    '.chain("mine"): its chain id is not known by its name; add chainId: …, or name it one of ethereum, base, optimism, arbitrum, polygon, bsc, sepolia',
  ]);
  assert.deepEqual(chain("base", { providers: {} }), [
    '.chain("base"): it has no providers; write providers: { a: sim({ p50: "20ms" }), b: sim() }',
  ]);
  assert.deepEqual(chain("ethereum", { chainId: 5, providers: { a: sim() } }), [
    '.chain("ethereum"): the name is taken by another; give it another one',
  ]);
  assert.deepEqual(chain("twin", { chainId: 1, providers: { a: sim() } }), [
    ".chain(): the chain id 1 is taken by another; give it another one",
  ]);
  assert.deepEqual(chain("base", { providers: { "a b": sim() } }), [
    '.chain("base"): provider "a b": it can\'t be named so; use letters, digits, . _ and -',
  ]);
  assert.deepEqual(chain("base", { providers: { a: sim(), b: anvil() } }), [
    '.chain("base"): simulated providers stand beside real ones, which know another chain; give the chain simulated providers only, or none, and the others a chain of their own',
  ]);
  assert.deepEqual(chain("base", { providers: { a: anvil(), b: anvil() } }), [
    '.chain("base"): two Anvils are two different chains; leave one of them out',
  ]);
  assert.deepEqual(chain("base", { providers: { a: url("ftp://key@host/secret", { ws: "http://host" }) } }), [
    '.chain("base"): provider "a": url(): it is no http or https URL; write url("https://host/…")',
    '.chain("base"): provider "a": url(): ws is no ws or wss URL; write { ws: "wss://host/…" }',
  ]);
  const step = '.chain("base"): provider "a": sim()';
  assert.deepEqual(
    chain("base", {
      blockTime: "0s",
      providers: {
        a: sim({
          p50: "20ms",
          latency: "fast",
          failureRate: 2,
          lag: -1,
          rateLimit: "0/s",
          archive: "no",
          getLogsRange: 1.5,
          denyMethods: "trace_*",
          config: { when: () => {} },
        }),
      },
    }),
    [
      '.chain("base"): blockTime must be a duration above 0: it is "0s"; write a number with ms, s, m or h, for instance "1.5s"',
      `${step}: both p50 and latency are given; leave one of them out`,
      `${step}: failureRate must be a share from 0 to 1: it is 2; write 0.3 for 30 %`,
      `${step}: lag must be a whole number of 0 or more: it is -1; write a whole number of 0 or more`,
      `${step}: rateLimit must be a rate: it is "0/s"; write it as "300/s"`,
      `${step}: archive must be true or false: it is "no"; write true or false`,
      `${step}: getLogsRange must be a whole number of 1 or more: it is 1.5; write a whole number of 1 or more`,
      `${step}: denyMethods must be a list of methods; write denyMethods: ["trace_*"]`,
      `${step}: config must be an object of plain data: it is an object; write it as in the config file, as { … }`,
    ],
  );
  for (
    const latency of [
      "20",
      { uniform: ["2s", "1s"] },
      { normal: { mean: "1s" } },
      { pareto: { shape: 0 } },
      5,
    ]
  ) {
    const [problem] = chain("base", { providers: { a: sim({ latency }) } });
    assert.match(problem ?? "", /sim\(\): latency can't be read: it is .*; write "20ms", \{ uniform/);
  }
});

Deno.test("scenarioOf() refuses workloads that can't be", () => {
  const load = (options: unknown, kind = "http"): string[] =>
    withStep("workload", "w", loose[kind]!(options)).map((text) =>
      text.replace(`.workload("w"): ${kind}(): `, "")
    );
  assert.deepEqual(withStep("workload", "reads", loose["http"]!({ rate: 1 })), [
    '.workload("reads"): the name is taken by another; give it another one',
  ]);
  assert.deepEqual(withStep("workload", "w", { rate: 1 }), [
    '.workload("w"): its load is an object; make it with http(), ws(), subscribers(), replay() or custom()',
  ]);
  assert.deepEqual(load({ concurrency: 1e7 }), [
    "concurrency must be a whole number from 1 to 10000: it is 10000000; write a whole number from 1 to 10000",
  ]);
  assert.match(load({ rate: 1, batch: 1e8 })[0]!, /^batch must be a whole number from 1 to 10000/);
  assert.deepEqual(load({ rate: 1, concurrency: 2 }), [
    "rate and concurrency are given together; give one of arrival: poisson(400), rate: 100 and concurrency: 8",
  ]);
  assert.deepEqual(load({ rate: 0 }), ["rate must be above 0; write a number a second"]);
  assert.deepEqual(load({ rate: 1, chain: "base" }), [
    'the scenario has no chain "base"; use one of ethereum, or add .chain("base", …)',
  ]);
  assert.deepEqual(load({ rate: 1, batch: 0, timeout: "0s", via: "/a b" }), [
    "batch must be a whole number from 1 to 10000: it is 0; write a whole number from 1 to 10000",
    'timeout must be a duration above 0: it is "0s"; write a number with ms, s, m or h, for instance "1.5s"',
    'via can\'t be part of a path: it is "/a b"; write for instance "round_robin" or "provider/a"',
  ]);
  assert.deepEqual(load({ rate: 1, mix: { eth_call: 0 } }), [
    "the weight of eth_call must be above 0: it is 0; write 1, or leave it out",
  ]);
  assert.deepEqual(load({ rate: 1, mix: {} }), [
    "mix must be an object of weights: it is empty; write mix: { eth_call: 3, eth_blockNumber: 1 }",
  ]);
  assert.deepEqual(load({ arrival: "poisson" }), [
    'arrival is "poisson"; make it with constant(), poisson(), ramp(), spike() or steps()',
  ]);
  assert.deepEqual(load({ arrival: loose["poisson"]!(0) }), [
    'poisson(): the rate is 0; write a number a second above 0, or "300/s"',
  ]);
  assert.deepEqual(load({ arrival: loose["ramp"]!({ from: 0, to: 0 }) }), [
    "ramp(): both rates are 0; raise one of them",
  ]);
  assert.deepEqual(load({ arrival: loose["spike"]!({ base: 1, peak: 9, at: "40s", for: "1s" }) }), [
    "spike(): it begins 40 s after the start, when the run of 30 s is over; let it begin earlier, or make the run longer",
  ]);
  assert.deepEqual(
    load({ arrival: loose["steps"]!([0, 0], { each: "15s" }) })[0],
    "steps(): all its rates are 0; raise one of them",
  );
  assert.deepEqual(load({ arrival: loose["steps"]!([1, 2, 3], { each: "15s" }) }), [
    "steps(): its last step begins 30 s after the start, when the run of 30 s is over; let it begin earlier, or make the run longer",
  ]);
  assert.deepEqual(load({ sockets: 0, subscription: "heads", gaps: "fill" }, "subscribers"), [
    "sockets must be a whole number from 1 to 20000: it is 0; write a whole number from 1 to 20000",
    'subscription must be one of newHeads, logs, newPendingTransactions: it is "heads"; use one of newHeads, logs, newPendingTransactions',
    'gaps must be one of close, notify, continue: it is "fill"; use one of close, notify, continue',
  ]);
  assert.deepEqual(load({ speed: 0 }, "replay"), [
    "file must be a text: it is missing; write a text that is not empty",
    "speed must be a number above 0: it is 0; write a number above 0",
  ]);
  assert.deepEqual(withStep("workload", "w", loose["custom"]!({ rate: 1 })), [
    '.workload("w"): custom(): its first argument is an object; write custom(async ({ url, signal }) => { … }, { rate: 10 })',
    '.workload("w"): custom(): nothing says how many requests; give one of arrival: poisson(400), rate: 100 and concurrency: 8',
  ]);
});

Deno.test("scenarioOf() refuses methods whose params it can't know", () => {
  const built = loose["scenario"]!("real").chain!("ethereum", { providers: { a: loose["anvil"]!() } })
    .workload!("w", loose["http"]!({ rate: 1, mix: { eth_getTransactionReceipt: 1, eth_call: 1 } }))
    .duration!("5s").slo!("w", { success_rate: 1 });
  assert.deepEqual(problemsOf(built), [
    '.workload("w"): http(): eth_getTransactionReceipt needs hashes or funded accounts of a simulated chain, and "ethereum" is none; leave it out, or send it by custom() or replay()',
  ]);
});

Deno.test("scenarioOf() refuses faults that can't be", () => {
  const chaos = (fault: unknown): string[] => withStep("chaos", fault);
  const every = loose["every"]!;
  const flap = loose["flap"]!({ on: "1s", off: "1s" });
  const cases: readonly (readonly [fault: unknown, text: string])[] = [
    ["kill", '.chaos(): it is given "kill"; write .chaos(at("20s").kill("a").for("5s"))'],
    [
      at("20").kill!("a"),
      'at("20").kill("a"): the time must be a duration: it is "20"; write a number with ms, s, m or h, for instance "15s"',
    ],
    [
      at("31s").kill!("a"),
      'at("31s").kill("a"): it begins at 31 s, when the run of 30 s is over; let it begin earlier, or make the run longer',
    ],
    [
      at("20s").kill!("a").for!("15s"),
      'at("20s").kill("a"): it ends at 35 s, after the run of 30 s; let it end with the run, or leave out .for()',
    ],
    [
      at("20s").kill!("a").for!(5),
      'at("20s").kill("a"): the length must be a duration above 0: it is 5; write a number with ms, s, m or h, for instance "15s"',
    ],
    [
      at("20s").kill!("a").share!(0.5),
      'at("20s").kill("a"): only faults of answers hit a share of requests; leave out .share()',
    ],
    [
      at("20s").lag!("a", { blocks: 3 }).methods!("eth_call"),
      'at("20s").lag("a"): only faults of answers hit some methods; leave out .methods()',
    ],
    [
      at("20s").malformed!("a").share!(0),
      'at("20s").malformed("a"): the share must be above 0 and at most 1: it is 0; write .share(0.3) for 30 %',
    ],
    [
      at("20s").malformed!("a").methods!(7),
      'at("20s").malformed("a"): the methods must be names; write .methods("eth_getLogs")',
    ],
    [
      at("20s").dropSockets!("a").for!("2s"),
      'at("20s").dropSockets("a"): it happens at one moment, and has no length; leave out .for()',
    ],
    [
      at("20s").kill!("a").ramp!("2s"),
      'at("20s").kill("a"): it has no strength that could grow; use .for() instead of .ramp()',
    ],
    [
      at("20s").lag!("a", { blocks: 0 }),
      'at("20s").lag("a"): blocks must be a whole number of 1 or more: it is 0; write a whole number of 1 or more',
    ],
    [
      at("20s").lag!("a", { depth: 2, blocks: 2 }),
      'at("20s").lag("a"): unknown key "depth"; use one of blocks',
    ],
    [
      at("20s").status!("a", 200),
      'at("20s").status("a"): status must be from 400 to 599: it is 200; write for instance 503',
    ],
    [
      at("20s").tls!("a", "old"),
      'at("20s").tls("a"): the second argument must be one of wrong_name, expired, unknown_ca: it is "old"; write for instance "wrong_name"',
    ],
    [at("20s").kill!("a", "b"), 'at("20s").kill("a"): too many arguments; leave the last one out'],
    [at("20s").kill!([]), 'at("20s").kill([]): it names no provider; name one, or a list of them'],
    [
      at("20s").kill!("a").as!("calm"),
      'at("20s").kill("a"): a fault can\'t be named "calm"; write .as("outage"); "faults" and "calm" have a meaning of their own',
    ],
    [
      at("20s").reorg!({ depth: 1, chain: "base" }),
      'at("20s").reorg({ depth: 1, chain: "base" }): there is no chain "base"; use one of ethereum',
    ],
    [
      every("5s").kill!("a"),
      'every("5s").kill("a"): nothing says how long each of them lasts; add .for("2s")',
    ],
    [
      every("5s").kill!("a").for!("5s"),
      'every("5s").kill("a"): each lasts 5 s, and the next begins after 5 s; make .for() shorter than the period',
    ],
    [
      every("5s").brownout!("a", { extra: "1s" }).ramp!("2s"),
      'every("5s").brownout("a"): only a fault that happens once can grow; use at(), or .for() instead of .ramp()',
    ],
    [
      flap.dropSockets!("a"),
      'flap({ on: "1s", off: "1s" }).dropSockets("a"): it happens at one moment, and can\'t be on and off; use at() or every()',
    ],
  ];
  for (const [fault, text] of cases) assert.deepEqual(chaos(fault), [text]);
  assert.match(
    chaos(at("1s").vendorError!("a", "none"))[0]!,
    /^at\("1s"\)\.vendorError\("a"\): the error's name must be/,
  );
});

Deno.test("scenarioOf() refuses faults with one name, two at a time, and names that mean several", () => {
  const built = call(sound(), "chaos", at("1s").kill!("a").for!("5s"), at("5s").kill!("a").for!("5s"));
  assert.deepEqual(problemsOf(built), [
    ".chaos(): kill-a-1 and kill-a-2 overlap from 5 s on; let the first end before the second begins",
  ]);
  const answers = call(
    sound(),
    "chaos",
    at("1s").malformed!("a").share!(0.5),
    at("2s").malformed!("a").share!(0.1),
  );
  assert.equal(scenarioOf(answers).faults.length, 2);
  assert.deepEqual(withStep("chaos", at("1s").kill!("a").as!("x"), at("1s").kill!("b").as!("x")), [
    'at("1s").kill("b"): another fault is named "x"; give it another name',
  ]);
  const twoChains = call(sound(), "chain", "base", { providers: { a: loose["sim"]!() } });
  assert.deepEqual(problemsOf(call(twoChains, "chaos", at("1s").kill!("a"))), [
    'at("1s").kill("a"): several chains have a provider "a"; write "ethereum/a" or "base/a"',
  ]);
});

Deno.test("scenarioOf() refuses faults that are out of reach", () => {
  const chain = { providers: { far: loose["url"]!("https://example.org") } };
  const real = { chainId: 9, providers: { real: loose["anvil"]!() } };
  const built = call(call(sound(), "chain", "base", chain), "chain", "own", real);
  const chaos = (fault: Loose): string[] => problemsOf(call(built, "chaos", fault));
  assert.deepEqual(chaos(at("1s").kill!("far")), [
    'at("1s").kill("far"): "far" is somebody else\'s endpoint, which stands behind no proxy; choose a simulated provider',
  ]);
  assert.deepEqual(chaos(at("1s").lying!("real")), [
    'at("1s").lying("real"): "real" is a real node, which can\'t be told to misbehave; choose a simulated provider',
  ]);
  assert.deepEqual(chaos(at("1s").reorg!({ depth: 1, chain: "own" })), [
    'at("1s").reorg({ depth: 1, chain: "own" }): chain "own" is not simulated, and can\'t be reorganised; choose a chain of simulated providers',
  ]);
  const foreign = loose["scenario"]!("foreign").target!("http://127.0.0.1:1")
    .workload!("w", loose["http"]!({ rate: 1 })).duration!("9s").slo!("w", { success_rate: 1 });
  const elsewhere =
    "the target is a router that runs elsewhere: neither it nor its providers can be reached by a fault; leave out the fault, or .target() so that the run starts a router of its own";
  assert.deepEqual(problemsOf(call(foreign, "chaos", at("1s").kill!("a"))), [
    `at("1s").kill("a"): ${elsewhere}`,
  ]);
  assert.deepEqual(problemsOf(call(foreign, "chaos", loose["random"]!())), [
    `.chaos(random()): ${elsewhere}`,
  ]);
  assert.deepEqual(problemsOf(call(foreign, "router", {})), [
    ".router(): the target is a router that runs elsewhere, and is not configured from here; leave out .router() or .target()",
  ]);
  assert.deepEqual(problemsOf(call(foreign, "chain", "base", { providers: { a: loose["sim"]!() } })), [
    ".chain(): the target is a router that runs elsewhere, with chains of its own; leave out .chain(), and name chains in workloads: http({ chain: … })",
  ]);
  assert.deepEqual(
    problemsOf(call(foreign, "compare", { baseline: { hedge: false }, metric: "error_rate" })),
    [
      ".compare(): a router that runs elsewhere can't be given another config; leave out .compare(), or .target() so that the run starts a router of its own",
    ],
  );
  assert.deepEqual(problemsOf(call(foreign, "target", "lasso")), [
    '.target(): it is no http or https URL; write .target("http://127.0.0.1:4000")',
  ]);
});

Deno.test("scenarioOf() refuses judgements that make no sense", () => {
  assert.deepEqual(withStep("slo", "reads", {}), [
    '.slo("reads"): it has no bounds; write .slo("reads", { success_rate: 1, p99_latency_ms: 250 })',
  ]);
  assert.deepEqual(withStep("slo", "reads", { success_rate: 99.9, p99_latency_ms: "250" }), [
    '.slo("reads"): success_rate must be a number from 0 to 1: it is 99.9; write a number from 0 to 1',
    '.slo("reads"): p99_latency_ms must be a number of 0 or more: it is "250"; write a number of 0 or more',
  ]);
  assert.deepEqual(withStep("slo", "reads", { stream_gaps: 0 }), [
    '.slo("reads"): stream_gaps is of subscriptions, and "reads" has none; name a workload of subscribers()',
  ]);
  assert.deepEqual(withStep("slo", { during: "outage", provider: "c", when: "x" }, { error_rate: 0 }), [
    '.slo(): unknown key "when"; use one of workload, method, provider, during',
    '.slo(): there is no provider "c"; use one of a, ethereum/a, b, ethereum/b',
    '.slo(): there is no fault "outage"; use one of faults, calm',
  ]);
  assert.deepEqual(withStep("check", "noSecrets"), [
    '.check(): it is given "noSecrets"; write .check(check.headsMonotonic()); there are headsMonotonic, noEventLostOrDoubled, answersMatchLedger, writesAsAllowed, batchOrder, errorsOfTheRightKind, noSecrets',
  ]);
  assert.deepEqual(withStep("report", "pdf"), [
    '.report(): "pdf" is no format; use some of text, json, md, junit, html',
  ]);
  assert.deepEqual(withStep("report"), [".report(): it names no format; leave it out for all formats"]);
  assert.deepEqual(withStep("compare", { baseline: {}, metric: "error_rate" }), [
    '.compare(): baseline changes nothing; say how the other side differs: { strategy: "load_balanced" }',
  ]);
  assert.deepEqual(withStep("expectedToFail"), [
    ".expectedToFail(): the reason is missing; say in one sentence why it fails",
  ]);
  assert.deepEqual(withStep("tag", "two words"), [
    '.tag(): a tag can\'t be "two words"; use letters, digits, _ and -, for instance "ci"',
  ]);
  assert.deepEqual(withStep("router", "x"), [
    '.router(): the config is "x"; write { defaults: { … } } as plain data',
  ]);
});

Deno.test("scenarioOf() refuses what no scenario() gave", () => {
  for (
    const [built, found] of [[undefined, "missing"], [{}, "an object"], [Promise.resolve(), "a promise"]]
  ) {
    assert.throws(
      () => scenarioOf(built),
      new RegExp(
        `^LassoError: a scenario function gave ${found}, not a scenario\\n {2}fix: return what scenario`,
      ),
    );
  }
});
