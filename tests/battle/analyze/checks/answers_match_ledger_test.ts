import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { answersMatchLedger } from "../../../../battle/analyze/checks/answers_match_ledger.ts";
import { type ChainTruth, recordTruth } from "../../../../battle/simulator/chain_truth.ts";
import { callData, selectors } from "../../../../battle/simulator/contract_calls.ts";
import { recordLedger } from "../../../../battle/simulator/ledger_recorder.ts";
import type { Ledger } from "../../../../battle/simulator/ledger.ts";
import { simTokens } from "../../../../battle/simulator/world.ts";
import { caller, stillChain } from "../../simulator/support.ts";
import { fromBehind } from "../../../../battle/analyze/from_behind.ts";
import type { FaultRecord } from "../../../../battle/model/record.ts";
import { calls, type CallSketch, fault } from "../../support/run_records.ts";
import { factsOf, slo } from "../support.ts";

interface Story {
  readonly truth: ChainTruth;
  readonly ledger: Ledger;
  /** Of the head, second by second. */
  readonly heights: readonly number[];
  /** By method and params: JSON texts of the results, second by second. */
  readonly asked: ReadonlyMap<string, readonly string[]>;
  /** Hash of the block that the reorg took back. */
  readonly orphan: string;
}

/** Blocks at 1 s, 2 s … 5 s; the fifth replaces the fourth. */
function story(): Story {
  const chain = stillChain();
  let nowUs = 0;
  using recording = recordTruth(chain, () => nowUs);
  using ledgerRecording = recordLedger(chain);
  const ask = caller(chain);
  const questions: readonly [string, unknown[]][] = [
    ["eth_blockNumber", []],
    ["eth_getBalance", [chain.accounts[0]!.address, "latest"]],
    ["eth_getBlockByNumber", ["latest", true]],
    ["eth_getLogs", [{ fromBlock: "0x50", toBlock: "latest" }]],
    ["eth_call", [{
      to: simTokens[0].address,
      data: callData(selectors.balanceOf, chain.accounts[1]!.address),
    }, "latest"]],
    ["eth_getBalance", [chain.accounts[0]!.address, "0x50"]],
    ["eth_getLogs", [{ fromBlock: "0x50", toBlock: "0x52" }]],
  ];
  const asked = new Map<string, string[]>(questions.map(([method, params]) => [key(method, params), []]));
  const heights: number[] = [];
  const look = (): void => {
    heights.push(chain.head.number);
    for (const [method, params] of questions) {
      asked.get(key(method, params))!.push(JSON.stringify(ask(method, ...params).result));
    }
  };
  look();
  let orphan = "";
  for (const second of [1, 2, 3, 4]) {
    nowUs = second * 1e6;
    chain.mine();
    look();
    orphan = chain.head.hash;
  }
  nowUs = 5e6;
  chain.reorg(1);
  look();
  return { truth: recording.truth(), ledger: ledgerRecording.ledger, heights, asked, orphan };
}

function key(method: string, params: readonly unknown[]): string {
  return `${method} ${JSON.stringify(params)}`;
}

const told = story();
const truths = new Map([["ethereum", told.truth]]);

function judged(
  sketches: readonly CallSketch[],
  allowedLagBlocks = 0,
  clockErrorUs: Readonly<Record<string, number>> = {},
): ReturnType<typeof answersMatchLedger> {
  return answersMatchLedger(
    factsOf({ calls: calls(sketches), truths, clockErrorUs }, {}, { allowedLagBlocks }),
  );
}

function question(name: string, at: number, second: number, ms = 10): CallSketch {
  const space = name.indexOf(" ");
  return {
    at,
    ms,
    method: name.slice(0, space),
    params: name.slice(space + 1),
    result: told.asked.get(name)![second]!,
  };
}

Deno.test("answersMatchLedger() is true for what the chain gave at that time, whatever the method", () => {
  for (const name of told.asked.keys()) {
    const sketches = [0, 1, 2, 3, 4, 5].map((second) => question(name, second * 1_000 + 500, second));
    assert.deepEqual(judged(sketches), { name: "answersMatchLedger", verdict: "pass", details: [] }, name);
  }
});

Deno.test("answersMatchLedger() allows a tag any head between sent and done, minus the allowed lag", () => {
  const name = 'eth_getBlockByNumber ["latest",true]';
  // Sent at 1.9 s, done at 3.1 s: the heads of 1, 2 and 3 s.
  for (const second of [1, 2, 3]) {
    assert.equal(judged([question(name, 1_900, second, 1_200)]).verdict, "pass");
  }
  for (const second of [0, 4]) assert.equal(judged([question(name, 1_900, second, 1_200)]).verdict, "fail");
  assert.equal(judged([question(name, 1_900, 0, 1_200)], 1).verdict, "pass");
  // Clocks that may differ by so much make the window wider.
  assert.equal(judged([question(name, 1_900, 4, 1_200)], 0, { world: 900_000 }).verdict, "pass");
});

Deno.test("answersMatchLedger() takes a pinned block exactly, lag or not", () => {
  const name = [...told.asked.keys()].find((text) => text.endsWith('"0x50"]'))!;
  const right = question(name, 2_500, 2);
  assert.equal(judged([right]).verdict, "pass");
  const wrong = judged([{ ...right, result: '"0x1"', attempts: "ankr:5" }], 50);
  assert.equal(wrong.verdict, "fail");
  assert.match(
    wrong.details[0]!,
    /^reads 0 eth_getBalance at 2\.500 s: "0x1" from ankr; "0x\w+" was expected$/,
  );
});

Deno.test("answersMatchLedger() follows a reorg", () => {
  const params = JSON.stringify([`0x${told.heights[4]!.toString(16)}`, true]);
  const latest = told.asked.get('eth_getBlockByNumber ["latest",true]')!;
  const orphaned = { method: "eth_getBlockByNumber", params, result: latest[4]! };
  assert.equal(judged([{ ...orphaned, at: 4_500 }]).verdict, "pass");
  assert.equal(judged([{ ...orphaned, at: 5_500 }]).verdict, "fail");
  const byHash = {
    method: "eth_getBlockByHash",
    params: JSON.stringify([told.orphan, true]),
    result: latest[4]!,
  };
  assert.equal(judged([{ ...byHash, at: 5_500 }]).verdict, "pass");
});

Deno.test("answersMatchLedger() compares by hash where the text was too long to keep", () => {
  const right = question('eth_getBlockByNumber ["latest",true]', 2_500, 2);
  const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex");
  assert.equal(judged([{ ...right, result: null, resultHash: hashOf(right.result!) }]).verdict, "pass");
  assert.equal(judged([{ ...right, result: null, resultHash: hashOf("null") }]).verdict, "fail");
});

Deno.test("answersMatchLedger() does not mind spaces and the order of members", () => {
  const right = question('eth_getBlockByNumber ["latest",true]', 2_500, 2);
  const turned = Object.fromEntries(Object.entries(JSON.parse(right.result!) as object).reverse());
  assert.equal(judged([{ ...right, result: JSON.stringify(turned, null, 1) }]).verdict, "pass");
});

Deno.test("answersMatchLedger() knows reverts, and takes a failure for no falsehood", () => {
  const params = JSON.stringify([{ to: simTokens[0].address, data: selectors.revert }, "latest"]);
  const revert = {
    at: 2_500,
    method: "eth_call",
    params,
    outcome: "error" as const,
    reason: "execution reverted",
  };
  assert.equal(judged([{ ...revert, code: 3 }]).verdict, "pass");
  assert.equal(judged([{ ...revert, outcome: "result", result: '"0x"' }]).verdict, "fail");
  const failed = {
    at: 2_500,
    method: "eth_blockNumber",
    outcome: "error" as const,
    code: -32000,
    reason: "server",
  };
  const height = { at: 2_500, method: "eth_blockNumber", result: `"0x${told.heights[2]!.toString(16)}"` };
  assert.equal(judged([failed, height]).verdict, "pass");
  // What the ledger expects is a success; anything else is none.
  const facts = factsOf({
    calls: calls([{ ...revert, code: 3 }, { ...revert, code: -32000 }, failed]),
    truths,
  });
  assert.equal(slo(facts, "success_rate").value, 1 / 3);
  // A revert where the chain gives a result is no success either.
  const blamed = factsOf({
    calls: calls([{ ...height, outcome: "error", code: 3, reason: "execution reverted" }]),
    truths,
  });
  assert.equal(slo(blamed, "success_rate").value, 0);
});

Deno.test("answersMatchLedger() knows a raw transaction's hash", () => {
  const block = told.truth.blocks.find(({ transactions }) => transactions.length > 0)!;
  const [tx] = block.transactions;
  const sent = { at: 1, method: "eth_sendRawTransaction", params: JSON.stringify([tx!.raw]) };
  assert.equal(judged([{ ...sent, result: `"${tx!.hash}"` }]).verdict, "pass");
  assert.equal(judged([{ ...sent, result: `"0x${"0".repeat(64)}"` }]).verdict, "fail");
});

Deno.test("answersMatchLedger() is unknown for what blocks can't tell, or without a chain", () => {
  const untold: readonly CallSketch[] = [
    { at: 1, method: "web3_clientVersion", result: '"geth"' },
    { at: 1, method: "eth_getBlockByNumber", params: '["pending",false]', result: "{}" },
    { at: 1, method: "eth_blockNumber" },
    { at: 1, method: "eth_blockNumber", outcome: "timeout" },
    {
      at: 1,
      method: "eth_getTransactionByHash",
      params: JSON.stringify([`0x${"1".repeat(64)}`]),
      result: "{}",
    },
    { at: 1, method: "eth_unheard", result: "1" },
    { at: 1, method: "eth_getBalance", params: "not json", result: "1" },
  ];
  for (const sketch of untold) assert.equal(judged([sketch]).verdict, "inconclusive", JSON.stringify(sketch));
  const height = { at: 1, method: "eth_blockNumber", result: '"0x1"' };
  assert.match(
    answersMatchLedger(factsOf({ calls: calls([height]) })).details[0]!,
    /no answer could be held/,
  );
});

Deno.test("wrong_results counts what differs from the ledger", () => {
  const name = "eth_blockNumber []";
  const wrong = { ...question(name, 3_500, 3), result: '"0x1"' };
  const facts = factsOf({
    calls: calls([question(name, 1_500, 1), wrong, wrong, {
      at: 1,
      method: "web3_clientVersion",
      result: '""',
    }]),
    truths,
  });
  const { value, samples, verdict } = slo(facts, "wrong_results");
  assert.deepEqual([value, samples, verdict], [2, 3, "fail"]);
  assert.equal(slo(facts, "wrong_results", {}, 2).verdict, "pass");
});

Deno.test("the allowed lag is the router's own unless it is given", () => {
  const old = { ...question("eth_blockNumber []", 5_500, 0) }; // 4 blocks behind the fork, 6 heads ago
  const verdict = (config: Readonly<Record<string, unknown>>): string =>
    answersMatchLedger(
      factsOf({ calls: calls([old]), truths }, { target: { kind: "own", config: { defaults: config } } }),
    ).verdict;
  // By default 5 blocks, and 5 s of blocks of a second each.
  assert.equal(verdict({}), "pass");
  assert.equal(verdict({ health: { max_lag_blocks: 2, max_lag: "2s" } }), "fail");
  assert.equal(verdict({ health: { max_lag_blocks: 2, max_lag: "6s" } }), "pass");
});

/** alchemy falls two blocks behind at 2.4 s, which a router can know a second later. */
function whileLagging(
  sketches: readonly CallSketch[],
  faults: readonly FaultRecord[] = [
    fault("lag-alchemy", "alchemy", 2_400, 9_000, { kind: "lag", blocks: 2 }),
  ],
): ReturnType<typeof factsOf> {
  return factsOf({ calls: calls(sketches), truths, faults }, {}, { allowedLagBlocks: 0, detectionMs: 1_000 });
}

Deno.test("answersMatchLedger() counts apart what comes from behind before a router can know", () => {
  const name = 'eth_getBlockByNumber ["latest",true]';
  const old = { ...question(name, 2_500, 0), attempts: "alchemy:5" };
  const facts = whileLagging([old, { ...old, at: 3_300, result: told.asked.get(name)![1]! }]);
  assert.deepEqual(answersMatchLedger(facts), {
    name: "answersMatchLedger",
    verdict: "pass",
    details: ["2 answers from behind within the detection time of 1 s after lag-alchemy"],
  });
  const { value, samples, verdict } = slo(facts, "wrong_results");
  assert.deepEqual([value, samples, verdict], [0, 2, "pass"]);
  assert.deepEqual(fromBehind(whileLagging([question(name, 2_500, 2)])), []);
});

Deno.test("answersMatchLedger() excuses nothing else: later, earlier, deeper, from others, or false", () => {
  const name = "eth_blockNumber []";
  const old = { ...question(name, 2_500, 0), attempts: "alchemy:5" };
  const verdict = (sketch: CallSketch, faults?: readonly FaultRecord[]): string =>
    answersMatchLedger(whileLagging([sketch], faults)).verdict;
  assert.equal(verdict(old), "pass");
  // The detection time is over at 3.4 s.
  assert.equal(verdict({ ...old, at: 3_500, result: told.asked.get(name)![1]! }), "fail");
  assert.equal(verdict({ ...question(name, 2_300, 0), attempts: "alchemy:5" }), "fail");
  assert.equal(verdict({ ...old, at: 3_300 }), "fail");
  assert.equal(verdict({ ...old, attempts: "ankr:5" }), "fail");
  assert.equal(verdict({ ...old, provider: null }), "fail");
  assert.equal(verdict({ ...old, result: '"0x1"' }), "fail");
  const others = [
    fault("lag", "ankr", 2_400, 9_000, { kind: "lag", blocks: 2 }),
    fault("lag", "alchemy", 2_400, 9_000, { kind: "lag", blocks: 2 }, "base"),
    fault("kill", "alchemy", 2_400, 9_000),
    fault("fork", "alchemy", 2_400, 9_000, { kind: "forked_head", depth: 2 }),
  ];
  for (const one of others) assert.equal(verdict(old, [one]), "fail", one.id);
  const forked = answersMatchLedger(whileLagging([old], others.slice(3)));
  assert.match(forked.details[0]!, /from alchemy, which stood on a branch of its own; "0x\w+" was expected$/);
});

Deno.test("a ledger alone tells heights, blocks and logs of pinned ranges", () => {
  const ledgers = new Map([["ethereum", told.ledger]]);
  const check = (sketch: CallSketch): string =>
    answersMatchLedger(factsOf({ calls: calls([sketch]), ledgers })).verdict;
  const block = question('eth_getBlockByNumber ["latest",true]', 500, 2);
  assert.equal(check(block), "pass");
  assert.equal(check({ ...block, params: '["0x1",true]' }), "fail");
  assert.equal(
    check({ ...block, result: block.result!.replace(/"parentHash":"0x../, '"parentHash":"0x') }),
    "fail",
  );
  assert.equal(check(question("eth_blockNumber []", 0, 5)), "pass");
  assert.equal(check({ at: 0, method: "eth_blockNumber", result: '"0xffff"' }), "fail");
  const { hash, logs } = told.ledger.canonicalWhile(() => true).findLast((one) => one.logs.length > 1)!;
  const byHash = { at: 0, method: "eth_getLogs", params: JSON.stringify([{ blockHash: hash }]) };
  const answer = logs.map(({ blockHash, logIndex }) => ({
    blockHash,
    logIndex: `0x${logIndex.toString(16)}`,
  }));
  assert.equal(check({ ...byHash, result: JSON.stringify(answer) }), "pass");
  assert.equal(check({ ...byHash, result: JSON.stringify(answer.slice(1)) }), "fail");
  // With an orphan about, what was canonical at that time is not known from the ledger alone.
  assert.equal(check(question([...told.asked.keys()].at(-1)!, 0, 0)), "inconclusive");
  assert.equal(check({ at: 0, method: "eth_getBalance", params: "[]", result: '"0x1"' }), "inconclusive");
});
