import assert from "node:assert/strict";
import { systemClock } from "../../core/clock.ts";
import { silentLog } from "../../core/log.ts";
import { seededRandom } from "../../core/random.ts";
import { startDemoWorld } from "../../battle/demo_world.ts";

async function chainIdAt(url: string): Promise<string | undefined> {
  const response = await fetch(url, {
    method: "POST",
    body: '{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}',
  });
  return (await response.json()).result;
}

Deno.test("startDemoWorld() runs what its config says, and stops all of it", async () => {
  const world = await startDemoWorld({ clock: systemClock, random: seededRandom(1), log: silentLog });
  try {
    assert.deepEqual(Object.keys(world.chainsConfig), ["ethereum", "base"]);
    for (const [name, { chain_id, providers }] of Object.entries(world.chainsConfig)) {
      assert.deepEqual(providers.map(({ id }) => id), ["swift", "steady", "shaky"]);
      const reliable = providers.filter(({ id }) => id !== "shaky");
      for (const { url } of reliable) assert.equal(await chainIdAt(url), `0x${chain_id.toString(16)}`);
      for (const { url, ws_url } of providers) assert.equal(ws_url, url.replace("http", "ws"));
      assert.equal(world.chains.find((chain) => chain.name === name)?.chain.chainId, chain_id);
    }
  } finally {
    await world[Symbol.asyncDispose]();
  }
  await assert.rejects(chainIdAt(world.chainsConfig["base"]!.providers[0]!.url));
});
