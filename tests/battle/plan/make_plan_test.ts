import assert from "node:assert/strict";
import type { FaultSpec } from "../../../battle/model/fault.ts";
import type { Plan } from "../../../battle/model/plan.ts";
import type { Arrival, Workload } from "../../../battle/model/scenario.ts";
import { makePlan } from "../../../battle/plan/make_plan.ts";
import { canonicalText } from "../../../battle/plan/plan_hash.ts";
import { CLOSED_MODEL_US } from "../../../battle/plan/planned_calls.ts";
import { httpLoad, scenarioWith } from "./support.ts";

const kill: FaultSpec = {
  id: "kill-a-1",
  fault: { kind: "kill" },
  chain: "ethereum",
  provider: "a",
  schedule: { kind: "at", atMs: 3_000, forMs: 4_000 },
  share: 1,
  methods: null,
};
const heads: Workload = {
  kind: "subscribers",
  name: "heads",
  chain: "ethereum",
  sockets: 5,
  subscription: "newHeads",
  gaps: null,
};

const callsOf = (plan: Plan, name: string): unknown =>
  plan.workloads.find(({ workload }) => workload.name === name)?.calls;

Deno.test("makePlan() gives the same plan and hash for the same seed, and others for another", () => {
  const scenario = scenarioWith({ faults: [kill] });
  const plan = makePlan(scenario);
  assert.deepEqual(makePlan(scenario), plan);
  const other = makePlan(scenario, { seed: 43 });
  assert.notEqual(other.hash, plan.hash);
  assert.equal(other.seed, 43);
  assert.deepEqual(makePlan({ ...scenario, seed: 43 }), other);
});

Deno.test("makePlan() gives this hash, on any machine", () => {
  const workloads: Workload[] = [
    httpLoad({
      mix: {
        eth_call: 6,
        eth_getLogs: 1,
        eth_blockNumber: 3,
        eth_getTransactionReceipt: 1,
        eth_sendRawTransaction: 0.5,
      },
    }),
    httpLoad({
      kind: "ws",
      name: "batches",
      arrival: { kind: "ramp", fromPerSecond: 5, toPerSecond: 50 },
      batch: 3,
    }),
    httpLoad({ name: "crowd", arrival: { kind: "closed", concurrency: 4 } }),
    heads,
  ];
  const plan = makePlan(scenarioWith({ workloads, faults: [{ ...kill, share: 0.3 }] }));
  assert.equal(plan.hash, "7e93578cfa60a32efd155df90737272c1616bcadadbafd9fce08841602fb170f");
});

Deno.test("makePlan() hashes what it plans: any change of calls, faults or times is another hash", () => {
  const base = scenarioWith({ faults: [kill] });
  const hashes = [
    base,
    { ...base, durationMs: 10_001 },
    { ...base, warmupMs: 2_001 },
    { ...base, faults: [] },
    { ...base, faults: [{ ...kill, share: 0.5 }] },
    { ...base, faults: [{ ...kill, provider: "b" }] },
    { ...base, workloads: [httpLoad({ timeoutMs: 2_001 })] },
    { ...base, workloads: [httpLoad({ name: "others" })] },
    { ...base, workloads: [httpLoad(), heads] },
  ].map((scenario) => makePlan(scenario).hash);
  assert.equal(new Set(hashes).size, hashes.length);
  assert.equal(makePlan({ ...base, name: "renamed", tags: ["ci"] }).hash, hashes[0]);
});

Deno.test("canonicalText() has one spelling for one value", () => {
  assert.equal(
    canonicalText({ b: [1, 0.3, null], a: { y: "é", x: true }, run: () => {}, none: undefined }),
    '{"a":{"x":true,"y":"é"},"b":[1,300000u,null]}',
  );
  assert.equal(canonicalText(0.1 + 0.2), canonicalText(0.3));
});

Deno.test("makePlan() draws each workload by itself: another beside it, before it, moves nothing", () => {
  const more = httpLoad({ name: "more", mix: { eth_getBalance: 1 } });
  const alone = makePlan(scenarioWith());
  const beside = makePlan(scenarioWith({ workloads: [more, httpLoad(), heads], faults: [kill] }));
  assert.deepEqual(callsOf(beside, "reads"), callsOf(alone, "reads"));
  assert.notDeepEqual(
    beside.workloads[0]!.calls.map(({ atUs }) => atUs),
    beside.workloads[1]!.calls.map(({ atUs }) => atUs),
    "two of the same rate don't arrive together",
  );
});

Deno.test("makePlan() draws each purpose by itself: the warm-up, weights and order of a mix move no arrivals", () => {
  const run = (plan: Plan): Plan["workloads"][number]["calls"] =>
    plan.workloads[0]!.calls.filter(({ atUs }) => atUs >= 0);
  const plan = makePlan(scenarioWith());
  assert.deepEqual(run(makePlan(scenarioWith({ warmupMs: 5_000 }))), run(plan));
  const mix = { eth_blockNumber: 3, eth_getLogs: 1, eth_call: 6 };
  assert.deepEqual(run(makePlan(scenarioWith({ workloads: [httpLoad({ mix })] }))), run(plan));
  const other = run(makePlan(scenarioWith({ workloads: [httpLoad({ mix: { ...mix, eth_gasPrice: 1 } })] })));
  assert.deepEqual(other.map(({ atUs }) => atUs), run(plan).map(({ atUs }) => atUs));
  const paramsOf = (calls: typeof other): string[] =>
    calls.filter(({ method }) => method === "eth_call").map(({ params }) => params);
  const fewer = paramsOf(other);
  assert.deepEqual(fewer, paramsOf(run(plan)).slice(0, fewer.length), "the params of a method are its own");
});

Deno.test("makePlan() chooses methods by weight", () => {
  const plan = makePlan(scenarioWith({ durationMs: 60_000 }));
  const calls = plan.workloads[0]!.calls;
  const share = (method: string): number =>
    calls.filter((call) => call.method === method).length / calls.length;
  assert.ok(Math.abs(share("eth_call") - 0.6) < 0.02);
  assert.ok(Math.abs(share("eth_getLogs") - 0.1) < 0.02);
  assert.ok(Math.abs(share("eth_blockNumber") - 0.3) < 0.02);
});

Deno.test("makePlan() with a limit cuts the run, and what comes before is the same", () => {
  for (
    const arrival of [{ kind: "poisson", perSecond: 200 }, {
      kind: "ramp",
      fromPerSecond: 1,
      toPerSecond: 99,
    }] as const
  ) {
    const scenario = scenarioWith({ workloads: [httpLoad({ arrival })], faults: [kill] });
    const whole = makePlan(scenario);
    const cut = makePlan(scenario, { durationLimitMs: 5_000 });
    assert.equal(cut.durationUs, 5e6);
    assert.deepEqual(cut.workloads[0]!.calls, whole.workloads[0]!.calls.filter(({ atUs }) => atUs < 5e6));
    assert.deepEqual(cut.faults.map(({ startUs, endUs }) => [startUs, endUs]), [[3e6, 5e6]]);
    assert.deepEqual(makePlan(scenario, { durationLimitMs: 99_000 }), whole);
  }
});

Deno.test("makePlan() batches: so many calls in a row with the same time", () => {
  const workload = httpLoad({ arrival: { kind: "constant", perSecond: 10 }, batch: 4 });
  const { calls } = makePlan(scenarioWith({ workloads: [workload], warmupMs: 0 })).workloads[0]!;
  assert.equal(calls.length, 400);
  calls.forEach(({ atUs }, index) => assert.equal(atUs, Math.floor(index / 4) * 100_000));
});

Deno.test("makePlan() closed model: calls in order, without times, in whole requests", () => {
  const closed = httpLoad({ arrival: { kind: "closed", concurrency: 8 }, batch: 3 });
  const { calls } = makePlan(scenarioWith({ workloads: [closed] })).workloads[0]!;
  assert.ok(calls.length >= 4096 && calls.length % 3 === 0);
  assert.ok(calls.every(({ atUs }) => atUs === CLOSED_MODEL_US));
});

Deno.test("makePlan() gives each custom call the seed of its own random sequence", () => {
  const run = (): Promise<void> => Promise.resolve();
  const custom: Workload = {
    kind: "custom",
    name: "own",
    chain: "ethereum",
    arrival: { kind: "constant", perSecond: 100 },
    timeoutMs: 1_000,
    run,
  };
  const plan = makePlan(scenarioWith({ workloads: [custom] }));
  const { calls } = plan.workloads[0]!;
  assert.equal(calls.length, 1_200);
  const seeds = calls.map(({ params }) => (JSON.parse(params) as [number])[0]);
  assert.equal(new Set(seeds).size, seeds.length);
  assert.ok(seeds.every((seed) => Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32));
  const other = { ...custom, run: () => Promise.reject(new Error()) };
  assert.equal(makePlan(scenarioWith({ workloads: [other] })).hash, plan.hash, "code is no part of the plan");
});

Deno.test("makePlan() plans recorded traffic from the reader that it is given", () => {
  const replay: Workload = {
    kind: "replay",
    name: "again",
    chain: "ethereum",
    file: "traffic.jsonl",
    speed: 2,
    timeoutMs: 1_000,
  };
  const scenario = scenarioWith({ workloads: [replay] });
  const text = [
    '{"at_us":1000000,"chain":"ethereum","method":"eth_chainId","params":[],"ip":"hidden"}',
    '{"at_us":1500000,"chain":"base","method":"eth_gasPrice"}',
    "",
    '{"at_us":2000001,"method":"eth_call","params":[{"to":"0x1"},"latest"]}',
    '{"at_us":99000000,"method":"eth_blockNumber"}',
  ].join("\n");
  const asked: string[] = [];
  const readTraffic = (file: string): string => {
    asked.push(file);
    return text;
  };
  const plan = makePlan(scenario, { readTraffic });
  assert.deepEqual(asked, ["traffic.jsonl"]);
  assert.deepEqual(plan.workloads[0]!.calls, [
    { atUs: 0, method: "eth_chainId", params: "[]" },
    { atUs: 500_001, method: "eth_call", params: '[{"to":"0x1"},"latest"]' },
  ]);
  const moved = scenarioWith({ workloads: [{ ...replay, file: "elsewhere/traffic.jsonl" }] });
  assert.equal(makePlan(moved, { readTraffic }).hash, plan.hash);
  assert.throws(
    () => makePlan(scenario),
    /a plan with recorded traffic needs a reader of files\n {2}at workload "again"/,
  );
});

Deno.test("makePlan() names the line of recorded traffic that can't be read, and misses calls of the chain", () => {
  const replay: Workload = {
    kind: "replay",
    name: "again",
    chain: "ethereum",
    file: "f",
    speed: 1,
    timeoutMs: 1,
  };
  const plan = (text: string): unknown =>
    makePlan(scenarioWith({ workloads: [replay] }), { readTraffic: () => text });
  assert.throws(
    () => plan('{"at_us":5,"method":"eth_chainId"}\n{'),
    /^LassoError: recorded traffic can't be read: the line is no JSON\n {2}at f:2\n {2}fix: a line is /,
  );
  const whole = [
    '{"at_us":0,"chain":"base","method":"x"}',
    '{"at_us":0,"method":"x","params_hash":"0"}',
    '{"at_us":0,"method":"eth_subscribe","params":["newHeads"],"transport":"ws"}',
    '{"at_us":9000000000,"method":"eth_chainId"}',
    '{"at_us":0,"chain":"base","method":"x"}',
  ].join("\n");
  const reasons = '2 of "base", 1 with a hash in the place of params, 1 of subscriptions, 1 after the end';
  for (const [text, why] of [["", "it is empty"], [whole, reasons]] as const) {
    assert.throws(() => plan(text), (thrown) => {
      const said =
        `f holds no call for chain "ethereum" within the run: ${why}\n  at f\n  fix: record traffic`;
      assert.ok((thrown as Error).message.startsWith(said), (thrown as Error).message);
      return true;
    });
  }
});

Deno.test("makePlan() knows a foreign router's chain by its name only", () => {
  const scenario = scenarioWith({ chains: [], target: { kind: "url", url: "http://x" } });
  assert.ok(makePlan(scenario).workloads[0]!.calls.length > 1_000);
});

Deno.test("makePlan() plans 5,000 requests/s for 30 s", () => {
  const workload = httpLoad({ arrival: { kind: "poisson", perSecond: 5_000 } });
  const { calls } = makePlan(scenarioWith({ workloads: [workload], durationMs: 30_000, warmupMs: 0 }))
    .workloads[0]!;
  assert.ok(calls.length > 149_000 && calls.length < 151_000, String(calls.length));
});

Deno.test("makePlan() refuses more than can be held, before it makes it", () => {
  const textOf = (change: Parameters<typeof scenarioWith>[0]): string => {
    let text = "";
    assert.throws(() => makePlan(scenarioWith(change)), (thrown) => {
      text = (thrown as Error).message;
      return true;
    });
    return text;
  };
  const load = (arrival: Arrival, batch = 1): readonly Workload[] => [httpLoad({ arrival, batch })];
  assert.equal(
    textOf({ workloads: load({ kind: "constant", perSecond: 1e9 }) }),
    'its plan has about 12,000,000,000 calls; at most 5,000,000 are possible\n  at scenario "plain"\n  fix: make the run shorter, or do it less often',
  );
  assert.match(textOf({ workloads: load({ kind: "poisson", perSecond: 1e6 }) }), /about 12,000,000 calls/);
  const ramp = { kind: "ramp", fromPerSecond: 0, toPerSecond: 2e6 } as const;
  assert.match(textOf({ workloads: load(ramp) }), /about 10,000,000 calls/);
  assert.match(
    textOf({ workloads: load({ kind: "constant", perSecond: 100 }, 10_000) }),
    /about 12,000,000 calls/,
  );
  const every = { kind: "every", everyMs: 0.0001, fromMs: 0, forMs: null } as const;
  assert.match(
    textOf({ faults: [{ ...kill, fault: { kind: "drop_sockets" }, schedule: every }] }),
    /its plan has more than 10,000 stretches of faults; at most 10,000 are possible/,
  );
});
