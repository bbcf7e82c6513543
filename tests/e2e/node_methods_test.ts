// What a real node says, byte for byte, through Lasso: every method of a table once straight and once through it, with
// the same request bytes.

import assert from "node:assert/strict";
import { anvilChainId, fundedAddress, secondAddress, startAnvil } from "../support/anvil.ts";
import { payloadOf, post, rpc } from "../support/rpc_post.ts";
import { startLasso } from "../support/start_lasso.ts";
import { type History, makeHistory, revertData, topic, word } from "./anvil_fixture.ts";

type Case = readonly [method: string, ...params: unknown[]];

function reads({ contract, callHash, transferHash, block, blockHash, waitingHash }: History): Case[] {
  const call = { from: fundedAddress, to: contract, data: word(7) };
  const nowhere = `0x${"ab".repeat(32)}`;
  return [
    ["eth_blockNumber"],
    ["eth_gasPrice"],
    ["eth_maxPriorityFeePerGas"],
    ["eth_blobBaseFee"],
    ["eth_feeHistory", "0x3", "latest", [10, 50, 90]],
    ["eth_feeHistory", "0x2", block, []],
    ["eth_syncing"],
    ["web3_clientVersion"],
    ["web3_sha3", "0x68656c6c6f"],
    ["net_listening"],
    ["eth_getBlockByNumber", block, true],
    ["eth_getBlockByNumber", "latest", false],
    ["eth_getBlockByNumber", "earliest", false],
    ["eth_getBlockByNumber", "0xffffff", false],
    ["eth_getBlockByHash", blockHash, true],
    ["eth_getBlockByHash", nowhere, false],
    ["eth_getBlockTransactionCountByNumber", block],
    ["eth_getBlockTransactionCountByHash", blockHash],
    ["eth_getUncleCountByBlockNumber", block],
    ["eth_getUncleCountByBlockHash", blockHash],
    ["eth_getUncleByBlockNumberAndIndex", block, "0x0"],
    ["eth_getUncleByBlockHashAndIndex", blockHash, "0x0"],
    ["eth_getTransactionByHash", callHash],
    ["eth_getTransactionByHash", waitingHash],
    ["eth_getTransactionByHash", nowhere],
    ["eth_getTransactionByBlockNumberAndIndex", block, "0x0"],
    ["eth_getTransactionByBlockHashAndIndex", blockHash, "0x0"],
    ["eth_getRawTransactionByHash", transferHash],
    ["eth_getRawTransactionByBlockNumberAndIndex", block, "0x0"],
    ["eth_getTransactionReceipt", callHash],
    ["eth_getTransactionReceipt", nowhere],
    ["eth_getBlockReceipts", block],
    ["eth_getBlockReceipts", "latest"],
    ["eth_getLogs", { fromBlock: "0x0", toBlock: "latest" }],
    ["eth_getLogs", { blockHash, topics: [topic] }],
    ["eth_getLogs", { fromBlock: block, toBlock: block, address: secondAddress }],
    ["eth_getBalance", secondAddress, "latest"],
    ["eth_getBalance", secondAddress, "0x0"],
    ["eth_getBalance", secondAddress, { blockHash }],
    ["eth_getCode", contract, "latest"],
    ["eth_getTransactionCount", fundedAddress, "latest"],
    ["eth_getTransactionCount", fundedAddress, "pending"],
    ["eth_getStorageAt", contract, "0x0", "latest"],
    ["eth_getProof", contract, [word(0)], "latest"],
    ["eth_call", call, "latest"],
    ["eth_call", call, block],
    ["eth_call", { to: contract, data: "0x" + "00".repeat(32) }, "latest", {
      [contract]: { code: "0x5f5ff3" },
    }],
    ["eth_estimateGas", call],
    ["eth_createAccessList", call, "latest"],
    ["debug_traceTransaction", callHash],
    ["debug_traceTransaction", callHash, { tracer: "callTracer" }],
    ["debug_traceCall", call, "latest", {}],
    ["trace_transaction", callHash],
    ["trace_block", block],
    ["trace_filter", { fromBlock: "0x1", toBlock: block }],
    ["txpool_status"],
    ["txpool_inspect"],
    ["txpool_content"],
  ];
}

function failures({ contract, callHash }: History): Case[] {
  return [
    ["eth_call", { to: contract }, "latest"],
    ["eth_estimateGas", { to: contract }],
    ["eth_getBalance", "0x1234", "latest"],
    ["eth_getBalance"],
    ["eth_getBlockByNumber", "no block", false],
    ["eth_getStorageAt", contract],
    ["eth_getTransactionByHash", callHash.slice(0, 20)],
    ["eth_call", { to: contract, data: "0xzz" }, "latest"],
    ["eth_sendRawTransaction", "0x1234"],
    ["no_such_method"],
    ["eth_noSuchMethod", 1, 2],
  ];
}

function config(url: string): string {
  return `chains: { local: { chain_id: ${anvilChainId}, providers: [{ id: anvil, url: "${url}" }] } }`;
}

Deno.test("Lasso gives a real node's answers byte for byte, results and errors alike", async (t) => {
  await using anvil = await startAnvil();
  const history = await makeHistory(anvil);
  await using lasso = await startLasso(config(anvil.url));
  const url = `${lasso.server.url}/rpc/local`;
  const compare = async ([method, ...params]: Case, member: "result" | "error"): Promise<string> => {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 7, method, params });
    const direct = await post(anvil.url, body);
    const through = await post(url, body);
    const name = `${method} ${JSON.stringify(params)}`;
    assert.equal(payloadOf(through.text), payloadOf(direct.text), name);
    assert.ok(payloadOf(direct.text).startsWith(`"${member}"`), `${name}: ${direct.text.slice(0, 200)}`);
    assert.equal(through.status, 200, name);
    assert.equal((JSON.parse(through.text) as { id: unknown }).id, 7, name);
    return through.text;
  };

  const cases = reads(history);
  const methods = new Set(cases.map(([method]) => method));
  await t.step(`${methods.size} methods, ${cases.length} calls`, async () => {
    assert.ok(methods.size >= 35);
    for (const one of cases) await compare(one, "result");
  });

  await t.step("a revert with data, bad params, unknown methods", async () => {
    const texts: string[] = [];
    for (const one of failures(history)) texts.push(await compare(one, "error"));
    assert.match(texts[0] ?? "", new RegExp(`"data":"${revertData}"`));
  });

  await t.step("params that JSON.parse would change reach the node as they were written", async () => {
    const body =
      `{"jsonrpc":"2.0","id":7,"method":"eth_getBalance","params":[ "${secondAddress}" ,\n"\\u006catest"]}`;
    const through = await post(url, body);
    assert.equal(payloadOf(through.text), payloadOf((await post(anvil.url, body)).text));
  });

  await t.step("an answer of 2 MB is passed on as it comes, byte for byte", async () => {
    // Code that returns a million zero bytes.
    const override = { [history.contract]: { code: "0x620f42405ff3" } };
    const text = await compare(["eth_call", { to: history.contract }, "latest", override], "result");
    assert.ok(text.length > 2_000_000);
  });

  await t.step("ids that the node refuses or respells are echoed as the client spelt them", async () => {
    for (const id of ["1.50", "-0", "1e2", "12345678901234567890123", '"\\u0061 ü \\" b"', '""', "null"]) {
      const { status, text } = await post(url, `{"jsonrpc":"2.0","id":${id},"method":"eth_gasPrice"}`);
      assert.equal(status, 200, text);
      assert.ok(text.includes(`"id":${id}`), `${id}: ${text}`);
      assert.match(text, /"result":"0x/);
    }
  });

  await t.step("a batch gives what single calls give, in its order", async () => {
    const calls = cases.slice(0, 40).map(([method, ...params], id) => ({
      jsonrpc: "2.0",
      id,
      method,
      params,
    }));
    const { text } = await post(url, JSON.stringify(calls));
    const direct = await Promise.all(calls.map((one) => post(anvil.url, JSON.stringify(one))));
    assert.deepEqual(JSON.parse(text), direct.map((answer) => JSON.parse(answer.text)));
  });

  await t.step("Lasso's own answers have the node's values", async () => {
    for (const method of ["eth_chainId", "net_version"]) {
      assert.equal((await rpc(url, method)).result, await anvil.rpc(method), method);
    }
    // The node has unlocked accounts; Lasso signs nothing and so has none.
    assert.deepEqual((await rpc(url, "eth_accounts")).result, []);
    const refused = await rpc(url, "eth_sendTransaction", [{ from: fundedAddress, to: secondAddress }]);
    assert.equal(refused.error?.code, -32601);
  });
});
