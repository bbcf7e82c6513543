// One real chain behind providers that break while clients read: no client hears of it, and what came back takes its
// share again.

import assert from "node:assert/strict";
import { createPublicClient, createWalletClient, http } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { foundry } from "viem/chains";
import {
  type Anvil,
  anvilChainId,
  fundedAddress,
  fundedKey,
  secondAddress,
  startAnvil,
} from "../support/anvil.ts";
import { FaultProxy } from "../support/fault_proxy.ts";
import { startLoad } from "../support/open_loop.ts";
import { post, rpc, type RpcBody } from "../support/rpc_post.ts";
import { startLasso } from "../support/start_lasso.ts";
import { until } from "../support/until.ts";
import { type History, makeHistory, word } from "./anvil_fixture.ts";

const perSecond = 200;

function config(urls: readonly string[]): string {
  return JSON.stringify({
    defaults: {
      strategy: "round_robin",
      timeout: "8s",
      attempt_timeout: "1s",
      breaker: { failure_threshold: 3, recovery_timeout: "500ms", success_threshold: 1 },
      health: { interval: "500ms", timeout: "500ms" },
    },
    chains: {
      local: {
        chain_id: anvilChainId,
        providers: urls.map((url, index) => ({ id: `p${index}`, url })),
      },
    },
  });
}

/** Reads whose answers are known, so that each can be judged. */
async function knownReads(anvil: Anvil, history: History): Promise<[string, unknown[], unknown][]> {
  const { contract, callHash, block, blockHash } = history;
  const reads: [string, unknown[]][] = [
    ["eth_getBlockByNumber", [block, false]],
    ["eth_getBlockByHash", [blockHash, true]],
    ["eth_getTransactionReceipt", [callHash]],
    ["eth_getBalance", [secondAddress, "latest"]],
    ["eth_call", [{ to: contract, data: word(3) }, "latest"]],
    ["eth_getLogs", [{ fromBlock: "0x0", toBlock: "latest" }]],
    ["eth_blockNumber", []],
    ["eth_getTransactionCount", [fundedAddress, "latest"]],
  ];
  return await Promise.all(
    reads.map(async ([method, params]): Promise<[string, unknown[], unknown]> => [
      method,
      params,
      await anvil.rpc(method, params),
    ]),
  );
}

/** Calls one of `reads` and throws unless the answer is the known one. */
async function check(url: string, read: [string, unknown[], unknown]): Promise<RpcBody> {
  const [method, params, expected] = read;
  const answer = await rpc(`${url}?include_meta=body`, method, params);
  assert.deepEqual(answer.result, expected, `${method}: ${JSON.stringify(answer.error)}`);
  return answer;
}

/** All of `reads` as one batch. */
async function checkBatch(url: string, reads: readonly [string, unknown[], unknown][]): Promise<void> {
  const calls = reads.map(([method, params], id) => ({ jsonrpc: "2.0", id, method, params }));
  const { text } = await post(url, JSON.stringify(calls));
  const expected = reads.map(([, , result], id) => ({ jsonrpc: "2.0", id, result }));
  assert.deepEqual(JSON.parse(text), expected);
}

/** Providers that served the answers, with how many each. */
function served(answers: readonly RpcBody[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { lasso_meta } of answers) {
    const id = lasso_meta?.selected_provider?.id ?? "none";
    counts[id] = (counts[id] ?? 0) + 1;
  }
  return counts;
}

function outcomes(answers: readonly RpcBody[], provider: string): Set<string> {
  const attempts = answers.flatMap(({ lasso_meta }) => lasso_meta?.attempts ?? []);
  return new Set(attempts.filter((one) => one.provider === provider).map(({ outcome }) => outcome));
}

Deno.test("Lasso serves on while one provider is cut, one stalls and one is rate limited, and spreads again after", async () => {
  await using anvil = await startAnvil();
  const reads = await knownReads(anvil, await makeHistory(anvil));
  await using cut = await FaultProxy.start(anvil.url);
  await using stalled = await FaultProxy.start(anvil.url);
  await using limited = await FaultProxy.start(anvil.url);
  await using good = await FaultProxy.start(anvil.url);
  const proxies = [cut, stalled, limited, good];
  await using lasso = await startLasso(config(proxies.map(({ url }) => url)));
  const url = `${lasso.server.url}/rpc/local`;
  const load = startLoad(perSecond, (index) => check(url, reads[index % reads.length]!));
  const batchLoad = startLoad(10, () => checkBatch(url, reads));

  const whole = (from: number): Record<string, number> => served(load.answers.slice(from));
  await until("all four serve", () => Object.keys(whole(0)).length === 4);

  cut.set("cut");
  stalled.set("stall");
  limited.set("http429");
  limited.forget();
  const broken = load.answers.length;
  await until("the good one serves 400 alone", () => (whole(broken).p3 ?? 0) >= 400);
  const during = load.answers.slice(broken);
  // Whether a call or a probe met it first is chance; either way it was asked, refused, and nobody noticed.
  assert.ok(limited.requests > 0, "the limited one");

  for (const proxy of proxies) proxy.set("good");
  const mended = load.answers.length;
  await until("all four serve again", () => {
    const counts = whole(mended);
    return ["p0", "p1", "p2", "p3"].every((id) => (counts[id] ?? 0) >= 50);
  });
  const { answers, errors } = await load.stop();
  const batches = await batchLoad.stop();

  assert.deepEqual(errors.map(String), []);
  assert.deepEqual(batches.errors.map(String), []);
  assert.equal(answers.length, load.sent);
  assert.ok(during.some(({ lasso_meta }) => (lasso_meta?.retries ?? 0) > 0), "failovers are in the metadata");
  assert.ok(outcomes(during, "p0").has("transport"), "the cut one");
  // The stalled one either ran into its time limit or lost against the next one, which was started beside it.
  const ofStalled = outcomes(during, "p1");
  assert.ok(ofStalled.has("timeout") || ofStalled.has("cancelled"), "the stalled one");
});

Deno.test("eth_sendRawTransaction is taken and mined once while two of three providers are broken", async () => {
  await using anvil = await startAnvil();
  await using cut = await FaultProxy.start(anvil.url);
  await using stalled = await FaultProxy.start(anvil.url);
  await using good = await FaultProxy.start(anvil.url);
  await using lasso = await startLasso(config([cut, stalled, good].map(({ url }) => url)));
  const url = `${lasso.server.url}/rpc/local`;
  assert.equal((await rpc(url, "eth_blockNumber")).result, "0x0");
  cut.set("cut");
  stalled.set("stall");
  const client = createPublicClient({
    chain: foundry,
    transport: http(url, { retryCount: 0 }),
    pollingInterval: 20,
  });
  const wallet = createWalletClient({
    account: privateKeyToAccount(fundedKey),
    chain: foundry,
    transport: http(url, { retryCount: 0 }),
  });
  const before = await anvil.rpc<string>("eth_getBalance", [secondAddress, "latest"]);
  for (let nonce = 0; nonce < 5; nonce++) {
    const hash = await wallet.sendTransaction({ to: secondAddress, value: 1n, nonce, gas: 21_000n });
    assert.equal((await client.waitForTransactionReceipt({ hash })).status, "success");
  }
  const after = await anvil.rpc<string>("eth_getBalance", [secondAddress, "latest"]);
  assert.equal(BigInt(after) - BigInt(before), 5n);
});

/** Mines the same blocks at each: the same times and contents give the same hashes. */
async function mineInStep(nodes: readonly Anvil[], times: readonly number[]): Promise<void> {
  for (const time of times) {
    for (const node of nodes) await node.rpc("evm_mine", [{ timestamp: time }]);
  }
}

Deno.test("Lasso serves on while one of three real nodes is killed and one is stopped", async () => {
  const start = 1_700_000_000;
  const args = ["--timestamp", String(start), "--no-mining"];
  await using first = await startAnvil(args);
  await using killed = await startAnvil(args);
  await using stopped = await startAnvil(args);
  const nodes = [first, killed, stopped];
  await mineInStep(nodes, [start + 12, start + 24, start + 36, start + 48]);
  const hashes = await Promise.all(
    nodes.map(async (node) =>
      (await node.rpc<{ hash: string }>("eth_getBlockByNumber", ["0x4", false])).hash
    ),
  );
  assert.equal(new Set(hashes).size, 1, "three nodes of one chain");
  const methods: [string, unknown[]][] = [
    ["eth_getBlockByNumber", ["0x2", false]],
    ["eth_getBlockByHash", [hashes[0], true]],
    ["eth_getBalance", [fundedAddress, "latest"]],
    ["eth_blockNumber", []],
    ["eth_getBlockByNumber", ["latest", true]],
  ];
  const reads = await Promise.all(
    methods.map(async ([method, params]): Promise<[string, unknown[], unknown]> => [
      method,
      params,
      await first.rpc(method, params),
    ]),
  );
  await using lasso = await startLasso(config(nodes.map(({ url }) => url)));
  const url = `${lasso.server.url}/rpc/local`;
  const load = startLoad(perSecond, (index) => check(url, reads[index % reads.length]!));
  await until("all three serve", () => Object.keys(served(load.answers)).length === 3);

  await killed.kill();
  stopped.stall();
  const broken = load.answers.length;
  await until("the first one serves 300 alone", () => (served(load.answers.slice(broken)).p0 ?? 0) >= 300);

  stopped.resume();
  const mended = load.answers.length;
  await until("the stopped one serves again", () => (served(load.answers.slice(mended)).p2 ?? 0) >= 50);
  const { answers, errors } = await load.stop();
  assert.deepEqual(errors.map(String), []);
  assert.equal(answers.length, load.sent);
  assert.ok(outcomes(answers, "p1").has("transport"));
});
