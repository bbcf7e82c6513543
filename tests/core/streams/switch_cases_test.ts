// Cases of a switch: what happens to the events around the moment at which an upstream is lost.

import assert from "node:assert/strict";
import { addresses } from "../../support/stream_chain.ts";
import { acknowledged, assertKept, numbers, oneLog, subscribed } from "../../support/stream_cases.ts";
import { StreamWorld } from "../../support/fake_stream_world.ts";

/** Two providers, one of which feeds the streams at a time. */
const inTurn = { providers: { p1: {}, p2: {} }, chain: { race: { newHeads: 1, logs: 1 } } };

Deno.test("Streams: head = last + 1 at the switch", async () => {
  const { world, client, heads } = await subscribed(inTurn);
  await using _ = world;
  const first = world.chain.tip.number + 1;
  await world.blocks(3);
  assert.deepEqual(heads.story, numbers(first, first + 2));
  world.upstream("p1").killWs();
  await world.blocks(3);
  assert.deepEqual(heads.story, numbers(first, first + 5));
  assertKept({ world, client });
});

Deno.test("Streams: blocks mined while the switch is under way are neither lost nor doubled", async () => {
  const { world, client } = await subscribed({
    ...inTurn,
    providers: { p1: {}, p2: { traits: { ackDelayMs: 2_500 } } },
  });
  await using _ = world;
  await world.blocks(2);
  world.upstream("p1").killWs();
  await world.blocks(6);
  assertKept({ world, client });
});

Deno.test("Streams: the socket dies between a head and its logs", async () => {
  const { world, client, heads, logs } = await subscribed({
    ...inTurn,
    providers: { p1: { traits: { logsDelayMs: 500 } }, p2: {} },
  });
  await using _ = world;
  await world.blocks(2, oneLog);
  world.mine([...oneLog, ...oneLog]);
  const { number } = world.chain.tip;
  await world.until(() => heads.story.at(-1) === String(number));
  assert.equal(logs.story.some((entry) => entry.startsWith(`${number}.`)), false);
  world.upstream("p1").killWs();
  await world.advance(1_000);
  assert.deepEqual(logs.story.slice(-2), [`${number}.0`, `${number}.1`]);
  assertKept({ world, client });
});

Deno.test("Streams: the socket dies between two logs of a block", async () => {
  const { world, client, logs } = await subscribed({
    ...inTurn,
    providers: { p1: { traits: { spacingMs: 50 } }, p2: {} },
  });
  await using _ = world;
  await world.blocks(5, oneLog);
  const before = logs.story.length;
  world.mine([...oneLog, ...oneLog, ...oneLog, ...oneLog]);
  await world.until(() => logs.story.length === before + 2);
  world.upstream("p1").killWs();
  await world.blocks(2, oneLog);
  assertKept({ world, client });
});

Deno.test("Streams: a quiet filter whose only log falls in the gap", async () => {
  const [quiet = "", loud = ""] = addresses;
  const { world, client, logs } = await subscribed({}, { address: quiet });
  await using _ = world;
  const noise = [{ address: loud, topics: [] }];
  await world.blocks(5, noise);
  world.upstream("p1").killWs();
  await world.blocks(2, noise);
  world.mine([...noise, { address: quiet, topics: [] }]);
  const { number } = world.chain.tip;
  await world.blocks(2, noise);
  world.upstream("p1").wsUp = true;
  await world.blocks(6, noise);
  assert.deepEqual(logs.story, [`${number}.1`]);
  assertKept({ world, client });
});

Deno.test("Streams: an event before the upstream's acknowledgement is kept", async () => {
  const world = new StreamWorld({ providers: { p1: { traits: { ackDelayMs: 3_000 } } } });
  await using _ = world;
  world.startMining();
  const client = world.client();
  const [heads, logs] = [client.heads(), client.logs()];
  await world.advance(1_000);
  assert.equal(heads.ack, null, "not acknowledged before the upstream's");
  await acknowledged(world, heads, logs);
  await world.advance(5_000);
  world.stopMining();
  await world.advance(500);
  assert.ok(heads.story.length >= 5);
  assertKept({ world, client });
});

Deno.test("Streams: the only HTTP provider is the one that failed", async () => {
  const { world, client } = await subscribed();
  await using _ = world;
  await world.blocks(3);
  world.upstream("p1").cutWs();
  world.upstream("p1").wsUp = false;
  await world.blocks(4);
  world.upstream("p1").wsUp = true;
  await world.blocks(4);
  assert.ok(world.upstream("p1").count("eth_getLogs") > 0, "it was asked for what its own socket lost");
  assertKept({ world, client });
});

Deno.test("Streams: all down, then back", async () => {
  const { world, client, heads } = await subscribed({ providers: { p1: {}, p2: {}, p3: { ws: false } } });
  await using _ = world;
  await world.blocks(3);
  const upstreams = [...world.upstreams.values()];
  for (const upstream of upstreams) {
    upstream.killHttp();
    upstream.killWs();
  }
  const before = heads.story.length;
  // Longer than backfill_timeout, which counts only while there is somebody to ask.
  await world.blocks(70);
  assert.equal(heads.story.length, before);
  world.upstream("p2").heal();
  await world.until(() => heads.story.length === before + 70, 90_000);
  await world.blocks(5);
  assertKept({ world, client });
});

Deno.test("Streams: a new upstream that lags gives nothing twice and takes nothing back", async () => {
  const { world, client, heads, logs } = await subscribed(inTurn);
  await using _ = world;
  await world.blocks(4, oneLog);
  const first = world.chain.tip.number - 3;
  world.upstream("p2").traits.lagBlocks = 4;
  world.upstream("p1").killHttp();
  world.upstream("p1").killWs();
  await world.blocks(4, oneLog);
  world.upstream("p2").traits.lagBlocks = 0;
  world.upstream("p2").follow();
  await world.blocks(2, oneLog);
  assert.deepEqual(heads.story, numbers(first, world.chain.tip.number));
  assert.deepEqual(logs.story, numbers(first, world.chain.tip.number).map((number) => `${number}.0`));
  assertKept({ world, client });
});

Deno.test("Streams: blocks each 250 ms through ten switches", async () => {
  const { world, client, heads } = await subscribed({ ...inTurn, blockTimeMs: 250 });
  await using _ = world;
  world.startMining();
  for (let nth = 0; nth < 10; nth++) {
    await world.advance(2_000);
    world.upstream(nth % 2 === 0 ? "p1" : "p2").cutWs();
  }
  await world.advance(3_000);
  world.stopMining();
  await world.advance(1_000);
  assert.ok(heads.story.length > 80, `${heads.story.length} heads`);
  assertKept({ world, client });
});
