import assert from "node:assert/strict";
import { VirtualClock } from "../../../core/virtual_clock.ts";
import { knownChain } from "../../../battle/plan/known_chain.ts";
import { makePlan } from "../../../battle/plan/make_plan.ts";
import { plannedMethods, simulatedOnlyMethods } from "../../../battle/plan/method_names.ts";
import { simulatedChainOptions } from "../../../battle/plan/simulated_history.ts";
import { createSimulatedChain, type SimulatedChain } from "../../../battle/simulator/chain.ts";
import { decodeTransaction } from "../../../battle/simulator/transaction.ts";
import { fromHex } from "../../../battle/simulator/hex.ts";
import { caller } from "../simulator/support.ts";
import { httpLoad, scenarioWith, simChain, simProvider } from "./support.ts";

const SEED = 42;

/** The chain that the world would start, later and with some blocks more. */
function runningChain(): SimulatedChain {
  const clock = new VirtualClock(1_750_000_000_000);
  const chain = createSimulatedChain({ ...simulatedChainOptions(simChain, SEED), clock });
  for (let block = 0; block < 5; block++) chain.mine();
  return chain;
}

function callsOf(method: string, count: number, chain = simChain): readonly unknown[][] {
  const workload = httpLoad({ arrival: { kind: "constant", perSecond: count }, mix: { [method]: 1 } });
  const plan = makePlan(
    scenarioWith({ workloads: [workload], chains: [chain], durationMs: 1_000, warmupMs: 0 }),
  );
  return plan.workloads[0]!.calls.map(({ params }) => JSON.parse(params) as unknown[]);
}

Deno.test("makePlan() asks the simulated chain for what there is, by every method", async (t) => {
  using chain = runningChain();
  const call = caller(chain);
  for (const method of plannedMethods) {
    await t.step(method, () => {
      for (const params of callsOf(method, 200)) {
        const { error, result } = call(method, ...params);
        const text = `${method}(${JSON.stringify(params)})`;
        if (method === "eth_call" && error?.code === 3) continue;
        assert.equal(error, undefined, text);
        assert.notEqual(result, null, text);
        assert.notEqual(result, undefined, text);
      }
    });
  }
});

Deno.test("makePlan() names blocks, hashes and transactions that hold something", () => {
  using chain = runningChain();
  const call = caller(chain);
  const found = callsOf("eth_getLogs", 300).filter((params) =>
    call("eth_getLogs", ...params).result.length > 0
  );
  assert.ok(found.length > 200, `${found.length} of 300 logs queries find some`);
  const differing = (method: string): number =>
    new Set(callsOf(method, 500).map((params) => JSON.stringify(params))).size;
  assert.ok(differing("eth_getTransactionReceipt") > 150);
  assert.ok(differing("eth_getBlockByHash") > 70);
  assert.ok(differing("eth_getBalance") > 50);
});

Deno.test("makePlan() sends transactions that are all taken, mined and different", () => {
  using chain = runningChain();
  const call = caller(chain);
  const sent = callsOf("eth_sendRawTransaction", 60).map(([raw]) =>
    decodeTransaction(fromHex(raw as string))
  );
  assert.equal(new Set(sent.map(({ from }) => from)).size, 60, "a sender each");
  for (const { hash, raw } of sent) {
    assert.equal(
      call(
        "eth_sendRawTransaction",
        `0x${[...raw].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`,
      ).result,
      hash,
    );
  }
  chain.mine();
  for (const { hash } of sent) assert.equal(call("eth_getTransactionReceipt", hash).result.status, "0x1");
});

Deno.test("makePlan() lets about one eth_call in fifty revert on a simulated chain", () => {
  using chain = runningChain();
  const call = caller(chain);
  const reverted = callsOf("eth_call", 5_000).filter((params) =>
    call("eth_call", ...params).error !== undefined
  );
  assert.ok(reverted.length > 60 && reverted.length < 140, `${reverted.length} of 5000`);
});

Deno.test("makePlan() asks for no old state where a provider has none, nor of a chain that outlives its window", () => {
  const pruned = { ...simChain, providers: [simProvider, { ...simProvider, id: "b", archive: false }] };
  const blocks = (chain: typeof simChain): Set<unknown> =>
    new Set(callsOf("eth_getBalance", 300, chain).map((params) => params[1]));
  assert.ok(blocks(simChain).size > 20);
  assert.deepEqual(blocks(pruned), new Set(["latest", "safe", "finalized"]));
  assert.ok(!knownChain(simChain, SEED, 3_600_000).oldState, "an hour of blocks each second");
});

Deno.test("makePlan() keeps to the providers' limit for logs", () => {
  const narrow = { ...simChain, providers: [simProvider, { ...simProvider, id: "b", getLogsRange: 2 }] };
  const spans = callsOf("eth_getLogs", 300, narrow).map(([filter]) => {
    const { fromBlock, toBlock } = filter as { readonly fromBlock?: string; readonly toBlock?: string };
    return Number(toBlock) - Number(fromBlock) + 1;
  }).filter((span) => !Number.isNaN(span));
  assert.deepEqual(new Set(spans), new Set([1, 2]));
});

Deno.test("makePlan() uses tags only where the chain is not simulated, and refuses what needs more", () => {
  const real = {
    ...simChain,
    providers: [{ kind: "url", id: "a", url: "http://x", wsUrl: null, config: {} }],
  } as const;
  for (const method of plannedMethods) {
    if (simulatedOnlyMethods.has(method)) {
      assert.throws(
        () => callsOf(method, 1, real),
        new RegExp(
          `^LassoError: ${method} needs hashes or funded accounts of a simulated chain; "ethereum" is none\\n {2}at workload "reads"\\n {2}fix: `,
        ),
      );
    } else {
      for (const params of callsOf(method, 50, real)) {
        assert.doesNotMatch(JSON.stringify(params), /"(?:safe|finalized|blockHash)"/);
      }
    }
  }
  assert.throws(() => callsOf("eth_cal", 1), /no params can be made for eth_cal/);
});
