// What the tests of the plan share: a plain scenario to change.

import type { ChainSpec, Scenario, Workload } from "../../../battle/model/scenario.ts";
import { simSpec } from "../support/sim_spec.ts";

export const simProvider = simSpec("a");

export const simChain: ChainSpec = {
  name: "ethereum",
  chainId: 1,
  blockTimeMs: 1_000,
  providers: [simProvider, { ...simProvider, id: "b" }],
};

type Http = Extract<Workload, { readonly kind: "http" | "ws" }>;

export function httpLoad(change: Partial<Http> = {}): Http {
  return {
    kind: "http",
    name: "reads",
    chain: "ethereum",
    arrival: { kind: "poisson", perSecond: 200 },
    mix: { eth_call: 6, eth_getLogs: 1, eth_blockNumber: 3 },
    batch: 1,
    timeoutMs: 2_000,
    via: null,
    ...change,
  };
}

export function scenarioWith(change: Partial<Scenario> = {}): Scenario {
  return {
    name: "plain",
    seed: 42,
    tags: [],
    chains: [simChain],
    target: { kind: "own", config: {} },
    workloads: [httpLoad()],
    durationMs: 10_000,
    warmupMs: 2_000,
    faults: [],
    slos: [],
    checks: [],
    compare: null,
    formats: ["text"],
    expectedToFail: null,
    ...change,
  };
}
