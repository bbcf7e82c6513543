import assert from "node:assert/strict";
import { VirtualClock } from "../../../core/virtual_clock.ts";
import { below, seededRandom } from "../../../core/random.ts";
import { TruthJudge } from "../../../battle/analyze/truth_judge.ts";
import type { CallRecord } from "../../../battle/model/record.ts";
import { makePlan } from "../../../battle/plan/make_plan.ts";
import { plannedMethods } from "../../../battle/plan/method_names.ts";
import { simulatedChainOptions } from "../../../battle/plan/simulated_history.ts";
import { createSimulatedChain } from "../../../battle/simulator/chain.ts";
import { type ChainTruth, recordTruth } from "../../../battle/simulator/chain_truth.ts";
import { selectors } from "../../../battle/simulator/contract_calls.ts";
import { lieAbout, liedMethods } from "../../../battle/simulator/lie.ts";
import { swapContract } from "../../../battle/simulator/world.ts";
import { makeNode } from "../simulator/support.ts";
import { call, chainSpec, reads, scenarioOf, sim } from "../support/run_records.ts";

const seed = 42;
const spec = chainSpec([sim("alchemy")], 250);

interface Story {
  readonly truth: ChainTruth;
  readonly answered: readonly CallRecord[];
  /** The same calls, by a provider that lies. */
  readonly lied: readonly CallRecord[];
}

/** A plan of every method, answered by nodes up to three blocks behind; with raw transactions and two reorgs. */
async function tell(): Promise<Story> {
  const plan = makePlan(scenarioOf({
    seed,
    chains: [spec],
    durationMs: 10_000,
    workloads: [reads({
      arrival: { kind: "constant", perSecond: 200 },
      mix: Object.fromEntries(plannedMethods.map((method) => [method, 1])),
    })],
  }));
  const clock = new VirtualClock();
  using chain = createSimulatedChain({ ...simulatedChainOptions(spec, seed), clock });
  using recording = recordTruth(chain, () => clock.now() * 1_000);
  const nodes = [0, 1, 2, 3].map((lagBlocks) => makeNode(chain, { lagBlocks }));
  const random = seededRandom(5);
  const reorgs = [3_010, 7_010];
  const answered: CallRecord[] = [];
  const lied: CallRecord[] = [];
  for (const { atUs, method, params } of plan.workloads[0]!.calls) {
    await clock.advance(atUs / 1_000 - clock.now());
    if (reorgs[0] !== undefined && clock.now() >= reorgs[0]) {
      reorgs.shift();
      chain.reorg(2);
    }
    const text = nodes[below(random, nodes.length)]!.answer({
      batch: false,
      items: [{ jsonrpc: "2.0", id: 1, method, params: JSON.parse(params) }],
    })!;
    const { error } = JSON.parse(text) as { error?: { code: number; message: string } };
    const sketch = { at: atUs / 1_000, ms: 0, method, params };
    const result = text.slice('{"jsonrpc":"2.0","id":1,"result":'.length, -1);
    const record = error === undefined
      ? call({ ...sketch, result }, answered.length)
      : call({ ...sketch, outcome: "error", code: error.code, reason: error.message }, answered.length);
    answered.push(record);
    if (error !== undefined) continue;
    const lie = lieAbout(result, method, JSON.parse(params), "liar");
    if (lie !== result) lied.push({ ...record, result: lie });
  }
  return { truth: JSON.parse(JSON.stringify(recording.truth())) as ChainTruth, answered, lied };
}

const story = await tell();
const options = { lagBlocks: 3, clockErrorUs: 0 };

Deno.test("TruthJudge finds nothing wrong with honest nodes, whatever they are asked, through reorgs and writes", () => {
  const judge = new TruthJudge(story.truth, options);
  const untold = new Set<string>();
  for (const record of story.answered) {
    const { verdict, why } = judge.judge(record);
    const what = `${record.method} ${record.params} ${record.result}`;
    assert.ok(verdict === "right" || verdict === "unknown", `${what}: ${why}`);
    if (verdict === "unknown") untold.add(record.method);
  }
  assert.equal(story.answered.length, 2_000);
  assert.deepEqual(plannedMethods.filter((method) => untold.has(method)), [
    "eth_blobBaseFee",
    "eth_newBlockFilter",
    "eth_newFilter",
    "eth_newPendingTransactionFilter",
    "eth_syncing",
    "net_listening",
    "net_peerCount",
    "web3_clientVersion",
  ]);
});

Deno.test("TruthJudge finds every lie of a lying provider", () => {
  const judge = new TruthJudge(story.truth, options);
  const methods = new Set(story.lied.map(({ method }) => method));
  assert.deepEqual(liedMethods.filter((method) => !methods.has(method)), []);
  for (const record of story.lied) assert.equal(judge.judge(record).verdict, "wrong", record.method);
});

Deno.test("TruthJudge finds nodes that are further behind than is allowed", () => {
  const strict = new TruthJudge(story.truth, { ...options, lagBlocks: 0 });
  const heights = story.answered.filter(({ method }) => method === "eth_blockNumber");
  const wrong = heights.filter((record) => strict.judge(record).verdict === "wrong").length;
  // Three of the four nodes lag.
  assert.ok(wrong > heights.length / 2 && wrong < heights.length, `${wrong} of ${heights.length}`);
});

Deno.test("TruthJudge takes an error of providers for a failure, not for a falsehood, whatever was due", () => {
  const judge = new TruthJudge(story.truth, options);
  const params = JSON.stringify([{ to: swapContract, data: selectors.revert }, "latest"]);
  const asked = { ...story.answered.at(-1)!, method: "eth_call", params, outcome: "error" as const };
  const revert = { code: 3, reason: "execution reverted: simulated revert", result: null };
  const failure = { code: -32_000, reason: "transport", result: null };
  assert.equal(judge.judge({ ...asked, ...revert }).verdict, "right");
  assert.equal(judge.judge({ ...asked, ...failure }).verdict, "unexpected_error");
  assert.equal(judge.judge({ ...asked, ...failure, code: -32_602, reason: "invalid" }).verdict, "wrong");
  assert.equal(judge.judge({ ...story.lied[0]!, outcome: "error", ...failure }).verdict, "unexpected_error");
});
