// One case for each setting of subscriptions: it has an effect, and this is the effect.

import assert from "node:assert/strict";
import { StreamWorld, type WorldOptions } from "../../support/fake_stream_world.ts";
import { acknowledged, assertKept, type Case, oneLog, subscribed } from "../../support/stream_cases.ts";

/** The only provider is away for so many blocks; the gap that is announced afterwards, or null when it was filled. */
async function away({ world, heads }: Case, blocks: number): Promise<string | null> {
  const upstream = world.upstream("p1");
  upstream.killHttp();
  upstream.killWs();
  const entries = heads.entries.length;
  await world.blocks(blocks);
  upstream.heal();
  await world.until(() => heads.entries.length > entries, 120_000);
  await world.blocks(2);
  return heads.story.find((entry) => entry.startsWith("[")) ?? null;
}

async function withSettings(
  subscriptions: WorldOptions["subscriptions"],
  more: WorldOptions = {},
): Promise<Case> {
  return await subscribed({ ...more, subscriptions: { onGap: "notify", ...subscriptions } });
}

Deno.test("max_backfill_blocks: gaps up to it are filled, longer ones are told", async () => {
  for (const [blocks, filled] of [[6, true], [7, true], [9, false]] as const) {
    const made = await withSettings({ maxBackfillBlocks: 6 });
    await using _ = made.world;
    await made.world.blocks(3);
    const gap = await away(made, blocks);
    // The newest of the blocks that came meanwhile is the head, and no part of the gap.
    assert.equal(gap === null, filled, `${blocks} blocks: ${gap}`);
  }
});

Deno.test("max_backfill_blocks auto: 32 blocks, or 120 s worth of them where that is more", async () => {
  const slow = await withSettings({ maxBackfillBlocks: null }, { blockTimeMs: 12_000 });
  await using _slow = slow.world;
  await slow.world.blocks(3);
  assert.equal(await away(slow, 32), null);
  const longer = await away(slow, 40);
  assert.notEqual(longer, null);
  const fast = await withSettings({ maxBackfillBlocks: null }, { blockTimeMs: 1_000 });
  await using _fast = fast.world;
  await fast.world.blocks(8);
  assert.equal(await away(fast, 90), null);
  assertKept(fast);
});

Deno.test("confirm_logs: always asks for every block that the bloom does not exclude", async () => {
  for (const [confirmLogs, found] of [["on_switch", false], ["always", true]] as const) {
    // Without blooms that can be trusted, and without a switch, nothing else would tell.
    const { world, logs } = await subscribed({ emptyBlooms: true, subscriptions: { confirmLogs } });
    await using _ = world;
    await world.blocks(8, oneLog);
    world.upstream("p1").skipLogs = 1;
    await world.blocks(1, oneLog);
    const { number } = world.chain.tip;
    await world.blocks(8, oneLog);
    assert.equal(logs.story.includes(`${number}.0`), found, confirmLogs);
    const { missing } = logs.check(world.chain.ledger);
    assert.equal(missing.length, found ? 0 : 1);
  }
});

Deno.test("backfill_timeout: what can't be fetched within it is a gap", async () => {
  for (const backfillTimeoutMs of [3_000, 12_000]) {
    const { world, heads } = await withSettings({ backfillTimeoutMs });
    await using _ = world;
    await world.blocks(3);
    const upstream = world.upstream("p1");
    upstream.instead = (method) =>
      method.startsWith("eth_getBlockBy")
        ? { error: { code: -32603, message: "internal error" } }
        : undefined;
    upstream.skipHeads = 1;
    await world.blocks(2);
    const at = world.clock.now();
    world.startMining();
    await world.until(() => heads.story.some((entry) => entry.startsWith("[")), 60_000);
    const waitedMs = world.clock.now() - at;
    assert.ok(waitedMs > backfillTimeoutMs - 2_000, `${waitedMs} of ${backfillTimeoutMs} ms`);
    assert.ok(waitedMs < backfillTimeoutMs + 5_000, `${waitedMs} of ${backfillTimeoutMs} ms`);
  }
});

Deno.test("subscription_timeout: a subscription that nobody confirms is refused with a clear error", async () => {
  for (const subscriptionTimeoutMs of [2_000, 10_000]) {
    const world = new StreamWorld({ subscriptions: { subscriptionTimeoutMs } });
    await using _ = world;
    world.upstream("p1").stalled = true;
    const client = world.client();
    const heads = client.heads();
    await world.advance(subscriptionTimeoutMs - 200);
    assert.equal(heads.refused, null);
    await world.advance(500);
    const { code, message } = JSON.parse(heads.refused ?? "{}") as { code: number; message: string };
    assert.equal(code, -32000);
    assert.match(message, /No provider of ethereum has confirmed the subscription in time/);
    assert.equal(client.service.count, 0);
  }
});

Deno.test("enable_gap_filling: false tells the gap at once and asks for no block", async () => {
  const { world, heads, logs, client } = await withSettings({ gapFilling: false });
  await using _ = world;
  await world.blocks(3, oneLog);
  const upstream = world.upstream("p1");
  const asked = upstream.count("eth_getBlockByHash");
  upstream.skipHeads = 2;
  const from = world.chain.tip.number + 1;
  await world.blocks(3);
  assert.ok(heads.story.includes(`[${from}-${from + 1}]`), heads.story.join(" "));
  assert.equal(upstream.count("eth_getBlockByHash"), asked);
  assert.ok(logs.story.some((entry) => entry.startsWith("[")));
  assert.deepEqual(client.faults, []);
});

Deno.test("stale_after: a silent subscription is left once others are ahead for so long", async () => {
  for (const staleAfterMs of [5_000, 15_000]) {
    const { world, client, heads } = await withSettings({ staleAfterMs }, {
      providers: { p1: {}, p2: {} },
      chain: { race: { newHeads: 1, logs: 1 } },
    });
    await using _ = world;
    await world.blocks(4, oneLog);
    const before = heads.story.length;
    const at = world.clock.now();
    world.upstream("p1").stall = "drop";
    world.startMining();
    await world.until(() => heads.story.length > before, 60_000);
    const waitedMs = world.clock.now() - at;
    assert.ok(waitedMs > staleAfterMs - 1_500, `${waitedMs} of ${staleAfterMs} ms`);
    assert.ok(waitedMs < staleAfterMs + 3_000, `${waitedMs} of ${staleAfterMs} ms`);
    await world.advance(5_000);
    world.stopMining();
    await world.advance(1_000);
    assertKept({ world, client });
  }
});

Deno.test("stale_after: an idle chain is not stale", async () => {
  const { world, client } = await withSettings({ staleAfterMs: 5_000 }, { providers: { p1: {}, p2: {} } });
  await using _ = world;
  await world.blocks(3, oneLog);
  const before = new Set([...world.upstreams.values()].flatMap(({ subscriptions }) => subscriptions));
  await world.advance(120_000);
  const after = [...world.upstreams.values()].flatMap(({ subscriptions }) => subscriptions);
  assert.ok(after.every((one) => before.has(one)), "no switch");
  assertKept({ world, client });
});

Deno.test("race: so many upstreams feed a stream, and the first copy of an event counts", async () => {
  for (const [newHeads, logs] of [[1, 1], [2, 1], [3, 2]] as const) {
    const world = new StreamWorld({
      providers: { p1: { traits: { latencyMs: 200 } }, p2: {}, p3: { traits: { latencyMs: 90 } } },
      chain: { race: { newHeads, logs } },
    });
    await using _ = world;
    const client = world.client();
    const subscriptions = [client.heads(), client.logs()];
    await acknowledged(world, ...subscriptions);
    await world.advance(3_000);
    const open = [...world.upstreams.values()].flatMap((upstream) => upstream.subscriptions);
    assert.equal(open.filter(({ kind }) => kind === "newHeads").length, newHeads);
    assert.equal(open.filter(({ kind }) => kind === "logs").length, logs);
    await world.blocks(4, oneLog);
    world.mine(oneLog);
    const { number } = world.chain.tip;
    await world.advance(60);
    const told = subscriptions[0]?.story.includes(String(number));
    if (newHeads === 3) assert.ok(told, "the quickest one decides");
    await world.advance(1_000);
    assertKept({ world, client });
  }
});
