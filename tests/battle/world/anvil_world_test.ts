import assert from "node:assert/strict";
import { systemClock } from "../../../core/clock.ts";
import { anvilPath } from "../../../battle/world/anvil_path.ts";
import { startWorld } from "../../../battle/world/world.ts";
import { anvilPath as testAnvilPath } from "../../support/anvil_path.ts";
import { RawSocket } from "../simulator/raw_socket.ts";
import { connecting } from "../chaos/support.ts";
import { call, chain, deps, on } from "./support.ts";

const anvilDeps = { clock: systemClock, findAnvil: testAnvilPath };

Deno.test("startWorld() starts a real node behind a proxy: wire faults, stall, reorg, and its end", async () => {
  const spec = chain("dev", 4242, [{ kind: "anvil", id: "node", blockTimeMs: 0, config: {} }]);
  const world = await startWorld({ chains: [spec], seed: 1, faults: [], folder: "/nowhere" }, anvilDeps);
  try {
    const { url, wsUrl } = world.addresses[0]!;
    const { hostname, port } = new URL(url);
    assert.equal((await call(url, "eth_chainId")).result, "0x1092");
    await using socket = await RawSocket.open(wsUrl!);
    assert.equal((await socket.call("eth_chainId")).result, "0x1092");
    for (let count = 0; count < 4; count++) await call(url, "evm_mine");
    const before = (await call(url, "eth_getBlockByNumber", "0x4", false)).result.hash;
    await world.beginFault(1, on("dev/node", { kind: "reorg", depth: 2 }, { endUs: null }));
    assert.notEqual((await call(url, "eth_getBlockByNumber", "0x4", false)).result.hash, before);

    await world.beginFault(2, on("dev/node", { kind: "stall" }));
    const id = socket.send("eth_chainId");
    await world.endFault(2);
    await socket.settled();
    assert.ok(socket.messages.some((message) => message.id === id));

    await world.beginFault(3, on("dev/node", { kind: "kill" }));
    assert.equal(await connecting(hostname, Number(port)), "ECONNREFUSED");
    await world.endFault(3);
    assert.equal((await call(url, "eth_chainId")).result, "0x1092");

    await assert.rejects(
      world.beginFault(4, on("dev/node", { kind: "lag", blocks: 2 })),
      /A real node can't show the fault lag-dev\/node: lag\./,
    );
    const { providers, ledgers, notes } = world.report();
    assert.deepEqual([providers, ledgers.size], [[], 0]);
    assert.match(notes[0]!, /^dev\/node is a real node/);
  } finally {
    await world[Symbol.asyncDispose]();
  }
});

Deno.test("startWorld() without an Anvil says what to install", async () => {
  const spec = chain("dev", 4242, [{ kind: "anvil", id: "node", blockTimeMs: 0, config: {} }]);
  const nowhere = { env: () => undefined, isFile: () => false, list: () => [], platform: "linux-amd64" };
  await assert.rejects(
    startWorld({ chains: [spec], seed: 1, faults: [], folder: "/nowhere" }, {
      ...deps,
      findAnvil: () => anvilPath(nowhere),
    }),
    /^LassoError: The scenario starts an Anvil, and there is none on this machine\.\n {2}fix: install Foundry, so that anvil is on PATH, or run: npm install @foundry-rs\/anvil-linux-amd64/,
  );
});

Deno.test("anvilPath() looks on PATH first, then in node_modules, then in Deno's cache", () => {
  const inCache = "/cache/npm/registry/@foundry-rs/anvil-linux-amd64/1.2.3/bin/anvil";
  const find = (...files: readonly string[]): string =>
    anvilPath({
      env: (name) => ({ PATH: "/bin:/opt/foundry", DENO_DIR: "/cache", HOME: "/home/me" })[name],
      isFile: (path) => files.includes(path),
      list: (path) =>
        ({ "/cache/npm": ["registry"], "/cache/npm/registry/@foundry-rs/anvil-linux-amd64": ["1.2.3"] })[
          path
        ] ?? [],
      platform: "linux-amd64",
    });
  const inModules = "node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil";
  assert.equal(find("/opt/foundry/anvil", inModules, inCache), "/opt/foundry/anvil");
  assert.equal(find(inModules, inCache), inModules);
  assert.equal(find(inCache), inCache);
});
