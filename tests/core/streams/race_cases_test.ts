// Races on virtual time, over the real streams and pipeline: each provider's notifications come after a time that is
// known, so winners and margins must be exactly what the ledger's blocks and those times say.

import assert from "node:assert/strict";
import type { RaceResult } from "../../../core/measure/history/model.ts";
import { below, seededRandom } from "../../../core/random.ts";
import { StreamWorld, type WorldOptions } from "../../support/fake_stream_world.ts";
import { RaceStand } from "../../support/race_stand.ts";
import { acknowledged, assertKept } from "../../support/stream_cases.ts";

const three = {
  p1: { traits: { propagationMs: 0, latencyMs: 30 } },
  p2: { traits: { propagationMs: 0, latencyMs: 12 } },
  p3: { traits: { propagationMs: 0, latencyMs: 47.5 } },
};

interface Scene {
  readonly world: StreamWorld;
  readonly stand: RaceStand;
}

/** A world whose streams tell a race book, with one client of the heads and, where `logs`, of all logs. */
async function scene(options: WorldOptions, logs = false): Promise<Scene> {
  let stand: RaceStand | null = null;
  const world = new StreamWorld({
    ...options,
    raced: (clock) => {
      stand = new RaceStand(clock);
      return stand.book;
    },
  });
  const client = world.client();
  await acknowledged(world, client.heads());
  if (logs) await acknowledged(world, client.logs());
  await world.blocks(3); // Everybody is subscribed by then.
  assert.ok(stand !== null);
  (stand as RaceStand).rows.length = 0;
  return { world, stand };
}

async function end({ world, stand }: Scene): Promise<void> {
  await world.advance(3_000);
  for (const client of world.clients) assertKept({ world, client });
  stand.book[Symbol.dispose]();
  await world[Symbol.asyncDispose]();
}

function of(rows: readonly RaceResult[], event: string): RaceResult[] {
  return rows.filter((row) => row.event === event);
}

Deno.test("races of heads: each block of the ledger has one, winners and margins are those of the providers' delays", async () => {
  const { world, stand } = await scene({ providers: three, chain: { race: { newHeads: 3, logs: 1 } } });
  const since = world.chain.ledger.size;
  await world.blocks(50);
  const blocks = [...world.chain.ledger.blocks()].slice(since);
  assert.equal(blocks.length, 50);
  assert.deepEqual(
    stand.rows.map(({ event, key, block, winner, margins }) => ({ event, key, block, winner, margins })),
    blocks.map(({ hash, number }) => ({
      event: "newHeads",
      key: hash,
      block: number,
      winner: "p2",
      margins: [
        { provider: "p2", transport: "ws", ms: 0 },
        { provider: "p1", transport: "ws", ms: 18 },
        { provider: "p3", transport: "ws", ms: 35.5 },
      ],
    })),
  );
  await end({ world, stand });
});

Deno.test("races with jitter: every margin is the difference of what the providers drew", async () => {
  const providers = { p1: { traits: { latencyMs: 5 } }, p2: { traits: { latencyMs: 5 } } };
  const { world, stand } = await scene({ providers });
  const random = seededRandom(9);
  for (let nth = 0; nth < 40; nth++) {
    const [one, other] = [below(random, 200), below(random, 200)];
    world.upstream("p1").traits.latencyMs = one;
    world.upstream("p2").traits.latencyMs = other;
    await world.blocks(1);
    const { winner, margins } = stand.rows.at(-1)!;
    if (one !== other) assert.equal(winner, one < other ? "p1" : "p2");
    assert.equal(margins[1]?.ms, Math.abs(one - other));
  }
  await end({ world, stand });
});

Deno.test("races of logs: one for each log, told by block hash and index; removals are none", async () => {
  const providers = { p1: three.p1, p2: three.p2 };
  const { world, stand } = await scene({ providers, chain: { race: { newHeads: 2, logs: 2 } } }, true);
  const since = world.chain.ledger.size;
  await world.blocks(5);
  world.reorg(2);
  await world.blocks(5);
  await world.advance(3_000);
  const told = [...world.chain.ledger.blocks()].slice(since);
  const keys = told.flatMap(({ logs }) => logs.map(({ blockHash, logIndex }) => `${blockHash}:${logIndex}`));
  const rows = of(stand.rows, "logs");
  assert.ok(keys.length > 5, "the blocks have logs");
  assert.deepEqual(rows.map(({ key }) => key).toSorted(), keys.toSorted());
  for (const { winner, margins } of rows) assert.deepEqual([winner, margins[1]?.ms], ["p2", 18]);
  await end({ world, stand });
});

Deno.test("races: a provider that skips a head has missed it, one that is late by more than two blocks too", async () => {
  const { world, stand } = await scene({ providers: { p1: three.p1, p2: three.p2 } });
  world.upstream("p1").skipHeads = 1;
  await world.blocks(4);
  await world.advance(2_000);
  const late = ["p2 0, p1 18", "p2 0, p1 18", "p2 0, p1 18"];
  assert.deepEqual(stand.margins().toSorted(), [...late, "p2 0, p1 missed"]);
  const { rows } = stand;
  const skipped = rows.find(({ margins }) => margins[1]?.ms === null)?.block;
  assert.equal(skipped, Math.min(...rows.map(({ block }) => block!)));
  stand.rows.length = 0;
  world.upstream("p1").traits.latencyMs = 2_012.5;
  await world.blocks(3);
  await world.advance(5_000);
  assert.deepEqual(stand.margins(), ["p2 0, p1 missed", "p2 0, p1 missed", "p2 0, p1 missed"]);
  await end({ world, stand });
});

Deno.test("races in a storm of reorgs: one for each block's hash that all were told", async () => {
  const { world, stand } = await scene({ providers: { p1: three.p1, p2: three.p2 } });
  await world.blocks(10);
  stand.rows.length = 0;
  const since = world.chain.ledger.size;
  const random = seededRandom(3);
  for (let nth = 0; nth < 40; nth++) {
    world.reorg(1 + below(random, 4));
    await world.advance(400);
  }
  await world.advance(5_000);
  const blocks = [...world.chain.ledger.blocks()].slice(since);
  assert.deepEqual(stand.rows.map(({ key }) => key).toSorted(), blocks.map(({ hash }) => hash).toSorted());
  for (const { winner, margins } of stand.rows) assert.deepEqual([winner, margins[1]?.ms], ["p2", 18]);
  await end({ world, stand });
});

Deno.test("races need two: a single upstream, or race 1, has none", async () => {
  for (
    const options of [
      { providers: { p1: {} } },
      { providers: { p1: {}, p2: {} }, chain: { race: { newHeads: 1, logs: 1 } } },
    ]
  ) {
    const { world, stand } = await scene(options, true);
    await world.blocks(5);
    assert.deepEqual(stand.book.open(null, 10), []);
    await end({ world, stand });
    assert.deepEqual([stand.rows, stand.cells], [[], []]);
  }
});

Deno.test("races: a provider that a reload removes has missed nothing", async () => {
  const { world, stand } = await scene({ providers: three, chain: { race: { newHeads: 3, logs: 1 } } });
  world.upstream("p3").traits.latencyMs = 500;
  world.mine();
  await world.advance(100); // p3 has not delivered yet.
  await world.reload({}, { p1: three.p1, p2: three.p2 });
  await world.blocks(5);
  await world.advance(3_000);
  for (const { margins } of stand.rows) {
    assert.deepEqual(margins.map(({ provider, ms }) => [provider, ms]), [["p2", 0], ["p1", 18]]);
  }
  assert.ok(stand.rows.length >= 5);
  await end({ world, stand });
});

Deno.test("races: the last listener's leaving makes nobody miss anything", async () => {
  const { world, stand } = await scene({ providers: { p1: three.p1, p2: three.p2 } });
  world.clients[0]!.leave();
  world.startMining();
  await world.advance(20_000);
  world.stopMining();
  await world.advance(5_000);
  assert.deepEqual(stand.ranking().map((line) => line.split("/").at(-1)), ["0", "0"]);
  await end({ world, stand });
});

Deno.test("races: an upstream that dies has missed what was open, and one that comes back races on", async () => {
  const { world, stand } = await scene({ providers: { p1: three.p1, p2: three.p2 } });
  world.mine();
  await world.advance(15); // p2 has told it, p1 has not.
  world.upstream("p1").killWs();
  await world.blocks(4);
  assert.deepEqual(stand.margins(), ["p2 0, p1 missed"]);
  world.upstream("p1").wsUp = true;
  await world.blocks(60);
  const again = stand.margins().slice(1);
  assert.ok(again.length > 20, `${again.length} races`);
  assert.deepEqual(new Set(again), new Set(["p2 0, p1 18"]));
  await end({ world, stand });
});
