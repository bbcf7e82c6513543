import assert from "node:assert/strict";
import type { ProviderChainFault } from "../../../battle/simulator/chain_overlay.ts";
import type { FaultReach } from "../../../battle/simulator/answer_overlay.ts";
import { liedMethods } from "../../../battle/simulator/lie.ts";
import { TcpProxy } from "../../../battle/chaos/tcp_proxy.ts";
import type { SimulatedChain } from "../../../battle/simulator/chain.ts";
import type { SimulatedProvider } from "../../../battle/simulator/provider.ts";
import { systemClock } from "../../../core/clock.ts";
import { seededRandom } from "../../../core/random.ts";
import { until } from "../../support/until.ts";
import { RawSocket } from "../simulator/raw_socket.ts";
import { type Answer, startProvider, stillChain } from "../simulator/support.ts";

const all: FaultReach = { share: 1, methods: null, seed: 1 };

/** A provider that tells of a fault, an honest one beside it, and a socket and a caller of each. */
interface Scene extends AsyncDisposable {
  readonly chain: SimulatedChain;
  readonly provider: SimulatedProvider;
  readonly socket: RawSocket;
  call(method: string, ...params: unknown[]): Promise<Answer>;
  honest(method: string, ...params: unknown[]): Promise<Answer>;
  begin(fault: ProviderChainFault): () => void;
}

async function scene(): Promise<Scene> {
  const chain = stillChain();
  await using started = new AsyncDisposableStack();
  const provider = started.use(await startProvider(chain));
  const other = started.use(await startProvider(chain, { name: "other" }));
  const deps = { clock: systemClock, random: seededRandom(1) };
  const proxy = started.use(await TcpProxy.start({ host: "127.0.0.1", port: provider.port }, deps));
  const socket = started.use(await RawSocket.open(`ws://${proxy.host}:${proxy.port}`));
  const kept = started.move();
  return {
    chain,
    provider,
    socket,
    call: (method, ...params) => ask(`http://${proxy.host}:${proxy.port}`, method, params),
    honest: (method, ...params) => ask(other.url, method, params),
    begin: (fault) => provider.begin(fault, all),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

async function ask(url: string, method: string, params: readonly unknown[]): Promise<Answer> {
  const response = await fetch(url, {
    method: "POST",
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
  });
  return await response.json() as Answer;
}

Deno.test("chain fault lag: an older head over HTTP and WebSocket, no new ones till it has caught up, then they come", async () => {
  await using at = await scene();
  await at.socket.subscribe("newHeads");
  const end = at.begin({ kind: "lag", blocks: 3 });
  assert.equal((await at.call("eth_blockNumber")).result, "0x5d");
  assert.equal((await at.socket.call("eth_blockNumber")).result, "0x5d");
  assert.equal((await at.honest("eth_blockNumber")).result, "0x60");
  at.chain.mine();
  await at.socket.settled();
  assert.equal(at.socket.events.length, 0);
  end();
  assert.equal((await at.socket.results(1))[0].number, "0x61");
  assert.equal((await at.call("eth_blockNumber")).result, "0x61");
});

Deno.test("chain faults lag and wrong_chain_id compose; settings stay as they were", async () => {
  await using at = await scene();
  const before = at.provider.settings;
  const ends = [at.begin({ kind: "lag", blocks: 3 }), at.begin({ kind: "lag", blocks: 9 })];
  ends.push(at.begin({ kind: "wrong_chain_id", chainId: 5 }));
  assert.equal((await at.call("eth_blockNumber")).result, "0x57");
  ends[1]!();
  assert.equal((await at.call("eth_blockNumber")).result, "0x5d");
  assert.equal((await at.call("eth_chainId")).result, "0x5");
  at.provider.set({ getLogsRange: 10 });
  ends[0]!();
  ends[2]!();
  assert.equal((await at.call("eth_blockNumber")).result, "0x60");
  assert.deepEqual(at.provider.settings, { ...before, getLogsRange: 10 });
});

Deno.test("chain fault wrong_chain_id: eth_chainId and net_version, over both ways", async () => {
  await using at = await scene();
  const end = at.begin({ kind: "wrong_chain_id", chainId: 10 });
  assert.equal((await at.call("eth_chainId")).result, "0xa");
  assert.equal((await at.socket.call("net_version")).result, "10");
  end();
  assert.equal((await at.call("eth_chainId")).result, "0x1");
  assert.equal((await at.socket.call("net_version")).result, "1");
});

Deno.test("chain fault stall: nothing is answered or announced, all of it comes afterwards", async () => {
  await using at = await scene();
  await at.socket.subscribe("newHeads");
  const end = at.begin({ kind: "stall" });
  const pending = at.call("eth_blockNumber");
  const id = at.socket.send("eth_chainId");
  at.chain.mine();
  assert.equal((await at.honest("eth_blockNumber")).result, "0x61");
  await until("the request arrived", () => at.provider.stats.httpRequests === 1);
  assert.equal(at.socket.messages.length, 1);
  assert.equal(at.socket.closed, undefined);
  end();
  assert.equal((await pending).result, "0x61");
  await until("the socket is answered", () => at.socket.messages.some((message) => message.id === id));
  await at.socket.results(1);
});

Deno.test("chain fault stall_subscriptions: calls are answered, announcements stop", async () => {
  await using at = await scene();
  await at.socket.subscribe("newHeads");
  const end = at.begin({ kind: "stall_subscriptions" });
  at.chain.mine();
  assert.equal((await at.socket.call("eth_blockNumber")).result, "0x61");
  assert.equal(at.socket.events.length, 0);
  end();
  at.chain.mine();
  assert.deepEqual((await at.socket.results(1)).map(({ number }) => number), ["0x62"]);
});

Deno.test("chain fault forked_head: a branch of its own, with real hashes, that others don't know, and back", async () => {
  await using at = await scene();
  await at.socket.subscribe("newHeads");
  const canonical = (await at.call("eth_getBlockByNumber", "latest", false)).result;
  const end = at.begin({ kind: "forked_head", depth: 3 });
  const forked = (await at.call("eth_getBlockByNumber", "latest", false)).result;
  assert.equal(forked.number, canonical.number);
  assert.notEqual(forked.hash, canonical.hash);
  assert.deepEqual((await at.honest("eth_getBlockByNumber", "latest", false)).result, canonical);
  assert.equal((await at.honest("eth_getBlockByHash", forked.hash, false)).result, null);
  assert.equal((await at.call("eth_getBlockByHash", forked.hash, false)).result.hash, forked.hash);
  const own: { readonly hash: string; readonly parentHash: string }[] = [];
  for (let number = 93; number <= 96; number++) {
    own.push((await at.call("eth_getBlockByNumber", `0x${number.toString(16)}`, false)).result);
  }
  own.slice(1).forEach((block, index) => assert.equal(block.parentHash, own[index]!.hash));
  assert.equal(own[0]!.hash, (await at.honest("eth_getBlockByNumber", "0x5d", false)).result.hash);
  const told = await at.socket.results(3);
  assert.deepEqual(told.map(({ hash }) => hash), own.slice(1).map(({ hash }) => hash));
  const tx = forked.transactions[0];
  assert.equal((await at.call("eth_getTransactionReceipt", tx)).result.blockHash, forked.hash);
  assert.equal((await at.honest("eth_getTransactionReceipt", tx)).result, null);

  at.chain.mine();
  const grown = await at.socket.results(4);
  assert.equal(grown[3].parentHash, forked.hash);
  end();
  const back = await at.socket.results(8);
  assert.deepEqual(back.slice(4).map(({ number }) => number), ["0x5e", "0x5f", "0x60", "0x61"]);
  assert.equal(back[7].hash, at.chain.head.hash);
  assert.equal((await at.call("eth_getBlockByHash", forked.hash, false)).result, null);
});

Deno.test("chain fault pruned: old state and old logs are gone", async () => {
  await using at = await scene();
  const address = at.chain.accounts[0]!.address;
  const end = at.begin({ kind: "pruned", keepBlocks: 10 });
  assert.match((await at.call("eth_getBalance", address, "0x56")).error!.message, /^missing trie node/);
  assert.deepEqual((await at.socket.call("eth_getLogs", { fromBlock: "0x56", toBlock: "0x57" })).error, {
    code: 4444,
    message: "pruned history unavailable",
  });
  assert.ok((await at.call("eth_getBalance", address, "0x57")).result);
  assert.ok((await at.call("eth_getLogs", { fromBlock: "0x57", toBlock: "latest" })).result.length > 0);
  end();
  assert.ok((await at.call("eth_getBalance", address, "0x1")).result);
  assert.ok((await at.call("eth_getLogs", { fromBlock: "0x1", toBlock: "0x2" })).result);
});

Deno.test("chain fault skip_events: heads and logs are not announced", async () => {
  await using at = await scene();
  await at.socket.subscribe("newHeads");
  await at.socket.subscribe("logs", {});
  const end = at.begin({ kind: "skip_events", share: 1 });
  for (let count = 0; count < 3; count++) at.chain.mine();
  await at.socket.settled();
  assert.equal(at.socket.events.length, 0);
  end();
  at.chain.mine();
  await at.socket.results(1);
});

Deno.test("chain fault duplicate_events: each head comes twice", async () => {
  await using at = await scene();
  await at.socket.subscribe("newHeads");
  const end = at.begin({ kind: "duplicate_events", share: 1 });
  at.chain.mine();
  const [first, second] = await at.socket.results(2);
  assert.equal(first.hash, second.hash);
  end();
  at.chain.mine();
  await at.socket.settled();
  assert.equal(at.socket.events.length, 3);
});

Deno.test("chain fault late_events: announced so much later than calls know of it", async () => {
  await using at = await scene();
  await at.socket.subscribe("newHeads");
  at.begin({ kind: "late_events", ms: 80 });
  const started = performance.now();
  at.chain.mine();
  assert.equal((await at.socket.call("eth_blockNumber")).result, "0x61");
  assert.equal(at.socket.events.length, 0);
  await at.socket.results(1);
  assert.ok(performance.now() - started >= 79);
});

Deno.test("chain fault lying: well-formed, false, the same each time; the truth comes back", async () => {
  await using at = await scene();
  const { chain } = at;
  const view = chain.view();
  const block = [95, 94, 93, 92, 91].map((number) => view.at(number)!).find((found) =>
    found.logs().length > 2
  )!;
  const height = `0x${block.number.toString(16)}`;
  const token = block.logs()[0]!.address;
  const params: Readonly<Record<typeof liedMethods[number], readonly unknown[]>> = {
    eth_getBalance: [chain.accounts[0]!.address, height],
    eth_call: [{ to: token, data: `0x18160ddd` }, height],
    eth_getStorageAt: [token, "0x0", height],
    eth_getLogs: [{ fromBlock: height, toBlock: height }],
    eth_getTransactionReceipt: [block.transactions[0]!.hash],
    eth_getBlockReceipts: [height],
  };
  const end = at.begin({ kind: "lying" });
  for (const method of liedMethods) {
    const truth = (await at.honest(method, ...params[method])).result;
    const lie = (await at.call(method, ...params[method])).result;
    assert.notDeepEqual(lie, truth, method);
    assert.deepEqual((await at.socket.call(method, ...params[method])).result, lie, method);
    assert.equal(typeof lie, typeof truth);
    if (method === "eth_call" || method === "eth_getStorageAt") assert.match(lie, /^0x[0-9a-f]{64}$/);
    if (method === "eth_getBalance") assert.match(lie, /^0x[1-9a-f][0-9a-f]*$/);
    if (method === "eth_getLogs") assert.equal(lie.length, truth.length - 1);
  }
  assert.equal((await at.call("eth_blockNumber")).result, "0x60");
  end();
  for (const method of liedMethods) {
    assert.deepEqual(
      (await at.call(method, ...params[method])).result,
      (await at.honest(method, ...params[method])).result,
    );
  }
});

Deno.test("SimulatedProvider.begin() refuses a chain fault that makes no sense, and keeps none of it", async () => {
  await using at = await scene();
  assert.throws(
    () => at.begin({ kind: "lag", blocks: -1 }),
    { message: "Cannot change the chain as blocks of lag must be a whole number of 0 or more: it is -1." },
  );
  assert.throws(
    () => at.begin({ kind: "skip_events", share: 1.5 }),
    /share of skip_events must be 0 to 1: it is 1\.5/,
  );
  assert.throws(
    () => at.begin({ kind: "forked_head", depth: 0 }),
    /The fault does not fit: Cannot fork a provider off as depth must be a whole number from 1 to 96/,
  );
  assert.equal((await at.call("eth_blockNumber")).result, "0x60");
});
