// Kept filters, as a client over HTTP sees them.

import assert from "node:assert/strict";
import type { Outcome } from "../../../core/routing/outcome.ts";
import { StreamWorld } from "../../support/fake_stream_world.ts";

/** Calls through the pipeline, as the ingress does; the result parsed, or the error's message. */
async function call(world: StreamWorld, method: string, ...params: readonly unknown[]): Promise<unknown> {
  let outcome: Outcome | null = null;
  const token = JSON.stringify(method);
  const text = JSON.stringify(params);
  world.route.call({ kind: "call", id: "1", method, methodToken: token, params: text, meta: false }, {
    requestId: "r",
    receivedAt: world.clock.now(),
    ingress: "http",
    strategy: null,
    restriction: null,
    websocketUrl: "ws://lasso.test",
  }, (run) => outcome = run.outcome);
  await world.until(() => outcome !== null, 15_000);
  const ended = outcome as unknown as Outcome;
  if (ended.kind === "result") return JSON.parse(ended.result);
  if (ended.kind === "error") return `error: ${JSON.parse(ended.error).message}`;
  return ended.kind === "refusal" ? `refusal: ${ended.refusal.message}` : "stream";
}

/** Oldest first. */
function lastHashes({ chain }: StreamWorld, count: number): string[] {
  return Array.from({ length: count }, (_, k) => chain.back(count - 1 - k).hash);
}

const addressA = `0x${"a1".repeat(20)}`;
const topic = `0x${"01".repeat(32)}`;

Deno.test("eth_newBlockFilter gives each block's hash once, also when its upstream is lost", async () => {
  await using world = new StreamWorld({ providers: { p1: {}, p2: {} } });
  await world.blocks(3);
  const id = await call(world, "eth_newBlockFilter");
  assert.match(String(id), /^0x[0-9a-f]{32}$/);
  assert.deepEqual(await call(world, "eth_getFilterChanges", id), []);
  await world.blocks(2);
  world.upstream("p1").killWs();
  await world.blocks(2);
  await world.advance(2_000);
  const expected = lastHashes(world, 4);
  assert.deepEqual(await call(world, "eth_getFilterChanges", id), expected);
  assert.deepEqual(await call(world, "eth_getFilterChanges", id), []);
  assert.equal(await call(world, "eth_uninstallFilter", id), true);
  assert.equal(await call(world, "eth_uninstallFilter", id), false);
  assert.equal(await call(world, "eth_getFilterChanges", id), "error: filter not found");
});

Deno.test("eth_newFilter gives logs and their removals, within its range", async () => {
  await using world = new StreamWorld();
  await world.blocks(3);
  const head = world.chain.tip.number;
  const all = await call(world, "eth_newFilter", { address: addressA });
  const ranged = await call(world, "eth_newFilter", {
    address: addressA,
    fromBlock: `0x${(head + 2).toString(16)}`,
    toBlock: `0x${(head + 2).toString(16)}`,
  });
  await world.blocks(3, [{ address: addressA, topics: [topic] }]);
  world.reorg(1, 2, [{ address: addressA, topics: [topic] }]);
  await world.advance(5_000);
  const changes = await call(world, "eth_getFilterChanges", all) as {
    blockNumber: string;
    removed: boolean;
  }[];
  const told = changes.map(({ blockNumber, removed }) =>
    `${removed ? "-" : ""}${Number(blockNumber) - head}`
  );
  assert.deepEqual(told.slice(0, 5), ["1", "2", "3", "-3", "3"]);
  const few = await call(world, "eth_getFilterChanges", ranged) as { blockNumber: string }[];
  assert.deepEqual(few.map(({ blockNumber }) => Number(blockNumber) - head), [2]);
});

Deno.test("a kept filter ends when nobody asks for it", async () => {
  await using world = new StreamWorld({ blockTimeMs: 12_000 });
  await world.blocks(2);
  const [asked, forgotten] = [
    await call(world, "eth_newBlockFilter"),
    await call(world, "eth_newBlockFilter"),
  ];
  for (let minute = 0; minute < 6; minute++) {
    await world.advance(60_000);
    await call(world, "eth_getFilterChanges", asked);
  }
  assert.deepEqual(await call(world, "eth_getFilterChanges", asked), []);
  assert.equal(await call(world, "eth_getFilterChanges", forgotten), "error: filter not found");
});

Deno.test("a kept filter with a hole ends, so that nobody trusts it", async () => {
  await using world = new StreamWorld({ subscriptions: { maxBackfillBlocks: 2 } });
  await world.blocks(2);
  const id = await call(world, "eth_newBlockFilter");
  world.upstream("p1").killWs();
  world.upstream("p1").killHttp();
  for (let block = 0; block < 8; block++) world.mine();
  await world.advance(1_000);
  world.upstream("p1").heal();
  await world.blocks(2);
  await world.advance(40_000);
  assert.equal(await call(world, "eth_getFilterChanges", id), "error: filter not found");
});

Deno.test("a kept filter survives a reload", async () => {
  await using world = new StreamWorld({ providers: { p1: {}, p2: {} } });
  await world.blocks(2);
  const id = await call(world, "eth_newBlockFilter");
  await world.reload({}, { p2: {} });
  await world.blocks(2);
  await world.advance(2_000);
  const expected = lastHashes(world, 2);
  assert.deepEqual(await call(world, "eth_getFilterChanges", id), expected);
});

Deno.test("eth_newFilter refuses what it can't read", async () => {
  await using world = new StreamWorld();
  await world.blocks(1);
  assert.match(String(await call(world, "eth_newFilter", { address: "0x1" })), /20-byte hex address/);
  assert.match(String(await call(world, "eth_newFilter", { blockHash: topic })), /no blockHash/);
  const block = await call(world, "eth_newBlockFilter");
  assert.match(String(await call(world, "eth_getFilterLogs", block)), /filters of logs/);
});

Deno.test("eth_blockNumber is answered from the live heads while there are any", async () => {
  await using world = new StreamWorld();
  await world.blocks(2);
  world.client().heads();
  await world.blocks(3);
  const asked = world.upstream("p1").count("eth_blockNumber");
  assert.equal(Number(await call(world, "eth_blockNumber")), world.chain.tip.number);
  assert.equal(world.upstream("p1").count("eth_blockNumber"), asked);
});
