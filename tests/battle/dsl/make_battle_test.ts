import assert from "node:assert/strict";
import type { Fault, FaultSpec } from "../../../battle/model/fault.ts";
import type { Arrival, Scenario, Workload } from "../../../battle/model/scenario.ts";
import { scenarioOf } from "../../../battle/dsl/make_battle.ts";
import { faultNames } from "../../../battle/dsl/fault_table.ts";
import { battle, sound } from "./support.ts";

const { scenario, sim, anvil, url, http, ws, subscribers, replay, custom } = battle;
const { constant, poisson, ramp, spike, steps, at, every, flap, check } = battle;

const small = () =>
  scenario("small")
    .chain("ethereum", { providers: { a: sim(), b: sim() } })
    .workload("reads", http({ rate: 10 }))
    .duration("60s")
    .slo("reads", { success_rate: 1 });

function faultsOf(built: unknown): readonly FaultSpec[] {
  return scenarioOf(built).faults;
}

Deno.test("scenarioOf() gives the plain scenario of the example in the specification", () => {
  const built = scenario("one dies, one falls behind, one browns out")
    .seed(42)
    .chain("ethereum", {
      providers: {
        alchemy: sim({ p50: "20ms" }),
        infura: sim({ p50: "35ms" }),
        ankr: sim({ p50: "60ms", rateLimit: "300/s" }),
      },
    })
    .workload(
      "reads",
      http({
        arrival: poisson(400),
        mix: { eth_call: 6, eth_getLogs: 1, eth_blockNumber: 3 },
        timeout: "2s",
      }),
    )
    .workload("heads", subscribers({ sockets: 200, subscription: "newHeads" }))
    .duration("90s", { warmup: "10s" })
    .chaos(at("20s").kill("alchemy").for("15s"))
    .chaos(at("45s").lag("infura", { blocks: 12 }).for("20s"))
    .chaos(at("70s").brownout("ankr", { extra: "800ms" }).share(0.3).for("10s"))
    .slo("reads", { success_rate: 1, p99_latency_ms: 250, failover_ms: 50 })
    .slo("heads", { stream_gaps: 0, stream_duplicates: 0, stream_out_of_order: 0 })
    .check(check.headsMonotonic(), check.answersMatchLedger(), check.writesAsAllowed())
    .compare({ baseline: { strategy: "load_balanced" }, metric: "p99_latency_ms", maxRegression: 0.05 })
    .report("text", "json", "md", "junit", "html");
  const common = {
    kind: "sim",
    failureRate: 0,
    lagBlocks: 0,
    rateLimit: null,
    archive: true,
    getLogsRange: null,
    denyMethods: [],
    ws: true,
    config: {},
  } as const;
  const reads = { workload: "reads", method: null, provider: null, during: null };
  const heads = { ...reads, workload: "heads" };
  const place = { chain: "ethereum", share: 1, methods: null };
  const expected: Scenario = {
    name: "one dies, one falls behind, one browns out",
    seed: 42,
    tags: [],
    chains: [{
      name: "ethereum",
      chainId: 1,
      blockTimeMs: 1_000,
      providers: [
        { ...common, id: "alchemy", latency: { kind: "uniform", min: 15, max: 25 } },
        { ...common, id: "infura", latency: { kind: "uniform", min: 26.25, max: 43.75 } },
        {
          ...common,
          id: "ankr",
          latency: { kind: "uniform", min: 45, max: 75 },
          rateLimit: { count: 300, perMs: 1_000 },
        },
      ],
    }],
    target: { kind: "own", config: {} },
    workloads: [
      {
        kind: "http",
        name: "reads",
        chain: "ethereum",
        arrival: { kind: "poisson", perSecond: 400 },
        mix: { eth_call: 6, eth_getLogs: 1, eth_blockNumber: 3 },
        batch: 1,
        timeoutMs: 2_000,
        via: null,
      },
      {
        kind: "subscribers",
        name: "heads",
        chain: "ethereum",
        sockets: 200,
        subscription: "newHeads",
        gaps: null,
      },
    ],
    durationMs: 90_000,
    warmupMs: 10_000,
    faults: [
      {
        ...place,
        id: "kill-alchemy-1",
        fault: { kind: "kill" },
        provider: "alchemy",
        schedule: { kind: "at", atMs: 20_000, forMs: 15_000 },
      },
      {
        ...place,
        id: "lag-infura-1",
        fault: { kind: "lag", blocks: 12 },
        provider: "infura",
        schedule: { kind: "at", atMs: 45_000, forMs: 20_000 },
      },
      {
        ...place,
        id: "brownout-ankr-1",
        fault: { kind: "brownout", extraMs: 800 },
        provider: "ankr",
        schedule: { kind: "at", atMs: 70_000, forMs: 10_000 },
        share: 0.3,
      },
    ],
    slos: [
      { scope: reads, key: "success_rate", bound: 1 },
      { scope: reads, key: "p99_latency_ms", bound: 250 },
      { scope: reads, key: "failover_ms", bound: 50 },
      { scope: heads, key: "stream_gaps", bound: 0 },
      { scope: heads, key: "stream_duplicates", bound: 0 },
      { scope: heads, key: "stream_out_of_order", bound: 0 },
    ],
    checks: [{ name: "headsMonotonic" }, { name: "answersMatchLedger" }, { name: "writesAsAllowed" }],
    compare: {
      baseline: { defaults: { strategy: "load_balanced" } },
      metric: "p99_latency_ms",
      maxRegression: 0.05,
    },
    formats: ["text", "json", "md", "junit", "html"],
    expectedToFail: null,
  };
  assert.deepEqual(scenarioOf(built), expected);
});

Deno.test("scenarioOf() gives the plain scenario of the one-line smoke test", () => {
  const target = "http://127.0.0.1:4000";
  const plain = scenarioOf(
    scenario("smoke").target(target).workload("reads", http({ rate: 100 })).duration("30s")
      .slo("reads", { p99_latency_ms: 300 }),
  );
  assert.deepEqual(plain.target, { kind: "url", url: target });
  assert.deepEqual(plain.chains, []);
  assert.deepEqual(plain.formats, ["text", "json", "md", "junit", "html"]);
  const [workload] = plain.workloads;
  assert.equal(workload?.chain, "ethereum");
  assert.ok(workload?.kind === "http");
  assert.deepEqual(workload.arrival, { kind: "constant", perSecond: 100 });
  assert.equal(workload.timeoutMs, 5_000);
});

Deno.test("scenarioOf() freezes the scenario to its last member, and each step leaves the builder before as it was", () => {
  const before = small();
  const after = before.seed(9).chaos(at("1s").kill("a"));
  const plain = scenarioOf(after);
  const isFrozen = (value: unknown): boolean =>
    typeof value !== "object" || value === null ||
    (Object.isFrozen(value) && Object.values(value).every(isFrozen));
  assert.ok(isFrozen(plain));
  assert.equal(scenarioOf(before).seed, 1);
  assert.deepEqual(faultsOf(before), []);
  assert.equal(plain.faults.length, 1);
});

Deno.test("tag(), router(), expectedToFail(), report(), compare() become data; sections of router() are merged", () => {
  const config = { defaults: { breaker: false, retry: { rounds: 0 } } };
  const plain = scenarioOf(
    small().tag("ci", "streams").tag("ci").router(config)
      .router({ defaults: { retry: { backoff: "1s" } }, server: { cors: false } })
      .expectedToFail("answers are not compared yet").report("md").report("text")
      .compare({ baseline: { defaults: { hedge: false }, strategy: "priority" }, metric: "p50_latency_ms" }),
  );
  assert.deepEqual(plain.tags, ["ci", "streams"]);
  assert.deepEqual(plain.target, {
    kind: "own",
    config: { defaults: { breaker: false, retry: { rounds: 0, backoff: "1s" } }, server: { cors: false } },
  });
  assert.equal(plain.expectedToFail, "answers are not compared yet");
  assert.deepEqual(plain.formats, ["text", "md"]);
  assert.deepEqual(plain.compare, {
    baseline: { defaults: { hedge: false, strategy: "priority" } },
    metric: "p50_latency_ms",
    maxRegression: 0,
  });
  assert.ok(!Object.isFrozen(config), "what the file holds stays its own");
});

Deno.test("chain() reads every option of sim(), anvil() and url()", () => {
  const plain = scenarioOf(
    scenario("providers")
      .chain("mine", {
        chainId: 7,
        blockTime: "250ms",
        providers: {
          all: sim({
            latency: { uniform: ["50ms", "200ms"] },
            failureRate: 0.1,
            lag: 2,
            rateLimit: "60/min",
            archive: false,
            getLogsRange: 100,
            denyMethods: ["trace_*"],
            ws: false,
            config: { type: "paid", priority: 2 },
          }),
          fixed: sim({ latency: "1.5ms" }),
          normal: sim({ latency: { normal: { mean: "20ms", sd: "5ms" } } }),
          pareto: sim({ latency: { pareto: { min: "10ms", shape: 1.5, max: "2s" } } }),
        },
      })
      .chain("base", { providers: { real: anvil({ blockTime: "2s", config: { priority: 1 } }) } })
      .chain("sepolia", {
        providers: {
          one: url("https://one.example/key", { ws: "wss://one.example/key" }),
          two: url("http://x"),
        },
      })
      .workload("reads", http({ rate: 1 })).duration("1s").slo({}, { success_rate: 1 }),
  );
  const [mine, base, sepolia] = plain.chains;
  assert.deepEqual([mine?.chainId, mine?.blockTimeMs], [7, 250]);
  assert.deepEqual(mine?.providers[0], {
    kind: "sim",
    id: "all",
    latency: { kind: "uniform", min: 50, max: 200 },
    failureRate: 0.1,
    lagBlocks: 2,
    rateLimit: { count: 60, perMs: 60_000 },
    archive: false,
    getLogsRange: 100,
    denyMethods: ["trace_*"],
    ws: false,
    config: { type: "paid", priority: 2 },
  });
  assert.deepEqual(mine?.providers.slice(1).map((provider) => provider.kind === "sim" && provider.latency), [
    { kind: "fixed", ms: 1.5 },
    { kind: "normal", mean: 20, sd: 5 },
    { kind: "pareto", min: 10, shape: 1.5, max: 2_000 },
  ]);
  assert.equal(base?.chainId, 8453);
  assert.deepEqual(base?.providers, [{
    kind: "anvil",
    id: "real",
    blockTimeMs: 2_000,
    config: { priority: 1 },
  }]);
  assert.deepEqual(sepolia?.providers, [
    { kind: "url", id: "one", url: "https://one.example/key", wsUrl: "wss://one.example/key", config: {} },
    { kind: "url", id: "two", url: "http://x", wsUrl: null, config: {} },
  ]);
});

Deno.test("workload() reads every kind of load", () => {
  const run = (): Promise<void> => Promise.resolve();
  const plain = scenarioOf(
    small()
      .workload("batches", ws({ rate: "60/m", batch: 5, via: "provider/a", mix: { eth_call: 0.5 } }))
      .workload("crowd", http({ concurrency: 8 }))
      .workload("logs", subscribers({ sockets: 3, subscription: "logs", gaps: "notify" }))
      .workload("again", replay({ file: "traffic.jsonl", speed: 2.5, timeout: "3s" }))
      .workload("own", custom(run, { arrival: constant(2), timeout: "1s", chain: "ethereum" })),
  );
  const expected: Workload[] = [
    {
      kind: "ws",
      name: "batches",
      chain: "ethereum",
      arrival: { kind: "constant", perSecond: 1 },
      mix: { eth_call: 0.5 },
      batch: 5,
      timeoutMs: 5_000,
      via: "provider/a",
    },
    {
      kind: "http",
      name: "crowd",
      chain: "ethereum",
      arrival: { kind: "closed", concurrency: 8 },
      mix: { eth_blockNumber: 2, eth_call: 4, eth_getBalance: 2, eth_getBlockByNumber: 1, eth_getLogs: 1 },
      batch: 1,
      timeoutMs: 5_000,
      via: null,
    },
    {
      kind: "subscribers",
      name: "logs",
      chain: "ethereum",
      sockets: 3,
      subscription: "logs",
      gaps: "notify",
    },
    { kind: "replay", name: "again", chain: "ethereum", file: "traffic.jsonl", speed: 2.5, timeoutMs: 3_000 },
    {
      kind: "custom",
      name: "own",
      chain: "ethereum",
      arrival: { kind: "constant", perSecond: 2 },
      timeoutMs: 1_000,
      run,
    },
  ];
  assert.deepEqual(plain.workloads.slice(1), expected);
});

Deno.test("constant(), poisson(), ramp(), spike(), steps() become arrivals", () => {
  const models = [
    constant("120/m"),
    poisson(0.5),
    ramp({ from: 0, to: "300/s" }),
    spike({ base: 100, peak: 900, at: "10s", for: "2s" }),
    steps([0, 100, "200/s"], { each: "15s" }),
  ];
  let built = sound();
  models.forEach((arrival, index) =>
    built = built["duration"]!("60s")["workload"]!(`w${index}`, http({ arrival }))
  );
  const plain = scenarioOf(built);
  const expected: Arrival[] = [
    { kind: "constant", perSecond: 2 },
    { kind: "poisson", perSecond: 0.5 },
    { kind: "ramp", fromPerSecond: 0, toPerSecond: 300 },
    { kind: "spike", perSecond: 100, peakPerSecond: 900, atMs: 10_000, forMs: 2_000 },
    { kind: "steps", perSecond: [0, 100, 200], eachMs: 15_000 },
  ];
  assert.deepEqual(
    plain.workloads.slice(1).map((workload) => "arrival" in workload && workload.arrival),
    expected,
  );
});

const faultCases: Readonly<Record<string, readonly [make: () => unknown, fault: Fault]>> = {
  kill: [() => at("1s").kill("a"), { kind: "kill" }],
  blackhole: [() => at("1s").blackhole("a"), { kind: "blackhole" }],
  partition: [() => at("1s").partition("a"), { kind: "blackhole" }],
  reset: [() => at("1s").reset("a"), { kind: "reset" }],
  latency: [() => at("1s").latency("a", { extra: "200ms", jitter: "20ms" }), {
    kind: "latency",
    ms: 200,
    jitterMs: 20,
  }],
  bandwidth: [() => at("1s").bandwidth("a", { perSecond: "8kb" }), {
    kind: "bandwidth",
    bytesPerSecond: 8192,
  }],
  slowBody: [() => at("1s").slowBody("a", { perSecond: "100b", after: "1kb" }), {
    kind: "slow_body",
    bytesPerSecond: 100,
    afterBytes: 1024,
  }],
  cutBody: [() => at("1s").cutBody("a"), { kind: "cut_body", afterBytes: 64 }],
  slowClose: [() => at("1s").slowClose("a", { by: "3s" }), { kind: "slow_close", ms: 3_000 }],
  dropSockets: [() => at("1s").dropSockets("a"), { kind: "drop_sockets" }],
  tls: [() => at("1s").tls("a", "expired"), { kind: "tls", how: "expired" }],
  dns: [() => at("1s").dns("a", "nxdomain"), { kind: "dns", how: "nxdomain" }],
  status: [() => at("1s").status("a", 429, { retryAfter: "1.5s" }), {
    kind: "status",
    status: 429,
    retryAfterS: 2,
  }],
  htmlPage: [() => at("1s").htmlPage("a"), { kind: "html_page", status: 502 }],
  vendorError: [() => at("1s").vendorError("a", "infura_rate"), {
    kind: "vendor_error",
    name: "infura_rate",
  }],
  nullResult: [() => at("1s").nullResult("a"), { kind: "null_result" }],
  wrongId: [() => at("1s").wrongId("a"), { kind: "wrong_id" }],
  partialBatch: [() => at("1s").partialBatch("a"), { kind: "partial_batch" }],
  malformed: [() => at("1s").malformed("a"), { kind: "malformed" }],
  truncated: [() => at("1s").truncated("a"), { kind: "truncated" }],
  hugeResult: [() => at("1s").hugeResult("a", { size: "2mb" }), { kind: "huge_result", bytes: 2_097_152 }],
  brownout: [() => at("1s").brownout("a", { extra: "1s" }), { kind: "brownout", extraMs: 1_000 }],
  lag: [() => at("1s").lag("a", { blocks: 12 }), { kind: "lag", blocks: 12 }],
  stall: [() => at("1s").stall("a"), { kind: "stall" }],
  stallSubscriptions: [() => at("1s").stallSubscriptions("a"), { kind: "stall_subscriptions" }],
  forkedHead: [() => at("1s").forkedHead("a", { depth: 3 }), { kind: "forked_head", depth: 3 }],
  pruned: [() => at("1s").pruned("a", { keepBlocks: 16 }), { kind: "pruned", keepBlocks: 16 }],
  wrongChainId: [() => at("1s").wrongChainId("a", { chainId: 5 }), { kind: "wrong_chain_id", chainId: 5 }],
  skipEvents: [() => at("1s").skipEvents("a", { share: 0.2 }), { kind: "skip_events", share: 0.2 }],
  duplicateEvents: [() => at("1s").duplicateEvents("a", { share: 1 }), {
    kind: "duplicate_events",
    share: 1,
  }],
  lateEvents: [() => at("1s").lateEvents("a", { by: "2s" }), { kind: "late_events", ms: 2_000 }],
  lying: [() => at("1s").lying("a"), { kind: "lying" }],
  reorg: [() => at("1s").reorg({ depth: 4 }), { kind: "reorg", depth: 4 }],
  memoryPressure: [() => at("1s").memoryPressure({ heap: "96mb" }), { kind: "memory_pressure", heapMb: 96 }],
  routerStall: [() => at("1s").routerStall(), { kind: "router_stall" }],
  routerKill: [() => at("1s").routerKill(), { kind: "router_kill" }],
};

Deno.test("every fault of the DSL becomes a fault of the model, and every kind of the model has one", async (t) => {
  assert.deepEqual(Object.keys(faultCases).toSorted(), [...faultNames].toSorted());
  for (const [name, [make, fault]] of Object.entries(faultCases)) {
    await t.step(name, () => {
      const [spec, ...more] = faultsOf(
        (sound()["chaos"] as never as (...faults: unknown[]) => unknown)(make()),
      );
      assert.deepEqual(more, []);
      assert.deepEqual(spec?.fault, fault);
      assert.deepEqual(spec?.schedule, { kind: "at", atMs: 1_000, forMs: null });
      const onRouter = ["memory_pressure", "router_stall", "router_kill"].includes(fault.kind);
      assert.equal(spec?.chain, onRouter ? null : "ethereum");
      assert.equal(spec?.provider, onRouter || fault.kind === "reorg" ? null : "a");
    });
  }
  const model = await Deno.readTextFile(new URL("../../../battle/model/fault.ts", import.meta.url));
  const kinds = new Set(
    [...model.split("export type ProviderFault")[0]!.matchAll(/kind: "(\w+)"/g)].map(([, kind]) => kind),
  );
  const made = new Set(Object.values(faultCases).map(([, { kind }]) => kind));
  assert.deepEqual([...kinds].toSorted(), [...made].toSorted());
});

Deno.test("every(), flap(), ramp() become schedules", () => {
  const schedules = faultsOf(
    small()
      .chaos(every("10s").kill("a").for("2s"), every("15s", { from: "1s" }).reorg({ depth: 2 }))
      .chaos(flap({ on: "1s", off: "500ms", from: "5s" }).blackhole("a"))
      .chaos(flap({ on: "1s", off: "1s" }).malformed("a").for("20s"))
      .chaos(at("5s").brownout("b", { extra: "1s" }).ramp("20s"))
      .chaos(at("5s").lag("b", { blocks: 10 }).ramp("10s", { steps: 2 })),
  ).map(({ schedule }) => schedule);
  assert.deepEqual(schedules, [
    { kind: "every", everyMs: 10_000, fromMs: 10_000, forMs: 2_000 },
    { kind: "every", everyMs: 15_000, fromMs: 1_000, forMs: null },
    { kind: "flap", fromMs: 5_000, forMs: 55_000, onMs: 1_000, offMs: 500 },
    { kind: "flap", fromMs: 0, forMs: 20_000, onMs: 1_000, offMs: 1_000 },
    { kind: "ramp", fromMs: 5_000, forMs: 20_000, steps: 5 },
    { kind: "ramp", fromMs: 5_000, forMs: 10_000, steps: 2 },
  ]);
});

Deno.test("share(), methods(), as() and the names that faults have without it", () => {
  const specs = faultsOf(
    small()
      .chain("base", { providers: { a: sim(), c: sim() } })
      .chaos(at("1s").status("b", 503).share(0.25).methods("eth_call", "eth_getLogs").as("half"))
      .chaos(at("1s").kill("c").for("1s"), at("5s").kill("c").for("1s"))
      .chaos(at("1s").kill(["b", "base/a"]).as("both").for("3s"))
      .chaos(at("9s").partition("b", "c").for("1s"))
      .chaos(at("9s").reorg({ depth: 1, chain: "base" }), at("9s").routerKill().for("2s"))
      .slo({ during: "half" }, { success_rate: 1 }).slo({ during: "both-a" }, { success_rate: 1 }),
  );
  assert.deepEqual([specs[0]?.share, specs[0]?.methods], [0.25, ["eth_call", "eth_getLogs"]]);
  assert.deepEqual(specs.map(({ id, chain, provider }) => `${id} ${chain} ${provider}`), [
    "half ethereum b",
    "kill-c-1 base c",
    "kill-c-2 base c",
    "both-b ethereum b",
    "both-a base a",
    "blackhole-b-1 ethereum b",
    "blackhole-c-1 base c",
    "reorg-base-1 base null",
    "router_kill-1 null null",
  ]);
});

Deno.test("slo() reads scopes", () => {
  const [global, one, calm] = scenarioOf(
    scenario("scopes").chain("ethereum", { providers: { a: sim(), b: sim() } })
      .workload("reads", http({ rate: 1 })).duration("9s")
      .slo({}, { availability: 1 })
      .slo({ workload: "reads", method: "eth_call", provider: "ethereum/a", during: "faults" }, {
        error_rate: 0.1,
      })
      .slo({ during: "calm" }, { max_latency_ms: 900 }),
  ).slos;
  assert.deepEqual(global, {
    scope: { workload: null, method: null, provider: null, during: null },
    key: "availability",
    bound: 1,
  });
  assert.deepEqual(one?.scope, { workload: "reads", method: "eth_call", provider: "a", during: "faults" });
  assert.equal(calm?.scope.during, "calm");
});
