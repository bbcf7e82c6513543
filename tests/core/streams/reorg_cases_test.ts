// Cases of reorgs: what is taken back, what comes again, and what happens when one meets another trouble.

import assert from "node:assert/strict";
import { assertKept, oneLog, subscribed } from "../../support/stream_cases.ts";

const twoLogs = [...oneLog, ...oneLog];

Deno.test("Streams: logs of a branch that was left are removed, the newest first", async () => {
  const { world, client, heads, logs } = await subscribed();
  await using _ = world;
  await world.blocks(3, twoLogs);
  const n = world.chain.tip.number;
  world.reorg(2, 3, oneLog);
  await world.advance(1_000);
  assert.deepEqual(logs.story.slice(-9), [
    `${n}.0`,
    `${n}.1`,
    `-${n}.1`,
    `-${n}.0`,
    `-${n - 1}.1`,
    `-${n - 1}.0`,
    `${n - 1}.0`,
    `${n}.0`,
    `${n + 1}.0`,
  ]);
  assert.deepEqual(heads.story.slice(-5), [n - 1, n, n - 1, n, n + 1].map(String));
  const removals = logs.texts.filter((text) => text.includes('"removed":true'));
  assert.equal(removals.length, 4);
  assertKept({ world, client });
});

Deno.test("Streams: a reorg is told once, with its depth and where the branches part", async () => {
  const { world } = await subscribed();
  await using _ = world;
  await world.blocks(5, oneLog);
  const old = world.chain.tip;
  world.reorg(3, 4, oneLog);
  await world.advance(1_000);
  const told = world.events.filter(({ event }) => event === "stream.reorg").map(({ fields }) => fields);
  assert.equal(told.length, 1);
  const { chain, depth, old_head, new_head, ancestor } = told[0] as Record<
    string,
    { number: number; hash: string }
  >;
  assert.deepEqual([chain, depth], [world.route.chain.name, 3]);
  assert.deepEqual(old_head, { number: old.number, hash: old.hash });
  assert.equal(new_head?.number, old.number - 2);
  assert.equal(ancestor?.number, old.number - 3);
});

Deno.test("Streams: A → B → A delivers A's events a second time", async () => {
  const { world, client, heads, logs } = await subscribed();
  await using _ = world;
  await world.blocks(3, oneLog);
  const a = world.chain.tip;
  const n = a.number;
  world.reorg(2, 2, oneLog);
  await world.advance(1_000);
  world.chain.returnTo(a, 1, oneLog);
  await world.advance(1_000);
  assert.deepEqual(heads.story.slice(-7), [n - 1, n, n - 1, n, n - 1, n, n + 1].map(String));
  const story = [`${n - 1}.0`, `${n}.0`];
  const back = [`-${n}.0`, `-${n - 1}.0`];
  assert.deepEqual(logs.story.slice(-11), [...story, ...back, ...story, ...back, ...story, `${n + 1}.0`]);
  assertKept({ world, client });
});

Deno.test("Streams: a reorg below the place where the client came in", async () => {
  const { world, client, heads, logs } = await subscribed();
  await using _ = world;
  const n = world.chain.tip.number;
  world.reorg(6, 7, oneLog);
  await world.advance(1_000);
  assert.deepEqual(heads.story, [n - 5, n - 4, n - 3, n - 2, n - 1, n, n + 1].map(String));
  assert.equal(logs.story[0], `${n - 5}.0`, "no removals of logs that it never got");
  assertKept({ world, client });
});

Deno.test("Streams: a reorg while a gap is filled", async () => {
  const { world, client, heads } = await subscribed();
  await using _ = world;
  await world.blocks(4, oneLog);
  const upstream = world.upstream("p1");
  upstream.killWs();
  upstream.killHttp();
  await world.blocks(8, oneLog);
  upstream.httpUp = upstream.wsUp = true;
  upstream.traits.jitterMs = 2_500;
  const asked = upstream.count("eth_getBlockByNumber") + upstream.count("eth_getBlockByHash");
  const got = heads.story.length;
  await world.until(() =>
    upstream.count("eth_getBlockByNumber") + upstream.count("eth_getBlockByHash") > asked + 3
  );
  assert.equal(heads.story.length, got, "the gap is not filled yet");
  world.reorg(6, 7, oneLog);
  upstream.traits.jitterMs = 0;
  await world.advance(20_000);
  await world.blocks(3, oneLog);
  assertKept({ world, client });
});

Deno.test("Streams: a provider that shows only the last head of a reorg", async () => {
  const { world, client, heads } = await subscribed({
    providers: { p1: { traits: { onlyLastHead: true, tellsRemovals: false } } },
  });
  await using _ = world;
  await world.blocks(5, oneLog);
  const n = world.chain.tip.number;
  world.reorg(4, 5, oneLog);
  await world.advance(1_000);
  assert.deepEqual(heads.story.slice(-5), [n - 3, n - 2, n - 1, n, n + 1].map(String));
  assertKept({ world, client });
});

Deno.test("Streams: providers on different branches take nothing back from each other", async () => {
  const { world, client, heads } = await subscribed({
    providers: { p1: {}, p2: { traits: { propagationMs: 900 } } },
    chain: { race: { newHeads: 2, logs: 2 } },
  });
  await using _ = world;
  await world.blocks(4, oneLog);
  const n = world.chain.tip.number;
  world.reorg(3, 4, oneLog);
  await world.blocks(3, oneLog);
  assert.deepEqual(heads.story.slice(-7), [n - 2, n - 1, n, n + 1, n + 2, n + 3, n + 4].map(String));
  assertKept({ world, client });
});

Deno.test("Streams: twelve reorgs of growing depth over polling alone", async () => {
  const { world, client } = await subscribed({ providers: { p1: { ws: false } } });
  await using _ = world;
  for (let depth = 1; depth <= 12; depth++) {
    await world.blocks(depth, oneLog);
    world.reorg(depth, depth + 1, oneLog);
    await world.advance(2_000);
  }
  assertKept({ world, client });
});
