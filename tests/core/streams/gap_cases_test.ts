// Cases of gaps that can't be filled: who is told what, and that the stream goes on.

import assert from "node:assert/strict";
import { faultsOf } from "../../../battle/simulator/ledger_record.ts";
import type { OnGap } from "../../../core/settings.ts";
import { StreamWorld } from "../../support/fake_stream_world.ts";
import { acknowledged, assertKept, numbers, oneLog, subscribed } from "../../support/stream_cases.ts";

/** The only provider is away for so many blocks. */
async function miss(world: StreamWorld, blocks: number): Promise<void> {
  const upstream = world.upstream("p1");
  upstream.killHttp();
  upstream.killWs();
  await world.blocks(blocks, oneLog);
  upstream.heal();
}

/** A world in which at most five blocks are filled, after a gap of eight and some more blocks. */
async function afterGap(onGap: OnGap): Promise<Awaited<ReturnType<typeof subscribed>> & { from: number }> {
  const made = await subscribed({ subscriptions: { maxBackfillBlocks: 5, onGap } });
  const { world, client, heads } = made;
  await world.blocks(3, oneLog);
  const from = world.chain.tip.number + 1;
  await miss(world, 8);
  await world.until(() => heads.entries.length > 3 || client.closedWith !== null, 90_000);
  await world.blocks(3, oneLog);
  return { ...made, from };
}

function gapsTold(world: StreamWorld): string[] {
  return world.events.filter(({ event, fields }) => event === "stream.gap" && fields.type === "newHeads").map(
    (
      { fields },
    ) => `${fields.from_block}-${fields.to_block}`,
  );
}

Deno.test("Streams: a gap longer than the maximum closes the socket with 1012 and the reason", async () => {
  const { world, client, heads, logs, from } = await afterGap("close");
  await using _ = world;
  assert.equal(client.closedWith?.code, 1012);
  assert.match(client.closedWith?.reason ?? "", new RegExp(`^gap: blocks ${from} to ${from + 6} `));
  assert.deepEqual(heads.story, [...numbers(from - 3, from - 1), "!1012"]);
  assert.deepEqual(gapsTold(world), [`${from}-${from + 6}`]);
  for (const one of [heads, logs]) assert.equal(faultsOf(one.check(world.chain.ledger)), 0);
  const next = world.client();
  const again = next.heads();
  await acknowledged(world, again);
  await world.blocks(2);
  assertKept({ world, client: next });
});

Deno.test("Streams: a gap longer than the maximum is told where notify is asked for, and the stream goes on", async () => {
  const { world, client, heads, logs, from } = await afterGap("notify");
  await using _ = world;
  assert.equal(client.closedWith, null);
  const gap = heads.entries.find(({ kind }) => kind === "gap");
  assert.ok(gap?.kind === "gap");
  assert.equal(gap.fromBlock, from);
  assert.ok(gap.toBlock >= from + 5, "shorter ones are filled");
  assert.deepEqual(heads.story, [
    ...numbers(from - 3, from - 1),
    `[${from}-${gap.toBlock}]`,
    ...numbers(gap.toBlock + 1, world.chain.tip.number),
  ]);
  const text = JSON.parse(heads.texts.find((text) => text.includes('"reason"')) ?? "{}");
  assert.equal(text.code, -32000);
  assert.equal(typeof text.message, "string");
  assert.deepEqual(text.data, {
    reason: "gap",
    from_block: `0x${from.toString(16)}`,
    to_block: `0x${gap.toBlock.toString(16)}`,
  });
  for (const one of [heads, logs]) {
    const report = one.check(world.chain.ledger);
    assert.equal(faultsOf(report), 0, JSON.stringify(report));
    assert.ok(report.announcedGaps > 0);
  }
});

Deno.test("Streams: a gap longer than the maximum with continue is only counted and logged", async () => {
  const { world, client, heads, from } = await afterGap("continue");
  await using _ = world;
  assert.equal(client.closedWith, null);
  assert.deepEqual(client.faults, []);
  assert.equal(heads.story.some((entry) => entry.startsWith("[")), false);
  assert.equal(heads.story.at(-1), String(world.chain.tip.number), "the stream goes on");
  assert.equal(gapsTold(world).length, 1);
  assert.match(gapsTold(world)[0] ?? "", new RegExp(`^${from}-`));
  assert.equal(heads.check(world.chain.ledger).unannouncedGaps.length, 1, "the ledger sees it");
});

Deno.test("Streams: ?gaps= of a connection goes before the chain's setting", async () => {
  const world = new StreamWorld({ subscriptions: { maxBackfillBlocks: 5, onGap: "notify" } });
  await using _ = world;
  const [plain, close, notify, on] = [
    world.client(),
    world.client("close"),
    world.client("notify"),
    world.client("continue"),
  ];
  const heads = [plain, close, notify, on].map((client) => client.heads());
  await acknowledged(world, ...heads);
  await world.blocks(2);
  await miss(world, 9);
  await world.until(() => close.closedWith !== null, 90_000);
  await world.blocks(2);
  const has = heads.map(({ story }) => story.some((entry) => entry.startsWith("[")));
  assert.deepEqual(has, [true, false, true, false]);
  assert.deepEqual([plain, close, notify, on].map(({ closedWith }) => closedWith?.code ?? null), [
    null,
    1012,
    null,
    null,
  ]);
});

Deno.test("Streams: a reorg deeper than what is filled is a gap that is told", async () => {
  const { world, heads, logs } = await subscribed({
    subscriptions: { maxBackfillBlocks: 5, onGap: "notify" },
    providers: { p1: { traits: { onlyLastHead: true } } },
  });
  await using _ = world;
  await world.blocks(3, oneLog);
  const upstream = world.upstream("p1");
  upstream.killHttp();
  upstream.killWs();
  world.reorg(12, 30, oneLog);
  await world.advance(1_000);
  upstream.heal();
  await world.until(() => heads.story.some((entry) => entry.startsWith("[")), 90_000);
  await world.blocks(3, oneLog);
  for (const one of [heads, logs]) {
    const report = one.check(world.chain.ledger);
    assert.equal(faultsOf(report), 0, `${one.story.join(" ")}\n${JSON.stringify(report)}`);
  }
});

Deno.test("Streams: logs that nobody can give in time are told as a gap of their blocks alone", async () => {
  const { world, client, heads, logs } = await subscribed({
    subscriptions: { backfillTimeoutMs: 3_000, onGap: "notify" },
    providers: { p1: { traits: { logsDelayMs: 5_000 } } },
  });
  await using _ = world;
  await world.blocks(3);
  const upstream = world.upstream("p1");
  world.mine(oneLog);
  const { number } = world.chain.tip;
  upstream.instead = (method) =>
    method === "eth_getLogs" ? { error: { code: -32603, message: "internal error" } } : undefined;
  await world.advance(200);
  upstream.cutWs();
  await world.advance(10_000);
  upstream.instead = () => undefined;
  await world.blocks(8, oneLog);
  await world.advance(6_000);
  assert.ok(logs.story.includes(`[${number}-${number}]`), logs.story.join(" "));
  const report = logs.check(world.chain.ledger);
  assert.equal(faultsOf(report), 0, `${logs.story.join(" ")}\n${JSON.stringify(report)}`);
  assertKept({ world, client }, heads);
});
