import assert from "node:assert/strict";
import { numberToHex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { simTokens } from "../../../battle/simulator/world.ts";
import { parseRpcBody } from "../../../battle/simulator/simulated_node.ts";
import { caller, makeNode, stillChain } from "./support.ts";

const chain = stillChain();
const call = caller(chain);
const account = privateKeyToAccount(`0x${"11".repeat(32)}`);
const address = account.address;

for (
  const [method, params, code, message] of [
    ["eth_nothing", [], -32601, "the method eth_nothing does not exist/is not available"],
    ["eth_getBalance", [], -32602, "missing value for required argument 0"],
    ["eth_getBalance", [address], -32602, "missing value for required argument 1"],
    [
      "eth_getBalance",
      ["0x12", "latest"],
      -32602,
      "invalid argument 0: hex string has length 2, want 40 for common.Address",
    ],
    ["eth_getBalance", [address, "12"], -32602, "invalid argument 1: hex string without 0x prefix"],
    ["eth_getBalance", [address, "0x012"], -32602, "invalid argument 1: hex number with leading zero digits"],
    ["eth_getBalance", [address, "0xffff"], -32000, "header not found"],
    ["eth_getBalance", [address, { blockHash: `0x${"00".repeat(32)}` }], -32000, "header for hash not found"],
    ["eth_getLogs", [{ fromBlock: "0x10", toBlock: "0x5" }], -32602, "invalid block range params"],
    ["eth_getLogs", [{ blockHash: `0x${"00".repeat(32)}` }], -32000, "unknown block"],
    ["eth_sendRawTransaction", ["0x"], -32000, "typed transaction too short"],
    ["eth_sendRawTransaction", ["0x0411"], -32000, "transaction type not supported"],
    ["eth_sendRawTransaction", ["0xc101"], -32000, "rlp: wrong number of elements for types.Transaction"],
    [
      "eth_sendRawTransaction",
      [`0xc9${"00".repeat(9)}`],
      -32000,
      "rlp: non-canonical integer (leading zero bytes)",
    ],
    ["eth_feeHistory", ["0x1", "0xffff", []], -32000, "request beyond head block: requested 65535, head 96"],
  ] as const
) {
  Deno.test(`SimulatedNode ${method} ${JSON.stringify(params).slice(0, 60)} is refused as a node does`, () => {
    assert.deepEqual(call(method, ...params).error, { code, message });
  });
}

for (
  const method of [
    "eth_getBlockByNumber",
    "eth_getBlockTransactionCountByNumber",
    "eth_getBlockReceipts",
  ]
) {
  Deno.test(`SimulatedNode ${method} above the head is null`, () => {
    assert.equal(call(method, "0xffff", false).result, null);
  });
}

Deno.test("SimulatedNode answers batches in order, null ids and text ids too, notifications not", () => {
  const node = makeNode(chain);
  const answer = node.answer(
    parseRpcBody(
      '[{"jsonrpc":"2.0","id":"a","method":"eth_chainId"},{"jsonrpc":"2.0","method":"eth_chainId"},7,' +
        '{"jsonrpc":"2.0","id":null,"method":"net_version","params":[]}]',
    )!,
  );
  assert.equal(
    answer,
    '[{"jsonrpc":"2.0","id":"a","result":"0x1"},' +
      '{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"invalid request"}},' +
      '{"jsonrpc":"2.0","id":null,"result":"1"}]',
  );
  assert.equal(
    node.answer({ batch: true, items: [] }),
    '{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"empty batch"}}',
  );
  assert.equal(node.answer(parseRpcBody('{"jsonrpc":"2.0","method":"eth_chainId"}')!), null);
});

Deno.test("SimulatedNode without an archive refuses old state, not old blocks", () => {
  const pruned = caller(chain, { archive: false, stateBlocks: 16 });
  const old = numberToHex(96 - 16);
  const root = call("eth_getBlockByNumber", old, false).result.stateRoot as string;
  assert.deepEqual(pruned("eth_getBalance", address, old).error, {
    code: -32000,
    message: `missing trie node ${root.slice(2)} (path ) state ${root} is not available, not found`,
  });
  assert.ok(pruned("eth_getBalance", address, numberToHex(96 - 15)).result);
  assert.ok(pruned("eth_getBlockByNumber", old, false).result);
  assert.equal(call("eth_getBalance", address, old).error, undefined);
});

Deno.test("SimulatedNode getLogs keeps its range limit, to the block", () => {
  const limited = caller(chain, { getLogsRange: 10 });
  assert.ok(Array.isArray(limited("eth_getLogs", { fromBlock: "0x1", toBlock: "0xa" }).result));
  assert.deepEqual(limited("eth_getLogs", { fromBlock: "0x1", toBlock: "0xb" }).error, {
    code: -32602,
    message: "query exceeds max block range 10",
  });
});

Deno.test("SimulatedNode getLogs filters as a scan of all receipts does", () => {
  const [dollar, ether] = simTokens;
  interface Log {
    readonly address: string;
    readonly topics: readonly string[];
  }
  const all: Log[] = [];
  for (let number = 1; number <= 96; number++) {
    for (const receipt of call("eth_getBlockReceipts", numberToHex(number)).result) all.push(...receipt.logs);
  }
  const logs = (filter: object): Log[] => call("eth_getLogs", { fromBlock: "0x1", ...filter }).result;
  const [transfer, from, to] = all[0]!.topics as [string, string, string];
  assert.deepEqual(logs({}), all);
  assert.deepEqual(logs({ address: ether.address }), all.filter((log) => log.address === ether.address));
  assert.deepEqual(logs({ address: [dollar.address, ether.address] }), all);
  assert.deepEqual(logs({ topics: [null, from] }), all.filter((log) => log.topics[1] === from));
  assert.deepEqual(
    logs({ topics: [[transfer], [], [to, from]] }),
    all.filter((log) => log.topics[2] === to || log.topics[2] === from),
  );
  assert.deepEqual(logs({ topics: [transfer, null, null, null] }), []);
  assert.deepEqual(logs({ address: address.toLowerCase() }), []);
});

Deno.test("SimulatedNode that lags serves an older head and hides what is newer", () => {
  const late = caller(chain, { lagBlocks: 10 });
  assert.equal(late("eth_blockNumber").result, numberToHex(86));
  assert.equal(late("eth_getBlockByNumber", "latest", false).result.number, numberToHex(86));
  assert.equal(late("eth_getBlockByHash", chain.head.hash, false).result, null);
  assert.equal(late("eth_getTransactionReceipt", chain.head.transactions[0]!.hash).result, null);
  assert.deepEqual(late("eth_getLogs", { fromBlock: numberToHex(90), toBlock: numberToHex(96) }).result, []);
});

Deno.test("SimulatedNode takes transactions of types 0, 1 and 2, refuses bad ones, mines the good", async () => {
  const own = stillChain(9, 8453);
  const ask = caller(own);
  const fees = { maxFeePerGas: 10n ** 12n, maxPriorityFeePerGas: 10n ** 9n };
  const common = { chainId: 8453, to: address, value: 1n, gas: 21_000n };
  const signed = await Promise.all([
    account.signTransaction({ ...common, type: "legacy", nonce: 0, gasPrice: 10n ** 12n }),
    account.signTransaction({
      ...common,
      type: "eip2930",
      nonce: 1,
      gasPrice: 10n ** 12n,
      accessList: [{ address, storageKeys: [`0x${"01".repeat(32)}`] }],
    }),
    account.signTransaction({ ...common, ...fees, type: "eip1559", nonce: 2 }),
  ]);
  // The last one first: it waits for the others.
  const hashes = signed.toReversed().map((raw) => ask("eth_sendRawTransaction", raw).result as string);
  for (const hash of hashes) assert.match(hash, /^0x[0-9a-f]{64}$/);
  const refusals = await Promise.all([
    account.signTransaction({ ...common, ...fees, chainId: 1, nonce: 3 }),
    account.signTransaction({ ...common, ...fees, gas: 20_000n, nonce: 3 }),
    account.signTransaction({ ...common, ...fees, gas: 40_000_000n, nonce: 3 }),
    account.signTransaction({ ...common, ...fees, value: 10n ** 30n, nonce: 3 }),
    account.signTransaction({ ...common, ...fees, value: 2n, nonce: 2 }),
  ]);
  const texts = refusals.map((raw) => ask("eth_sendRawTransaction", raw).error?.message);
  assert.equal(texts[0], "invalid chain id for signer: have 1 want 8453");
  assert.equal(texts[1], "intrinsic gas too low: gas 20000, minimum needed 21000");
  assert.equal(texts[2], "exceeds block gas limit");
  assert.match(
    texts[3]!,
    /^insufficient funds for gas \* price \+ value: balance \d+, tx cost \d+, overshot \d+$/,
  );
  assert.equal(texts[4], "replacement transaction underpriced");
  own.mine();
  for (const hash of hashes) {
    const receipt = ask("eth_getTransactionReceipt", hash).result;
    assert.equal(receipt.status, "0x1");
    assert.equal(receipt.from, address.toLowerCase());
    assert.equal(receipt.blockNumber, numberToHex(97));
  }
  assert.equal(ask("eth_getTransactionCount", address, "latest").result, "0x3");
});
