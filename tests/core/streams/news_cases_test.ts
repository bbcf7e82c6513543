// What the streams tell the feed of themselves: who took over from a lost upstream, which blocks were fetched, and whose
// hash a head has.

import assert from "node:assert/strict";
import type { StreamWorld } from "../../support/fake_stream_world.ts";
import { assertKept, subscribed } from "../../support/stream_cases.ts";

/** Two providers, one of which feeds the streams at a time. */
const inTurn = { providers: { p1: {}, p2: {} }, chain: { race: { newHeads: 1, logs: 1 } } };

function told(world: StreamWorld, event: string, type: string): Record<string, unknown>[] {
  return world.events.filter((one) => one.event === event && one.fields.type === type)
    .map(({ fields }) => ({ ...fields }));
}

Deno.test("Streams: a failover is told when the upstream is lost, and again when another has taken over", async () => {
  const { world, client } = await subscribed({
    ...inTurn,
    providers: { p1: {}, p2: { traits: { ackDelayMs: 2_500 } } },
  });
  await using _ = world;
  await world.blocks(2);
  assert.deepEqual(told(world, "stream.failover", "newHeads"), []);
  world.upstream("p1").killWs();
  await world.blocks(6);
  const [lost, taken, ...more] = told(world, "stream.failover", "newHeads");
  assert.deepEqual([lost?.chain, lost?.from, lost?.to, lost?.after_ms], ["ethereum", "p1", null, null]);
  assert.deepEqual([taken?.from, taken?.to, more.length], ["p1", "p2", 0]);
  assert.ok(Number(taken?.after_ms) >= 2_500 && Number(taken?.after_ms) < 5_000, String(taken?.after_ms));
  assertKept({ world, client });
});

Deno.test("Streams: a failover to one that is open already is told once", async () => {
  const { world } = await subscribed({ ...inTurn, chain: { race: { newHeads: 2, logs: 1 } } });
  await using _ = world;
  await world.blocks(2);
  world.upstream("p1").killWs();
  await world.blocks(2);
  assert.deepEqual(
    told(world, "stream.failover", "newHeads").map(({ from, to, after_ms }) => [from, to, after_ms]),
    [
      ["p1", "p2", 0],
    ],
  );
});

Deno.test("Streams: blocks that were fetched are told as one backfill, with their ends", async () => {
  const { world, client } = await subscribed();
  await using _ = world;
  await world.blocks(5);
  assert.deepEqual(told(world, "stream.backfill", "newHeads"), []);
  const first = world.chain.tip.number + 1;
  world.upstream("p1").skipHeads = 2;
  await world.blocks(4);
  assert.deepEqual(told(world, "stream.backfill", "newHeads"), [
    { chain: "ethereum", type: "newHeads", from: first, to: first + 1, blocks: 2 },
  ]);
  assertKept({ world, client });
});

Deno.test("Streams: a head that a stream brought is announced with its hash", async () => {
  const { world } = await subscribed(inTurn);
  await using _ = world;
  await world.blocks(3);
  const { number, hash } = world.chain.tip;
  const head = world.events.findLast(({ event }) => event === "head")?.fields;
  assert.deepEqual([head?.block, head?.hash], [number, hash]);
});
