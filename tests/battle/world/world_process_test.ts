import assert from "node:assert/strict";
import { systemClock } from "../../../core/clock.ts";
import { driveFaults } from "../../../battle/chaos/fault_driver.ts";
import { rebuildChain } from "../../../battle/simulator/rebuild_chain.ts";
import type { WorldOptions } from "../../../battle/world/world_options.ts";
import { WorldProcess } from "../../../battle/world/world_process.ts";
import { connecting } from "../chaos/support.ts";
import { simSpec } from "../support/sim_spec.ts";
import { call, chain, on } from "./support.ts";

const entry = new URL("world_entry.ts", import.meta.url).pathname;

function start(options: Partial<WorldOptions> = {}): Promise<WorldProcess> {
  const chains = [chain("ethereum", 1, [simSpec("a"), simSpec("b")])];
  return WorldProcess.start(
    { chains, seed: 42, faults: [], folder: "/nowhere", ...options },
    { path: Deno.execPath(), args: ["run", "--no-check", "-A", entry] },
    systemClock,
  );
}

Deno.test("WorldProcess has the world's interface: addresses, clock, faults, report; its end leaves nothing", async () => {
  const world = await start();
  try {
    const [a, b] = world.addresses;
    const { hostname, port } = new URL(a!.url);
    assert.equal((await call(a!.url, "eth_blockNumber")).result, "0x60");
    const zero = await world.ping();
    await world.setZero(zero);
    assert.ok(await world.ping() >= zero);

    const faults = [
      on("ethereum/a", { kind: "kill" }, { startUs: 20_000, endUs: 40_000 }),
      on("ethereum", { kind: "reorg", depth: 2 }, { startUs: 30_000, endUs: null }),
    ];
    const from = systemClock.now();
    const states: string[] = [];
    const records = await driveFaults({
      faults,
      world,
      router: null,
      clock: systemClock,
      nowUs: () => (systemClock.now() - from) * 1000,
      onBegin: ({ id }) => states.push(id),
      signal: new AbortController().signal,
    });
    assert.deepEqual(states, ["kill-ethereum/a", "reorg-ethereum"]);
    assert.deepEqual(records.map(({ id }) => id), ["kill-ethereum/a", "reorg-ethereum"]);
    for (const { startUs, endUs } of records) assert.ok(startUs > 0 && endUs >= startUs);
    assert.equal(await connecting(hostname, Number(port)), "open");
    await world.beginFault(7, on("ethereum/a", { kind: "kill" }));
    assert.equal(await connecting(hostname, Number(port)), "ECONNREFUSED");
    await world.endFault(7);

    await world.beginFault(8, on("ethereum/b", { kind: "forked_head", depth: 2 }));
    await world.endFault(8);
    await call(b!.url, "eth_sendRawTransaction", "0x01");
    const { providers, ledgers, truths, notes } = await world.report();
    assert.deepEqual(providers.map(({ provider, calls }) => [provider, calls]), [
      ["a", { eth_blockNumber: 1 }],
      ["b", { eth_sendRawTransaction: 1 }],
    ]);
    assert.deepEqual(providers[1]!.rawTransactions, ["0x01"]);
    assert.deepEqual(notes, []);
    const ledger = ledgers.get("ethereum")!;
    assert.deepEqual([ledger.size, ledger.tip?.number], [102, 97]);
    const [own] = truths.get("ethereum")!.ownBranches;
    assert.deepEqual(own?.blocks.map(({ hash }) => [ledger.block(hash)?.number, ledger.ownerOf(hash)]), [
      [96, "b"],
      [97, "b"],
    ]);
    assert.ok(own.toUs !== null && own.fromUs <= own.toUs);
    const { tree, ordinals } = rebuildChain(truths.get("ethereum")!);
    assert.equal(ordinals.size, 100);
    const logs = tree.byHash(ledger.tip!.hash)!.logs();
    assert.deepEqual(ledger.tip!.logs.map(({ logIndex }) => logIndex), logs.map(({ index }) => index));
    assert.equal(truths.get("ethereum")!.heads.at(-1)!.hash, ledger.tip!.hash);
    await world[Symbol.asyncDispose]();
    assert.equal(await connecting(hostname, Number(port)), "ECONNREFUSED");
  } finally {
    await world[Symbol.asyncDispose]();
  }
});

Deno.test("WorldProcess passes on why a fault can't be begun", async () => {
  await using world = await start();
  await assert.rejects(
    world.beginFault(1, on("ethereum/z", { kind: "kill" })),
    /which this world does not have/,
  );
});

Deno.test("WorldProcess.start() rejects with what the world said", async () => {
  const broken = chain("ethereum", 1, [simSpec("a", { failureRate: 7 })]);
  await assert.rejects(start({ chains: [broken] }), /failureRate must be 0 to 1: it is 7/);
});

Deno.test("WorldProcess.died tells when it ended by itself", async () => {
  await using world = await start();
  Deno.kill(world.pid, "SIGKILL");
  assert.match(await world.died, /the world was ended by SIGKILL/);
  await assert.rejects(world.ping(), /SIGKILL/);
});
