// Cases of a stream's life: clients that share it, reloads, and faults of its own code.

import assert from "node:assert/strict";
import { FeedSet } from "../../../core/streams/feed_set.ts";
import { HeadFollower } from "../../../core/streams/head_follower.ts";
import { LogStream } from "../../../core/streams/log_stream.ts";
import { StreamWorld } from "../../support/fake_stream_world.ts";
import { acknowledged, assertKept, numbers, oneLog, subscribed } from "../../support/stream_cases.ts";

/** Subscriptions open at an upstream, as `newHeads` or `logs` in their order. */
function kinds(world: StreamWorld, id = "p1"): string[] {
  return world.upstream(id).subscriptions.map(({ kind }) => kind).sort();
}

Deno.test("Streams: a hundred clients on the same filter cost one upstream subscription", async () => {
  const world = new StreamWorld();
  await using _ = world;
  const clients = Array.from({ length: 100 }, () => world.client());
  const all = clients.flatMap((client, nth) => {
    // The same filter in other spellings.
    const address = `0x${(nth % 2 === 0 ? "a0" : "A0").repeat(20)}`;
    return [client.heads(), client.logs(nth % 3 === 0 ? { address: [address] } : { address, topics: [] })];
  });
  await acknowledged(world, ...all);
  for (const client of clients) client.keepsMessages = true;
  assert.deepEqual(kinds(world), ["logs", "newHeads"]);
  await world.blocks(3, oneLog);
  for (const client of clients) assertKept({ world, client });
  const [first, ...others] = clients.map(({ messages }) => messages);
  assert.ok(first !== undefined && first.length >= 6);
  for (const messages of others) {
    for (const message of messages) assert.ok(first.includes(message), "made once for all sockets");
  }
});

Deno.test("Streams: a client that joins in mid-stream gets what comes after its acknowledgement only", async () => {
  const { world, client } = await subscribed();
  await using _ = world;
  await world.blocks(4, oneLog);
  const late = world.client();
  const [heads, logs] = [late.heads(), late.logs()];
  await acknowledged(world, heads, logs);
  assert.deepEqual(kinds(world), ["logs", "newHeads"]);
  const n = world.chain.tip.number;
  assert.equal(heads.ack?.number, n);
  await world.blocks(2, oneLog);
  assert.deepEqual(heads.story, [`${n + 1}`, `${n + 2}`]);
  assert.deepEqual(logs.story, [`${n + 1}.0`, `${n + 2}.0`]);
  world.reorg(4, 5, oneLog);
  await world.advance(1_000);
  const removed = [`-${n + 2}.0`, `-${n + 1}.0`];
  assert.deepEqual(logs.story.slice(2), [...removed, ...numbers(n - 1, n + 3).map((block) => `${block}.0`)]);
  assertKept({ world, client });
  assertKept({ world, client: late });
});

Deno.test("Streams: the upstream's subscription ends 10 s after the last client's", async () => {
  const { world, client, heads, logs } = await subscribed();
  await using _ = world;
  await world.blocks(1);
  client.unsubscribe(logs);
  client.unsubscribe(heads);
  await world.advance(9_000);
  assert.deepEqual(kinds(world), ["logs", "newHeads"]);
  const again = client.heads();
  await acknowledged(world, again);
  await world.advance(12_000);
  assert.deepEqual(kinds(world), ["newHeads"]);
  client.leave();
  await world.advance(12_000);
  assert.deepEqual(kinds(world), []);
});

Deno.test("Streams: while only transactions are listened to, nothing is done for the head, not even at a reload", async () => {
  const { world, client } = await subscribed();
  await using _ = world;
  const other = world.client();
  other.service.subscribe('["newPendingTransactions"]', () => {});
  await world.advance(100);
  client.leave();
  await world.advance(12_000);
  const open = [...world.upstream("p1").subscriptions];
  assert.equal(open.length, 1);
  const calls = { fill: 0, reset: 0 };
  const [{ fill }, { reset }] = [FeedSet.prototype, HeadFollower.prototype];
  FeedSet.prototype.fill = function (): void {
    if (this.type === "newHeads") calls.fill++;
    fill.call(this);
  };
  HeadFollower.prototype.reset = function (): void {
    calls.reset++;
    reset.call(this);
  };
  try {
    await world.reload();
    await world.advance(1_000);
  } finally {
    FeedSet.prototype.fill = fill;
    HeadFollower.prototype.reset = reset;
  }
  assert.deepEqual(calls, { fill: 0, reset: 0 });
  assert.deepEqual(world.upstream("p1").subscriptions, open);
  other.leave();
  const again = world.client();
  await acknowledged(world, again.heads());
  await world.blocks(2);
  assertKept({ world, client: again });
});

Deno.test("Streams: eth_unsubscribe gives false for an id that the socket doesn't have", async () => {
  const { world, client, heads } = await subscribed();
  await using _ = world;
  const other = world.client();
  for (const id of [heads.id, "0x1234"]) {
    assert.deepEqual(other.service.unsubscribe(JSON.stringify([id])), { kind: "result", result: "false" });
  }
  client.unsubscribe(heads);
  assert.deepEqual(client.service.unsubscribe(JSON.stringify([heads.id])), {
    kind: "result",
    result: "false",
  });
  await world.blocks(2);
  assert.deepEqual(client.faults, []);
});

Deno.test("Streams: a slow subscribe at one upstream delays nobody else's", async () => {
  const world = new StreamWorld({
    providers: { slow: { traits: { ackDelayMs: 9_000 } }, p2: {} },
    chain: { race: { newHeads: 2, logs: 1 } },
  });
  await using _ = world;
  const client = world.client();
  const heads = client.heads();
  await world.until(() => heads.ack !== null, 4_000);
  await world.blocks(12);
  assertKept({ world, client });
});

Deno.test("Streams: a config reload in mid-stream that changes nothing keeps the upstream's subscriptions", async () => {
  const { world, client } = await subscribed({ providers: { p1: {}, p2: {} } });
  await using _ = world;
  await world.blocks(3, oneLog);
  const before = new Set([...world.upstreams.values()].flatMap(({ subscriptions }) => subscriptions));
  await world.reload();
  await world.blocks(3, oneLog);
  const after = [...world.upstreams.values()].flatMap(({ subscriptions }) => subscriptions);
  assert.equal(after.length, before.size);
  for (const one of after) assert.ok(before.has(one));
  assertKept({ world, client });
});

Deno.test("Streams: a config reload in mid-stream that takes the provider away", async () => {
  const { world, client, heads } = await subscribed({
    providers: { p1: {}, p2: {} },
    chain: { race: { newHeads: 1, logs: 1 } },
  });
  await using _ = world;
  await world.blocks(3, oneLog);
  await world.reload({}, { p2: {} });
  world.mine(oneLog);
  await world.blocks(3, oneLog);
  assert.deepEqual(kinds(world, "p1"), []);
  assert.equal(heads.story.length, 7);
  await world.reload({}, { p2: { settings: { priority: 2 } }, p1: {} });
  await world.blocks(3, oneLog);
  assert.equal(heads.story.length, 10);
  assertKept({ world, client });
});

Deno.test("Streams: a config reload while all is down", async () => {
  const { world, client } = await subscribed();
  await using _ = world;
  await world.blocks(3, oneLog);
  const upstream = world.upstream("p1");
  upstream.killHttp();
  upstream.killWs();
  await world.blocks(3, oneLog);
  await world.reload({}, { p1: { settings: { priority: 2 } } });
  await world.blocks(2, oneLog);
  upstream.heal();
  await world.advance(60_000);
  await world.blocks(3, oneLog);
  assertKept({ world, client });
});

/** The next call of this method throws; so a fault of the product's own code is made. */
function failOnce<T extends object, K extends keyof T>(prototype: T, name: K, after = 0): { calls: number } {
  const original = prototype[name] as (...args: unknown[]) => unknown;
  const seen = { calls: 0 };
  prototype[name] = function (this: T, ...args: unknown[]): unknown {
    if (seen.calls++ === after) {
      prototype[name] = original as T[K];
      throw new Error("a fault of its own");
    }
    return original.apply(this, args);
  } as T[K];
  return seen;
}

function faults(world: StreamWorld): number {
  return world.events.filter(({ event }) => event === "stream.fault").length;
}

Deno.test("Streams: a crash of the heads' own code restarts it with its position", async () => {
  const { world, client, heads } = await subscribed();
  await using _ = world;
  await world.blocks(3, oneLog);
  const before = heads.story.length;
  failOnce(HeadFollower.prototype, "offer");
  world.mine(oneLog);
  await world.until(() => faults(world) === 1, 1_000);
  const at = world.clock.now();
  await world.until(() => heads.story.length === before + 1, 1_000);
  assert.ok(world.clock.now() - at <= 500, "back within 500 ms");
  await world.blocks(3, oneLog);
  assertKept({ world, client });
});

Deno.test("Streams: a crash of the logs' own code restarts it with its position", async () => {
  for (const name of ["pushed", "heard", "popped"] as const) {
    const { world, client } = await subscribed();
    await using _ = world;
    await world.blocks(5, oneLog);
    failOnce(LogStream.prototype, name, 1);
    await world.blocks(1, [...oneLog, ...oneLog]);
    world.reorg(2, 3, oneLog);
    await world.blocks(3, oneLog);
    assert.equal(faults(world), 1, name);
    assertKept({ world, client });
  }
});

Deno.test("Streams: a crash while a gap is filled", async () => {
  const { world, client } = await subscribed();
  await using _ = world;
  await world.blocks(3, oneLog);
  world.upstream("p1").killWs();
  world.upstream("p1").killHttp();
  await world.blocks(6, oneLog);
  failOnce(LogStream.prototype, "pushed", 2);
  failOnce(HeadFollower.prototype, "renewed");
  world.upstream("p1").heal();
  await world.advance(60_000);
  await world.blocks(3, oneLog);
  assert.ok(faults(world) >= 1);
  assertKept({ world, client });
});
