import assert from "node:assert/strict";
import type { FaultSpec } from "../../../battle/model/fault.ts";
import type { Workload } from "../../../battle/model/scenario.ts";
import { makePlan } from "../../../battle/plan/make_plan.ts";
import { planText } from "../../../battle/plan/plan_text.ts";
import { httpLoad, scenarioWith } from "./support.ts";

const spec: FaultSpec = {
  id: "kill-a-1",
  fault: { kind: "kill" },
  chain: "ethereum",
  provider: "a",
  schedule: { kind: "flap", fromMs: 10_000, forMs: 20_000, onMs: 2_000, offMs: 8_000 },
  share: 1,
  methods: null,
};

Deno.test("planText() shows workloads, rates, faults in time, and the hash", () => {
  const workloads: Workload[] = [
    httpLoad({ arrival: { kind: "steps", perSecond: [10, 50], eachMs: 30_000 }, via: "round_robin" }),
    httpLoad({
      name: "batches",
      kind: "ws",
      arrival: { kind: "constant", perSecond: 2 },
      batch: 5,
      mix: { eth_call: 1 },
    }),
    httpLoad({
      name: "crowd",
      arrival: { kind: "closed", concurrency: 8 },
      mix: { eth_call: 2, eth_gasPrice: 1 },
    }),
    {
      kind: "subscribers",
      name: "heads",
      chain: "ethereum",
      sockets: 200,
      subscription: "newHeads",
      gaps: null,
    },
  ];
  const brownout: FaultSpec = {
    ...spec,
    id: "slow",
    fault: { kind: "brownout", extraMs: 800 },
    provider: "b",
    schedule: { kind: "at", atMs: 45_000, forMs: null },
    share: 0.3,
    methods: ["eth_call"],
  };
  const restart: FaultSpec = {
    ...spec,
    id: "router_kill-1",
    fault: { kind: "router_kill" },
    chain: null,
    provider: null,
    schedule: { kind: "at", atMs: 30_500, forMs: null },
  };
  const scenario = scenarioWith({ workloads, faults: [spec, brownout, restart], durationMs: 60_000 });
  const plan = makePlan(scenario);
  assert.equal(
    planText(plan),
    `plain
seed 42, 60 s, after a warm-up of 2 s

Workloads
  reads  (http, ethereum)
    steps of 30 s: 10, 50/s, via round_robin, timeout 2 s
    eth_call 60 %, eth_blockNumber 30 %, eth_getLogs 10 %
    1,800 requests, and 20 requests in the warm-up
    each second: 10 10 10 10 10 10 50 50 50 50 50 50  (mean of each 5 s)
  batches  (ws, ethereum)
    constant 2/s, 5 calls in each, timeout 2 s
    eth_call 100 %
    120 requests, and 4 requests in the warm-up
    each second: 2 2 2 2 2 2 2 2 2 2 2 2  (mean of each 5 s)
  crowd  (http, ethereum)
    8 clients, each waiting for its answer, timeout 2 s
    eth_call 66.7 %, eth_gasPrice 33.3 %
    4,096 calls in turn, again and again to the end
  heads  (subscribers, ethereum)
    200 sockets, each subscribed to newHeads

Faults
                 0 s                                                     60 s
  kill-a-1       ··········██········██······································
  router_kill-1  ······························▌·····························
  slow           ·············································███████████████

  10 s to 12 s          kill-a-1: kill on ethereum/a
  20 s to 22 s          kill-a-1: kill on ethereum/a
  at 30.5 s             router_kill-1: router_kill on the router
  45 s to 60 s          slow: brownout (extraMs 800) on ethereum/b, 30 % of requests, only eth_call

plan ${plan.hash}
`,
  );
});

Deno.test("planText() of a plan without faults, and of recorded and custom workloads", () => {
  const workloads: Workload[] = [
    { kind: "replay", name: "again", chain: "ethereum", file: "traffic.jsonl", speed: 2, timeoutMs: 1_000 },
    {
      kind: "custom",
      name: "own",
      chain: "ethereum",
      arrival: { kind: "poisson", perSecond: 0.5 },
      timeoutMs: 1_000,
      run: () => Promise.resolve(),
    },
  ];
  const readTraffic = (): string => '{"at_us":0,"method":"eth_chainId"}';
  const text = planText(
    makePlan(scenarioWith({ workloads, durationMs: 1_500, warmupMs: 0 }), { readTraffic }),
  );
  assert.match(text, /^plain\nseed 42, 1\.5 s\n/);
  assert.match(
    text,
    / {4}traffic\.jsonl, 2 times as fast\n {4}1 request\n {4}each second: 1 0 {2}\(mean of each 1 s\)\n/,
  );
  assert.match(text, / {4}poisson 0\.5\/s, a function of its own\n {4}\d requests?\n/);
  assert.match(text, /\n\nNo faults\n\nplan [0-9a-f]{64}\n$/);
});
