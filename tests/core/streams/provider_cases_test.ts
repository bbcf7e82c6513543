// Cases of providers that misbehave while they look healthy: what they skip is found, what they double is dropped.

import assert from "node:assert/strict";
import { acknowledged, assertKept, numbers, oneLog, subscribed } from "../../support/stream_cases.ts";
import { StreamWorld } from "../../support/fake_stream_world.ts";

Deno.test("Streams: a provider that skips a head", async () => {
  const { world, client, heads } = await subscribed();
  await using _ = world;
  await world.blocks(5);
  const first = world.chain.tip.number + 1;
  world.upstream("p1").skipHeads = 2;
  await world.blocks(4);
  assert.deepEqual(heads.story.slice(-4), numbers(first, first + 3));
  assertKept({ world, client });
});

Deno.test("Streams: a backfilled head is the same text as a live one would have been", async () => {
  const { world, heads } = await subscribed();
  await using _ = world;
  await world.blocks(2);
  world.upstream("p1").skipHeads = 1;
  await world.blocks(3);
  for (const text of heads.texts) {
    const { hash } = JSON.parse(text) as { hash: string };
    assert.deepEqual(JSON.parse(text), JSON.parse(world.chain.block(hash)?.headText ?? ""));
  }
  assert.equal(heads.texts.length, 5);
});

Deno.test("Streams: a provider that skips a block's logs is found out by the bloom at the next head", async () => {
  const { world, client, logs } = await subscribed();
  await using _ = world;
  await world.blocks(5, oneLog);
  world.upstream("p1").skipLogs = 1;
  world.mine(oneLog);
  const { number } = world.chain.tip;
  await world.advance(500);
  assert.equal(logs.story.includes(`${number}.0`), false);
  world.mine(oneLog);
  await world.advance(500);
  assert.deepEqual(logs.story.slice(-2), [`${number}.0`, `${number + 1}.0`]);
  assertKept({ world, client });
});

Deno.test("Streams: a provider that never tells logs is left", async () => {
  const { world, client } = await subscribed({
    providers: { p1: {}, p2: {} },
    chain: { race: { newHeads: 1, logs: 1 } },
  });
  await using _ = world;
  await world.blocks(5, oneLog);
  world.upstream("p1").skipLogs = 1_000;
  await world.blocks(8, oneLog);
  const feeds = world.upstream("p2").subscriptions.filter(({ kind }) => kind === "logs");
  assert.equal(feeds.length, 1, "the logs come from the other one now");
  assertKept({ world, client });
});

Deno.test("Streams: a provider that sends everything twice", async () => {
  const { world, client } = await subscribed({ providers: { p1: { traits: { duplicateRatio: 1 } } } });
  await using _ = world;
  await world.blocks(6, [...oneLog, ...oneLog]);
  world.reorg(3, 4, oneLog);
  await world.blocks(3, oneLog);
  assertKept({ world, client });
});

Deno.test("Streams: a provider that refuses logs subscriptions is asked no more, and its logs are fetched", async () => {
  const { world, client, logs } = await subscribed({
    providers: { p1: { traits: { refuses: new Set(["logs"]) } } },
  });
  await using _ = world;
  await world.blocks(4, oneLog);
  assert.equal(logs.story.length, 4);
  assertKept({ world, client });
});

Deno.test("Streams: providers without WebSocket are polled", async () => {
  const { world, client, heads } = await subscribed({ providers: { p1: { ws: false }, p2: { ws: false } } });
  await using _ = world;
  await world.blocks(4, oneLog);
  world.reorg(2, 3, oneLog);
  await world.advance(1_500);
  world.upstream("p1").killHttp();
  await world.blocks(4, oneLog);
  await world.advance(5_000);
  assert.ok(heads.story.length >= 11);
  assertKept({ world, client });
});

Deno.test("Streams: more events in one block than any buffer", async () => {
  const many = Array.from({ length: 25_000 }, () => oneLog[0]!);
  const { world, client, logs } = await subscribed({
    // The logs come before their head, so that all of them must be held.
    providers: { p1: { traits: { logsDelayMs: -400 } } },
  });
  await using _ = world;
  await world.blocks(5);
  const before = logs.entries.length;
  await world.blocks(1, many);
  await world.blocks(2, oneLog);
  assert.equal(logs.entries.length, before + 25_002);
  assertKept({ world, client });
});

Deno.test("Streams: an empty answer of a provider that does not know the block is not believed", async () => {
  const world = new StreamWorld({
    emptyBlooms: true,
    providers: {
      behind: { ws: false, traits: { lagBlocks: 3, unknownHash: "empty" } },
      p2: { traits: { refuses: new Set(["logs"]) } },
    },
  });
  await using _ = world;
  const client = world.client();
  const logs = client.logs();
  await acknowledged(world, logs);
  await world.blocks(8, oneLog);
  world.upstream("behind").heal();
  await world.advance(5_000);
  assert.equal(logs.story.length, 8);
  assertKept({ world, client });
});
