// A config taken over in the middle of traffic: providers swapped, chains added, bad configs refused, and no client
// that hears of any of it.

import assert from "node:assert/strict";
import type { LassoSettings } from "../../core/settings.ts";
import { anvilChainId, secondAddress, startAnvil } from "../support/anvil.ts";
import { FaultProxy } from "../support/fault_proxy.ts";
import { startLoad } from "../support/open_loop.ts";
import { post, rpc, type RpcBody } from "../support/rpc_post.ts";
import { loadText, startLasso } from "../support/start_lasso.ts";
import { until } from "../support/until.ts";

const perSecond = 200;

function config(providers: Readonly<Record<string, string>>): string {
  return JSON.stringify({
    defaults: { strategy: "round_robin", health: { interval: "1s", timeout: "1s" } },
    chains: {
      local: {
        chain_id: anvilChainId,
        providers: Object.entries(providers).map(([id, url]) => ({ id, url })),
      },
    },
  });
}

const finish = (settings: LassoSettings): LassoSettings => ({
  ...settings,
  server: { ...settings.server, port: 0 },
  observability: { ...settings.observability, logLevel: "off" },
});

function providerOf({ lasso_meta }: RpcBody): string | undefined {
  return lasso_meta?.selected_provider?.id;
}

Deno.test("RunningRouter.reload() swaps a provider under load: no call fails, the new one serves, the old one rests", async () => {
  await using anvil = await startAnvil();
  await using kept = await FaultProxy.start(anvil.url);
  await using old = await FaultProxy.start(anvil.url);
  await using fresh = await FaultProxy.start(anvil.url);
  await using lasso = await startLasso(config({ kept: kept.url, old: old.url }));
  const url = `${lasso.server.url}/rpc/local?include_meta=body`;
  const expected = await anvil.rpc("eth_getBalance", [secondAddress, "latest"]);
  // Slow enough that calls are always under way at the moment of a swap.
  for (const proxy of [kept, old, fresh]) proxy.set({ slowMs: 40 });
  const load = startLoad(perSecond, async () => {
    const answer = await rpc(url, "eth_getBalance", [secondAddress, "latest"]);
    assert.equal(answer.result, expected, JSON.stringify(answer.error));
    return answer;
  });
  const servedBy = (from: number): Set<string | undefined> =>
    new Set(load.answers.slice(from).map(providerOf));
  await until("both serve", () => servedBy(0).size === 2);

  for (let round = 0; round < 5; round++) {
    const [next, gone] = round % 2 === 0 ? ["fresh", "old"] : ["old", "fresh"];
    const providers = { kept: kept.url, [next]: next === "fresh" ? fresh.url : old.url };
    const result = await lasso.reload(() => loadText(config(providers)), finish);
    assert.equal(result.ok, true, result.message);
    const swapped = load.answers.length;
    await until(`${next} serves`, () => servedBy(swapped).has(next));
    // What was sent before the swap may still have come from the one that is gone; what is asked now may not.
    assert.notEqual(providerOf(await rpc(url, "eth_getBalance", [secondAddress, "latest"])), gone);
  }

  old.forget();
  const bad = await lasso.reload(() => loadText(config({ kept: "not a url" })), finish);
  assert.equal(bad.ok, false);
  assert.match(bad.message, /lasso\.yaml:1:\d+/);
  const unknown = await lasso.reload(
    () => loadText(config({ kept: kept.url }).replace("round_robin", "round_robbin")),
    finish,
  );
  assert.equal(unknown.ok, false);
  assert.match(unknown.message, /round_robin/);
  const after = load.answers.length;
  await until(
    "both of the config in force serve",
    () => servedBy(after).has("kept") && servedBy(after).has("fresh"),
  );

  const { answers, errors } = await load.stop();
  assert.deepEqual(errors.map(String), []);
  assert.equal(answers.length, load.sent);
  assert.equal(old.requests, 0, "nothing is sent to a provider that is gone, probes included");
  assert.ok(!answers.slice(after).some((answer) => providerOf(answer) === "old"));
});

Deno.test("RunningRouter.reload() adds and removes a chain; calls under way on the removed one end", async () => {
  await using anvil = await startAnvil();
  await using slow = await FaultProxy.start(anvil.url);
  await using lasso = await startLasso(config({ a: slow.url }));
  const base = `${lasso.server.url}/rpc`;
  assert.equal((await post(`${base}/other`, "{}")).status, 404);
  assert.equal((await rpc(`${base}/local`, "eth_blockNumber")).result, "0x0");

  slow.forget();
  slow.set({ slowMs: 300 });
  const underWay = rpc(`${base}/local`, "eth_getBalance", [secondAddress, "latest"]);
  await until("the call is at the provider", () => slow.requests > 0);
  const other = JSON.stringify({
    chains: { other: { chain_id: anvilChainId, providers: [{ id: "b", url: anvil.url }] } },
  });
  assert.equal((await lasso.reload(() => loadText(other), finish)).ok, true);
  assert.equal((await post(`${base}/local`, '{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}')).status, 404);
  assert.equal((await rpc(`${base}/other`, "eth_blockNumber")).result, "0x0");
  assert.match(String((await underWay).result), /^0x/);
});
