import assert from "node:assert/strict";
import { rebuildChain } from "../../../battle/simulator/rebuild_chain.ts";
import { simulatedHistory } from "../../../battle/plan/simulated_history.ts";
import { startWorld, type World } from "../../../battle/world/world.ts";
import type { WorldOptions } from "../../../battle/world/world_options.ts";
import { connecting } from "../chaos/support.ts";
import { RawSocket } from "../simulator/raw_socket.ts";
import { simSpec } from "../support/sim_spec.ts";
import { call, chain, deps, on } from "./support.ts";

const ethereum = chain("ethereum", 1, [simSpec("a"), simSpec("b", { ws: false, lagBlocks: 2 })]);
const base = chain("base", 8453, [simSpec("a", { rateLimit: { count: 1, perMs: 60_000 } })]);

function start(options: Partial<WorldOptions> = {}): Promise<World> {
  return startWorld({ chains: [ethereum, base], seed: 42, faults: [], folder: "/nowhere", ...options }, deps);
}

function addressOf(world: World, place: string): { readonly url: string; readonly wsUrl: string | null } {
  return world.addresses.find(({ chain, provider }) => `${chain}/${provider}` === place)!;
}

Deno.test("startWorld() serves every provider of every chain as the scenario says, through its proxy", async () => {
  await using world = await start();
  assert.deepEqual(
    world.addresses.map(({ chain, provider, wsUrl, caFile }) => [chain, provider, wsUrl === null, caFile]),
    [
      ["ethereum", "a", false, null],
      ["ethereum", "b", true, null],
      ["base", "a", false, null],
    ],
  );
  const { url, wsUrl } = addressOf(world, "ethereum/a");
  assert.equal((await call(url, "eth_chainId")).result, "0x1");
  assert.equal((await call(`${url}/v2/some-key`, "eth_blockNumber")).result, "0x60");
  await using socket = await RawSocket.open(`${wsUrl}/v2/some-key`);
  assert.equal((await socket.call("eth_chainId")).result, "0x1");
  assert.equal((await call(addressOf(world, "ethereum/b").url, "eth_blockNumber")).result, "0x5e");
  const limited = addressOf(world, "base/a").url;
  assert.equal((await call(limited, "eth_chainId")).result, "0x2105");
  assert.equal((await call(limited, "eth_chainId")).error?.code, -32005);
});

Deno.test("startWorld() has the chain that the plan of the same seed knows", async () => {
  await using world = await start();
  const { number, hash } = simulatedHistory(ethereum, 42).at(-1)!;
  const { result } = await call(addressOf(world, "ethereum/a").url, "eth_getBlockByNumber", "latest", false);
  assert.deepEqual([Number(result.number), result.hash], [number, hash]);
});

Deno.test("World begins and ends faults of the wire, of answers and of the chain, each on its provider", async () => {
  await using world = await start();
  const a = addressOf(world, "ethereum/a").url;
  const b = addressOf(world, "ethereum/b").url;
  const { hostname, port } = new URL(a);
  await world.beginFault(1, on("ethereum/a", { kind: "kill" }));
  await world.beginFault(2, on("ethereum/b", { kind: "null_result" }, { methods: ["eth_chainId"] }));
  await world.beginFault(3, on("ethereum/b", { kind: "lag", blocks: 9 }));
  assert.equal(await connecting(hostname, Number(port)), "ECONNREFUSED");
  assert.equal((await call(b, "eth_chainId")).result, null);
  assert.equal((await call(b, "eth_blockNumber")).result, "0x57");
  assert.equal((await call(addressOf(world, "base/a").url, "eth_chainId")).result, "0x2105");
  for (const handle of [1, 2, 3]) await world.endFault(handle);
  assert.equal((await call(a, "eth_chainId")).result, "0x1");
  assert.equal((await call(b, "eth_chainId")).result, "0x1");
  assert.equal((await call(b, "eth_blockNumber")).result, "0x5e");
});

Deno.test("World reorg is the chain's, for all its providers, once, and in the record", async () => {
  await using world = await start();
  const a = addressOf(world, "ethereum/a").url;
  const before = (await call(a, "eth_getBlockByNumber", "0x60", false)).result.hash;
  await world.beginFault(1, on("ethereum", { kind: "reorg", depth: 3 }, { endUs: null }));
  await world.endFault(1);
  const after = (await call(a, "eth_getBlockByNumber", "0x60", false)).result.hash;
  assert.notEqual(after, before);
  assert.equal((await call(a, "eth_blockNumber")).result, "0x61");
  const ledger = world.report().ledgers.get("ethereum")!;
  assert.equal(ledger.tip?.number, 97);
  assert.ok(ledger.block(before) !== undefined && ledger.block(after) !== undefined);
  assert.equal(world.report().ledgers.get("base")!.tip?.number, 96);
});

Deno.test("World gives times from time 0 on its own clock", async () => {
  await using world = await start();
  world.setZero(deps.clock.now() - 2_000);
  const from = await world.beginFault(1, on("ethereum/a", { kind: "blackhole" }));
  const to = await world.endFault(1);
  assert.ok(from >= 2_000_000 && from < 60_000_000, String(from));
  assert.ok(to >= from);
});

Deno.test("World.report() tells what each provider was asked and sent, and the truth of its chains", async () => {
  await using world = await start();
  const { url } = addressOf(world, "ethereum/a");
  await call(url, "eth_chainId");
  await call(url, "eth_sendRawTransaction", "0x01");
  await world.beginFault(1, on("ethereum/a", { kind: "vendor_error", name: "bsc_limit" }));
  await call(url, "eth_sendRawTransaction", "0x02");
  world.setZero(deps.clock.now() + 1_000);
  const { providers, truths, notes } = world.report();
  assert.deepEqual(providers[0], {
    chain: "ethereum",
    provider: "a",
    calls: { eth_chainId: 1, eth_sendRawTransaction: 2 },
    failed: 1,
    rawTransactions: ["0x01", "0x02"],
  });
  assert.deepEqual(notes, []);
  const truth = truths.get("ethereum")!;
  assert.equal(rebuildChain(truth).ordinals.size, 97);
  assert.ok(truth.heads[0]!.atUs < -1_000_000);
});

Deno.test("World over TLS only where the plan has such a fault; the file of the authority is in the run's folder", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const fault = on("ethereum/a", { kind: "tls", how: "expired" });
    await using world = await start({ faults: [fault], folder });
    const [secure, plain] = world.addresses;
    assert.match(secure!.url, /^https:/);
    assert.match(secure!.wsUrl!, /^wss:/);
    assert.match(plain!.url, /^http:/);
    using client = Deno.createHttpClient({ caCerts: [await Deno.readTextFile(secure!.caFile!)] });
    const ask = async (): Promise<unknown> => {
      const body = '{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}';
      return await (await fetch(secure!.url, { method: "POST", body, client })).json();
    };
    assert.deepEqual(await ask(), { jsonrpc: "2.0", id: 1, result: "0x1" });
    await world.beginFault(1, fault);
    await assert.rejects(ask());
    await world.endFault(1);
    assert.deepEqual(await ask(), { jsonrpc: "2.0", id: 1, result: "0x1" });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("World refuses faults for what it does not have", async () => {
  await using world = await start();
  await assert.rejects(
    world.beginFault(1, on("ethereum/z", { kind: "kill" })),
    /^LassoError: The fault kill-ethereum\/z is for ethereum\/z, which this world does not have\./,
  );
  await assert.rejects(
    world.beginFault(2, on("nowhere", { kind: "reorg", depth: 1 })),
    /The fault reorg-nowhere is for nowhere, which this world does not have\./,
  );
  await assert.rejects(
    world.beginFault(3, on("ethereum/a", { kind: "router_kill" })),
    /The fault router_kill-ethereum\/a is none of a provider's: router_kill\./,
  );
});

Deno.test("World that is disposed leaves no port open, whatever was in force", async () => {
  const world = await start();
  const { hostname, port } = new URL(addressOf(world, "ethereum/a").url);
  await world.beginFault(1, on("ethereum/a", { kind: "blackhole" }));
  await world.beginFault(2, on("ethereum/a", { kind: "stall" }));
  const hanging = assert.rejects(call(`http://${hostname}:${port}`, "eth_chainId"));
  await world[Symbol.asyncDispose]();
  await hanging;
  assert.equal(await connecting(hostname, Number(port)), "ECONNREFUSED");
});
