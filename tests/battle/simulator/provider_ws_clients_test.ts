// viem and ethers over WebSocket, straight to a simulated provider: they must take what it announces for a node's.

import assert from "node:assert/strict";
import { Contract, id as topicOf, WebSocketProvider } from "ethers";
import {
  type Address,
  createPublicClient,
  erc20Abi,
  getAddress,
  type Hash,
  http,
  type Log,
  type PublicClient,
  webSocket,
} from "viem";
import { mainnet } from "viem/chains";
import type { SimBlock } from "../../../battle/simulator/block.ts";
import type { SimulatedChain } from "../../../battle/simulator/chain.ts";
import type { SimulatedProvider } from "../../../battle/simulator/provider.ts";
import { simTokens } from "../../../battle/simulator/world.ts";
import { until } from "../../support/until.ts";
import { startProvider, stillChain } from "./support.ts";

const [dollar] = simTokens;
const transfer = erc20Abi.find((item) => item.type === "event" && item.name === "Transfer")!;

interface Setting<Client> {
  readonly client: Client;
  readonly chain: SimulatedChain;
  readonly provider: SimulatedProvider;
}

async function withViem(run: (setting: Setting<PublicClient>) => Promise<void>): Promise<void> {
  const chain = stillChain();
  await using provider = await startProvider(chain);
  const transport = webSocket(provider.wsUrl, { keepAlive: false, reconnect: false, retryCount: 0 });
  const client = createPublicClient({ chain: mainnet, transport });
  try {
    await run({ client: client as unknown as PublicClient, chain, provider });
  } finally {
    const { close } = await client.transport.getRpcClient();
    close();
    await until("viem to leave", () => provider.stats.sockets.open === 0);
  }
}

async function withEthers(run: (setting: Setting<WebSocketProvider>) => Promise<void>): Promise<void> {
  const chain = stillChain();
  await using provider = await startProvider(chain);
  const client = new WebSocketProvider(provider.wsUrl, 1, { staticNetwork: true, cacheTimeout: -1 });
  try {
    await run({ client, chain, provider });
  } finally {
    await client.destroy();
    await until("ethers to leave", () => provider.stats.sockets.open === 0);
  }
}

function subscribed(provider: SimulatedProvider, count: number): Promise<true> {
  return until(`${count} subscriptions`, () => provider.stats.subscriptions.open === count || undefined);
}

Deno.test("SimulatedProvider viem watches blocks and block numbers, through a reorg", async () => {
  await withViem(async ({ client, chain, provider }) => {
    const hashes: (Hash | null)[] = [];
    const numbers: bigint[] = [];
    const errors: Error[] = [];
    const onError = (error: Error): void => void errors.push(error);
    const stops = [
      client.watchBlocks({ onBlock: ({ hash }) => hashes.push(hash), onError }),
      client.watchBlockNumber({ onBlockNumber: (number) => numbers.push(number), onError }),
    ];
    await subscribed(provider, 2);
    const mined: SimBlock[] = [];
    for (const step of [() => [chain.mine()], () => [chain.mine()], () => chain.reorg(1).added]) {
      mined.push(...step());
      // viem asks for each announced block by its number, so the next step must not come before.
      await until("the blocks", () => numbers.length === mined.length && hashes.length === mined.length);
    }
    assert.deepEqual(hashes, mined.map(({ hash }) => hash));
    assert.deepEqual(numbers, mined.map(({ number }) => BigInt(number)));
    assert.deepEqual(errors, []);
    for (const stop of stops) stop();
    await subscribed(provider, 0);
  });
});

Deno.test("SimulatedProvider viem watches decoded events, and hears of removed ones", async () => {
  await withViem(async ({ client, chain, provider }) => {
    const seen: Log[] = [];
    const address = dollar.address as Address;
    const stop = client.watchEvent({
      address,
      event: transfer,
      strict: true,
      onLogs: (logs) => seen.push(...logs as unknown as Log[]),
    });
    await subscribed(provider, 1);
    const first = chain.mine();
    const ours = first.logs().filter((log) => log.address === dollar.address);
    assert.ok(ours.length > 0);
    await until("the logs", () => seen.length === ours.length);
    assert.ok(seen.every((log) => (log as Log & { args: { value: bigint } }).args.value > 0n));
    const { added } = chain.reorg(1);
    const fresh = added.flatMap((block) => block.logs()).filter((log) => log.address === dollar.address);
    await until("the reorg's logs", () => seen.length === 2 * ours.length + fresh.length);
    const after = seen.slice(ours.length);
    assert.deepEqual(after.map(({ removed }) => removed), [
      ...ours.map(() => true),
      ...fresh.map(() => false),
    ]);
    assert.deepEqual(
      after.slice(ours.length).map(({ blockHash, logIndex }) => `${blockHash} ${logIndex}`),
      fresh.map(({ block, index }) => `${block.hash} ${index}`),
    );
    stop();
    await subscribed(provider, 0);
  });
});

Deno.test("SimulatedProvider viem watches pending transactions and calls over the same socket", async () => {
  await withViem(async ({ client, chain, provider }) => {
    const pending: Hash[] = [];
    client.watchPendingTransactions({ onTransactions: (hashes) => pending.push(...hashes) });
    await subscribed(provider, 1);
    const block = chain.mine();
    await until("the transactions", () => pending.length === block.transactions.length);
    assert.deepEqual(pending, block.transactions.map(({ hash }) => hash));
    assert.equal((await client.getBlock({ includeTransactions: true })).hash, block.hash);
    assert.equal(provider.stats.sockets.opened, 1);
  });
});

Deno.test("SimulatedProvider viem polls kept filters over HTTP", async () => {
  const chain = stillChain();
  await using provider = await startProvider(chain);
  const client = createPublicClient({ chain: mainnet, transport: http(provider.url, { retryCount: 0 }) });
  const blocks = await client.createBlockFilter();
  const events = await client.createEventFilter({ address: dollar.address as Address, event: transfer });
  const pending = await client.createPendingTransactionFilter();
  const block = chain.mine();
  assert.deepEqual(await client.getFilterChanges({ filter: blocks }), [block.hash]);
  const logs = await client.getFilterChanges({ filter: events });
  assert.ok(
    logs.length > 0 && logs.every((log) => log.blockHash === block.hash && log.args.to !== undefined),
  );
  assert.deepEqual(await client.getFilterLogs({ filter: events }), logs);
  assert.deepEqual(
    await client.getFilterChanges({ filter: pending }),
    block.transactions.map(({ hash }) => hash),
  );
  assert.equal(await client.uninstallFilter({ filter: blocks }), true);
  await assert.rejects(client.getFilterChanges({ filter: blocks }), /filter not found/);
});

Deno.test("SimulatedProvider ethers hears of blocks, of logs and of pending transactions", async () => {
  await withEthers(async ({ client, chain, provider }) => {
    const blocks: number[] = [];
    const logs: string[] = [];
    const pending: string[] = [];
    const filter = { address: dollar.address, topics: [topicOf("Transfer(address,address,uint256)")] };
    await client.on("block", (number: number) => blocks.push(number));
    await client.on(
      filter,
      (log: { blockHash: string; index: number }) => logs.push(`${log.blockHash} ${log.index}`),
    );
    await client.on("pending", (hash: string) => pending.push(hash));
    await subscribed(provider, 3);
    const mined = [chain.mine(), chain.mine()];
    const expected = mined.flatMap((block) => block.logs()).filter((log) => log.address === dollar.address)
      .map(({ block, index }) => `${block.hash} ${index}`);
    assert.ok(expected.length > 0);
    await until("all of it", () => blocks.length === 2 && logs.length === expected.length);
    assert.deepEqual(blocks, mined.map(({ number }) => number));
    assert.deepEqual(logs, expected);
    await until(
      "the pending ones",
      () => pending.length === mined.flatMap((block) => block.transactions).length,
    );
    await client.removeAllListeners();
    await subscribed(provider, 0);
  });
});

Deno.test("SimulatedProvider ethers decodes a contract's events over WebSocket", async () => {
  await withEthers(async ({ client, chain, provider }) => {
    const token = new Contract(dollar.address, [
      "event Transfer(address indexed from, address indexed to, uint256 value)",
      "function symbol() view returns (string)",
    ], client);
    const senders: string[] = [];
    await token.on("Transfer", (from: string) => senders.push(from));
    await subscribed(provider, 1);
    const logs = chain.mine().logs().filter((log) => log.address === dollar.address);
    await until("the events", () => senders.length === logs.length);
    assert.deepEqual(senders, logs.map(({ topics }) => getAddress(`0x${topics[1]!.slice(26)}`)));
    assert.equal(await token.getFunction("symbol")(), "USDS");
    await token.removeAllListeners();
  });
});
