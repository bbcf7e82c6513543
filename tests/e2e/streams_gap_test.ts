// A gap that can't be filled, and what each client library makes of it: `?gaps=` close, notify and continue, with raw
// sockets, viem and ethers. What the libraries do is theirs; it is pinned here because docs/streams.md tells of it.

import assert from "node:assert/strict";
import { WebSocketProvider } from "ethers";
import { createPublicClient, type PublicClient, webSocket } from "viem";
import { mainnet } from "viem/chains";
import type { OnGap } from "../../core/settings.ts";
import type { LedgerSubscription } from "../support/ledger_client.ts";
import { StreamStage } from "../support/stream_stage.ts";
import { until } from "../support/until.ts";

const modes: readonly OnGap[] = ["close", "notify", "continue"];
const maxBackfill = 2;
const lost = 5;

function startStage(): Promise<StreamStage> {
  const subscriptions = { max_backfill_blocks: maxBackfill };
  return StreamStage.start({ blockTimeMs: 0, chain: { subscriptions } });
}

/** All providers are away for more blocks than may be fetched. Returns the number of the block before. */
async function outage(stage: StreamStage): Promise<number> {
  const before = stage.chain.head.number;
  for (const provider of stage.providers) await provider.kill();
  for (let k = 0; k < lost; k++) stage.chain.mine();
  for (const provider of stage.providers) await provider.revive();
  await until("the gap is seen", () => stage.metric("lasso_stream_gaps_total") > 0);
  return before;
}

function story({ entries }: LedgerSubscription): (number | string)[] {
  return entries.map((entry) => {
    if (entry.kind === "head") return entry.number;
    if (entry.kind === "gap") return `${entry.fromBlock} to ${entry.toBlock}`;
    return entry.kind === "end" ? `closed with ${entry.code}` : "a log";
  });
}

Deno.test("?gaps= says what a client hears of a gap, on_gap what the others hear", async () => {
  await using stage = await startStage();
  await using stack = new AsyncDisposableStack();
  const clients = await Promise.all(["", ...modes.map((mode) => `?gaps=${mode}`)].map(async (query) => {
    const client = stack.use(await stage.connect(query, query));
    return { client, heads: await client.heads() };
  }));
  const has = (number: number, ...which: readonly number[]) => (): boolean =>
    which.every((index) => story(clients[index]!.heads).includes(number));
  const first = stage.chain.mine().number;
  await until("all have the first block", has(first, 0, 1, 2, 3));
  const before = await outage(stage);
  const next = stage.chain.mine().number;
  await until("who stays has the next block", has(next, 2, 3));
  const [from, back] = [before + 1, before + lost];
  for (const index of [0, 1]) {
    const { client, heads } = clients[index]!;
    const { code, reason } = await client.socket.closed();
    assert.equal(code, 1012);
    assert.match(reason, new RegExp(`gap: blocks ${from} to ${back - 1} `));
    assert.deepEqual(story(heads), [first, "closed with 1012"]);
  }
  assert.deepEqual(story(clients[2]!.heads), [first, `${from} to ${back - 1}`, back, next]);
  assert.deepEqual(story(clients[3]!.heads), [first, back, next]);
  const reports = clients.map(({ heads }) => heads.check(stage.ledger));
  assert.deepEqual(reports.map(({ announcedGaps }) => announcedGaps), [1, 1, 1, 0]);
  assert.deepEqual(reports.map(({ missing }) => missing.length), [0, 0, 0, lost - 1]);
  const told = clients[2]!.client.socket.messages.find((text) => text.includes("-32000"));
  const { params } = JSON.parse(told!) as { params: { error: unknown } };
  assert.deepEqual(params.error, {
    code: -32000,
    message: `Blocks ${from} to ${back - 1} could not be made up for.`,
    data: { reason: "gap", from_block: `0x${from.toString(16)}`, to_block: `0x${(back - 1).toString(16)}` },
  });
  await assert.rejects(stage.connect("bad", "?gaps=perhaps"));
});

interface Seen {
  readonly numbers: number[];
  readonly errors: Error[];
  readonly client: PublicClient;
}

/** viem, with a short wait before it connects again. */
async function withViem(stage: StreamStage, mode: OnGap, run: (seen: Seen) => Promise<void>): Promise<void> {
  const transport = webSocket(`${stage.wsUrl}?gaps=${mode}`, { reconnect: { delay: 50 }, keepAlive: false });
  const client = createPublicClient({ chain: mainnet, transport });
  const seen: Seen = { numbers: [], errors: [], client: client as unknown as PublicClient };
  client.watchBlockNumber({
    onBlockNumber: (number) => seen.numbers.push(Number(number)),
    onError: (error) => seen.errors.push(error),
  });
  await until("viem has subscribed", () => stage.metric("lasso_stream_clients") === 1);
  try {
    await run(seen);
  } finally {
    (await client.transport.getRpcClient()).close();
    await until("viem has left", () => stage.lasso.server.state.websockets() === 0);
  }
}

for (const mode of ["close", "notify"] as const) {
  const what = mode === "close" ? "its socket closed" : "a message that it can't read";
  Deno.test(`viem takes a gap with ?gaps=${mode} for ${what}: it says so, connects again and goes on`, async () => {
    await using stage = await startStage();
    await withViem(stage, mode, async ({ numbers, errors, client }) => {
      const first = stage.chain.mine().number;
      await until("viem has the first block", () => numbers.includes(first));
      await outage(stage);
      await until("viem complains", () => errors.length > 0);
      assert.match(String(errors[0]), mode === "close" ? /The socket has been closed/ : /TypeError/);
      const { length } = numbers;
      await until("viem goes on", () => stage.chain.mine() !== undefined && numbers.length > length + 2);
      const after = numbers.slice(length);
      assert.deepEqual(after, Array.from(after, (_, index) => after[0]! + index));
      assert.ok(await client.getBlockNumber({ cacheTime: 0 }) >= BigInt(after.at(-1)!));
    });
  });
}

Deno.test("viem does not notice a gap with ?gaps=continue", async () => {
  await using stage = await startStage();
  await withViem(stage, "continue", async ({ numbers, errors }) => {
    const first = stage.chain.mine().number;
    await until("viem has the first block", () => numbers.includes(first));
    const before = await outage(stage);
    const next = stage.chain.mine().number;
    await until("viem goes on", () => numbers.includes(next));
    assert.deepEqual(numbers, [first, before + lost, next]);
    assert.deepEqual(errors.map(String), []);
  });
});

/** ethers, with what nobody catches: its own promises, which end a process in Deno and Node alike. */
async function withEthers(
  stage: StreamStage,
  mode: OnGap,
  run: (client: WebSocketProvider, numbers: number[], uncaught: unknown[]) => Promise<void>,
): Promise<void> {
  const uncaught: unknown[] = [];
  const onUncaught = (event: PromiseRejectionEvent): void => {
    event.preventDefault();
    uncaught.push(event.reason);
  };
  globalThis.addEventListener("unhandledrejection", onUncaught);
  const client = new WebSocketProvider(`${stage.wsUrl}?gaps=${mode}`, 1, { staticNetwork: true });
  const numbers: number[] = [];
  try {
    await client.on("block", (number: number) => numbers.push(number));
    await until("ethers has subscribed", () => stage.metric("lasso_stream_clients") === 1);
    await run(client, numbers, uncaught);
  } finally {
    await client.destroy();
    await until("ethers has left", () => stage.lasso.server.state.websockets() === 0);
    globalThis.removeEventListener("unhandledrejection", onUncaught);
  }
}

Deno.test("ethers says nothing when its socket is closed by a gap: who uses it must watch the socket", async () => {
  await using stage = await startStage();
  await withEthers(stage, "close", async (client, numbers, uncaught) => {
    const first = stage.chain.mine().number;
    await until("ethers has the first block", () => numbers.includes(first));
    const closed = Promise.withResolvers<number>();
    const socket = client.websocket as unknown as WebSocket;
    socket.addEventListener("close", ({ code }) => closed.resolve(code));
    await outage(stage);
    assert.equal(await closed.promise, 1012);
    stage.chain.mine();
    assert.deepEqual([numbers, uncaught], [[first], []]);
    assert.equal(stage.lasso.server.state.websockets(), 0);
  });
});

Deno.test("ethers breaks on a gap with ?gaps=notify: a rejection that nobody catches, and no block after it", async () => {
  await using stage = await startStage();
  await withEthers(stage, "notify", async (_client, numbers, uncaught) => {
    const first = stage.chain.mine().number;
    await until("ethers has the first block", () => numbers.includes(first));
    await outage(stage);
    await until("ethers breaks", () => uncaught.length > 0);
    assert.match(String(uncaught[0]), /TypeError/);
    const before = uncaught.length;
    stage.chain.mine();
    await until("the next block breaks it too", () => uncaught.length > before);
    assert.deepEqual(numbers, [first]);
  });
});

Deno.test("ethers does not notice a gap with ?gaps=continue", async () => {
  await using stage = await startStage();
  await withEthers(stage, "continue", async (_client, numbers, uncaught) => {
    const first = stage.chain.mine().number;
    await until("ethers has the first block", () => numbers.includes(first));
    const before = await outage(stage);
    const next = stage.chain.mine().number;
    await until("ethers goes on", () => numbers.includes(next));
    assert.deepEqual([numbers, uncaught], [[first, before + lost, next], []]);
  });
});
