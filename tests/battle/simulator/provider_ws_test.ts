import assert from "node:assert/strict";
import { privateKeyToAccount } from "viem/accounts";
import { simTokens, swapContract } from "../../../battle/simulator/world.ts";
import { transferTopic } from "../../../battle/simulator/execute.ts";
import { until } from "../../support/until.ts";
import { RawSocket } from "./raw_socket.ts";
import { headerHash } from "./recompute.ts";
import { startProvider, stillChain } from "./support.ts";

const [dollar] = simTokens;

Deno.test("SimulatedProvider answers calls and batches over WebSocket, on the port of its HTTP", async () => {
  await using provider = await startProvider(stillChain());
  assert.equal(provider.wsUrl, provider.url.replace("http", "ws"));
  await using socket = await RawSocket.open(provider.wsUrl);
  assert.equal((await socket.call("eth_blockNumber")).result, "0x60");
  const batch = [1, 2].map((id) => ({ jsonrpc: "2.0", id: `b${id}`, method: "eth_chainId", params: [] }));
  socket.ws.send(JSON.stringify(batch));
  const answers = await until("the batch", () => socket.messages.find(Array.isArray));
  assert.deepEqual(answers, batch.map(({ id }) => ({ jsonrpc: "2.0", id, result: "0x1" })));
  socket.ws.send("{");
  await until("a parse error", () => socket.messages.some(({ error }) => error?.code === -32700));
  const { wsMessages, sockets, callsByMethod, httpRequests } = provider.stats;
  assert.deepEqual([wsMessages, httpRequests, callsByMethod], [3, 0, { eth_blockNumber: 1, eth_chainId: 2 }]);
  assert.deepEqual(sockets, { opened: 1, closed: 0, open: 1 });
});

Deno.test("SimulatedProvider announces heads as go-ethereum does: the header and its hash", async () => {
  const chain = stillChain();
  await using provider = await startProvider(chain);
  await using socket = await RawSocket.open(provider.wsUrl);
  const id = await socket.subscribe("newHeads");
  const { hash } = chain.mine();
  const [head] = await socket.results(1);
  assert.equal(socket.events[0]!.subscription, id);
  assert.equal(head.hash, hash);
  assert.equal(headerHash(head), hash);
  const { result: block } = await socket.call("eth_getBlockByHash", hash, false);
  for (const name of ["transactions", "uncles", "size", "withdrawals"]) delete block[name];
  assert.deepEqual(head, block);
});

Deno.test("SimulatedProvider announces the logs that fit: by address, topics and alternatives", async () => {
  const chain = stillChain();
  await using provider = await startProvider(chain);
  await using socket = await RawSocket.open(provider.wsUrl);
  const filters = [
    {},
    { address: dollar.address.toUpperCase().replace("0X", "0x") },
    { address: [dollar.address, swapContract], topics: [[transferTopic, `0x${"11".repeat(32)}`]] },
    { topics: [null, null, `0x${"00".repeat(12)}${swapContract.slice(2)}`] },
    { topics: [transferTopic, null, null, null] },
    { fromBlock: "0x64" },
  ];
  const ids: string[] = [];
  for (const filter of filters) ids.push(await socket.subscribe("logs", filter));
  for (let block = 0; block < 6; block++) chain.mine();
  await socket.settled();
  for (const [index, filter] of filters.entries()) {
    const got = socket.events.filter(({ subscription }) => subscription === ids[index]).map(({ result }) =>
      result
    );
    const query = { fromBlock: "0x61", toBlock: "0x66", ...filter };
    const { result: expected } = await socket.call("eth_getLogs", query);
    assert.deepEqual(got, expected);
    assert.equal(got.length > 0, index !== 4, `filter ${index}`);
  }
});

Deno.test("SimulatedProvider announces pending transactions, as hashes or whole", async () => {
  const chain = stillChain();
  await using provider = await startProvider(chain);
  await using socket = await RawSocket.open(provider.wsUrl);
  const hashes = await socket.subscribe("newPendingTransactions");
  const whole = await socket.subscribe("newPendingTransactions", true);
  const account = privateKeyToAccount(`0x${"45".repeat(32)}`);
  const fees = { maxFeePerGas: 10n ** 11n, maxPriorityFeePerGas: 10n ** 9n };
  const raw = await account.signTransaction({
    chainId: 1,
    nonce: 0,
    to: account.address,
    gas: 21_000n,
    ...fees,
  });
  const { result: hash } = await socket.call("eth_sendRawTransaction", raw);
  const mined = chain.mine().transactions.filter((tx) => tx.hash !== hash);
  await socket.settled();
  const of = (id: string): unknown[] =>
    socket.events.filter(({ subscription }) => subscription === id).map(({ result }) => result);
  assert.deepEqual(of(hashes), [hash, ...mined.map((tx) => tx.hash)]);
  const [first] = of(whole) as { hash: string; blockHash: null; from: string }[];
  assert.deepEqual([first!.hash, first!.blockHash, first!.from], [hash, null, account.address.toLowerCase()]);
  assert.equal(of(whole).length, 1 + mined.length);
});

Deno.test("SimulatedProvider announces the begin and the end of syncing", async () => {
  await using provider = await startProvider(stillChain());
  await using socket = await RawSocket.open(provider.wsUrl);
  await socket.subscribe("syncing");
  assert.equal((await socket.call("eth_syncing")).result, false);
  provider.set({ syncing: true, lagBlocks: 6 });
  const status = { startingBlock: "0x0", currentBlock: "0x5a", highestBlock: "0x60" };
  assert.deepEqual((await socket.call("eth_syncing")).result, status);
  provider.set({ syncing: false });
  assert.deepEqual(await socket.results(2), [{ syncing: true, status }, false]);
});

Deno.test("SimulatedProvider ends a subscription on eth_unsubscribe and with its socket", async () => {
  const chain = stillChain();
  await using provider = await startProvider(chain);
  await using socket = await RawSocket.open(provider.wsUrl);
  const id = await socket.subscribe("newHeads");
  assert.match(id, /^0x[1-9a-f][0-9a-f]{20,31}$/);
  await socket.subscribe("logs", {});
  assert.equal((await socket.call("eth_unsubscribe", id)).result, true);
  assert.deepEqual((await socket.call("eth_unsubscribe", id)).error, {
    code: -32000,
    message: "subscription not found",
  });
  chain.mine();
  await socket.settled();
  assert.ok(socket.events.every(({ subscription }) => subscription !== id));
  assert.deepEqual(provider.stats.subscriptions, { opened: 2, closed: 1, open: 1 });
  socket.ws.close();
  await until("the subscription's end", () => provider.stats.subscriptions.open === 0);
  assert.deepEqual(provider.stats.sockets, { opened: 1, closed: 1, open: 0 });
  assert.deepEqual(provider.stats.subscriptionsByKind.newHeads, { opened: 1, closed: 1, open: 0 });
  assert.equal(provider.stats.events.newHeads, 0);
  assert.ok(provider.stats.events.logs > 0);
});

for (
  const [params, code, message] of [
    [[], -32602, "expected subscription name as first argument"],
    [["newBlocks"], -32601, 'no "newBlocks" subscription in eth namespace'],
    [["logs", { fromBlock: "0x10", toBlock: "0x5" }], -32602, "invalid block range params"],
    [["logs", { toBlock: "0x5" }], -32602, "invalid block range params"],
    [["logs", { topics: [1] }], -32602, undefined],
    [["logs", 7], -32602, undefined],
  ] as const
) {
  Deno.test(`SimulatedProvider refuses eth_subscribe ${JSON.stringify(params)}`, async () => {
    await using provider = await startProvider(stillChain());
    await using socket = await RawSocket.open(provider.wsUrl);
    const { error } = await socket.call("eth_subscribe", ...params);
    assert.equal(error?.code, code);
    if (message !== undefined) assert.equal(error?.message, message);
    assert.equal(provider.stats.subscriptions.opened, 0);
  });
}

Deno.test("SimulatedProvider refuses eth_subscribe over HTTP", async () => {
  await using provider = await startProvider(stillChain());
  const body = '{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["newHeads"]}';
  const { error } = await (await fetch(provider.url, { method: "POST", body })).json();
  assert.deepEqual(error, { code: -32601, message: "notifications not supported" });
});

Deno.test("SimulatedProvider acknowledges before it announces, in a batch too", async () => {
  const chain = stillChain();
  await using provider = await startProvider(chain);
  await using socket = await RawSocket.open(provider.wsUrl);
  const calls = ["newHeads", "newPendingTransactions"].map((kind, id) => ({
    jsonrpc: "2.0",
    id: `s${id}`,
    method: "eth_subscribe",
    params: [kind],
  }));
  socket.ws.send(JSON.stringify(calls));
  await until("the acknowledgement", () => socket.messages.length > 0);
  chain.mine();
  await socket.settled();
  const [[heads]] = socket.messages;
  assert.equal(socket.events.at(-1)?.subscription, heads.result);
});

Deno.test("SimulatedProvider announces a reorg: removed logs, then the new heads and their logs", async () => {
  const chain = stillChain();
  await using provider = await startProvider(chain);
  await using socket = await RawSocket.open(provider.wsUrl);
  const heads = await socket.subscribe("newHeads");
  const logs = await socket.subscribe("logs", {});
  const { removed, added } = chain.reorg(2);
  await socket.settled();
  const story = socket.events.map(({ subscription, result }) =>
    subscription === heads
      ? `head ${result.hash}`
      : `log ${result.blockHash} ${Number(result.logIndex)} ${result.removed ? "removed" : "new"}`
  );
  // go-ethereum tells removed logs oldest block first.
  const expected = removed.toReversed().flatMap((block) =>
    block.logs().map(({ index }) => `log ${block.hash} ${index} removed`)
  );
  for (const block of added) {
    expected.push(`head ${block.hash}`);
    for (const { index } of block.logs()) expected.push(`log ${block.hash} ${index} new`);
  }
  assert.deepEqual(story, expected);
  assert.ok(
    socket.events.some(({ subscription, result }) => subscription === logs && result.removed === true),
  );
});

Deno.test("SimulatedProvider that lags announces what becomes visible to it, reorgs included", async () => {
  const chain = stillChain();
  await using provider = await startProvider(chain, { lagBlocks: 2 });
  await using socket = await RawSocket.open(provider.wsUrl);
  await socket.subscribe("newHeads");
  const seen = async (): Promise<number[]> => {
    const { result } = await socket.call("eth_blockNumber");
    const heads = socket.events.map(({ result }) => Number(result.number));
    if (heads.length > 0) assert.equal(heads.at(-1), Number(result));
    return heads;
  };
  chain.mine();
  assert.deepEqual(await seen(), [95]);
  chain.reorg(2); // 96 and 97: it had seen neither.
  assert.deepEqual(await seen(), [95, 96]);
  chain.reorg(4); // 95 to 98, of which it had seen two.
  assert.deepEqual(await seen(), [95, 96, 95, 96, 97]);
  provider.set({ lagBlocks: 0 });
  assert.deepEqual(await seen(), [95, 96, 95, 96, 97, 98, 99]);
  provider.set({ lagBlocks: 3 });
  for (let block = 0; block < 4; block++) chain.mine();
  assert.deepEqual(await seen(), [95, 96, 95, 96, 97, 98, 99, 100]);
});
