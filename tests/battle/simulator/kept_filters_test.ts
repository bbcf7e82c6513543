import assert from "node:assert/strict";
import { startSimulatedProvider } from "../../../battle/simulator/provider.ts";
import { simTokens } from "../../../battle/simulator/world.ts";
import { seededRandom } from "../../../core/random.ts";
import { VirtualClock } from "../../../core/virtual_clock.ts";
import { type Answer, startProvider, stillChain } from "./support.ts";

const [dollar] = simTokens;

function over(url: string): (method: string, ...params: unknown[]) => Promise<Answer> {
  return async (method, ...params) => {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
    return await (await fetch(url, { method: "POST", body })).json();
  };
}

Deno.test("eth_newFilter collects matching logs, and removed ones after a reorg", async () => {
  const chain = stillChain();
  await using provider = await startProvider(chain);
  const call = over(provider.url);
  const filter = { address: dollar.address };
  const { result: id } = await call("eth_newFilter", filter);
  assert.deepEqual((await call("eth_getFilterChanges", id)).result, []);
  const first = chain.mine();
  const { result: logs } = await call("eth_getLogs", { ...filter, blockHash: first.hash });
  assert.ok(logs.length > 0);
  assert.deepEqual((await call("eth_getFilterChanges", id)).result, logs);
  assert.deepEqual((await call("eth_getFilterChanges", id)).result, []);
  chain.reorg(1);
  const { result: changes } = await call("eth_getFilterChanges", id);
  const removed = changes.filter((log: { removed: boolean }) => log.removed);
  assert.deepEqual(removed, logs.map((log: object) => ({ ...log, removed: true })));
  const { result: now } = await call("eth_getLogs", { ...filter, fromBlock: "0x61" });
  assert.deepEqual(changes.slice(removed.length), now);
});

Deno.test("eth_getFilterLogs answers all that the filter's range holds", async () => {
  const chain = stillChain();
  await using provider = await startProvider(chain);
  const call = over(provider.url);
  const filter = { address: [dollar.address], fromBlock: "0x50", toBlock: "0x62" };
  const { result: id } = await call("eth_newFilter", filter);
  for (let block = 0; block < 4; block++) chain.mine();
  assert.deepEqual(
    (await call("eth_getFilterLogs", id)).result,
    (await call("eth_getLogs", filter)).result,
  );
  const { result: changes } = await call("eth_getFilterChanges", id);
  assert.ok(changes.length > 0);
  assert.ok(changes.every(({ blockNumber }: { blockNumber: string }) => Number(blockNumber) <= 0x62));
  const { result: blocks } = await call("eth_newBlockFilter");
  assert.deepEqual((await call("eth_getFilterLogs", blocks)).error, {
    code: -32000,
    message: "filter not found",
  });
});

Deno.test("eth_newBlockFilter and eth_newPendingTransactionFilter collect hashes in their order", async () => {
  const chain = stillChain();
  await using provider = await startProvider(chain);
  const call = over(provider.url);
  const { result: blocks } = await call("eth_newBlockFilter");
  const { result: pending } = await call("eth_newPendingTransactionFilter");
  const mined = [chain.mine(), ...chain.reorg(1).added];
  assert.deepEqual((await call("eth_getFilterChanges", blocks)).result, mined.map(({ hash }) => hash));
  assert.deepEqual(
    (await call("eth_getFilterChanges", pending)).result,
    mined.flatMap(({ transactions }) => transactions.map(({ hash }) => hash)),
  );
});

Deno.test("eth_uninstallFilter ends a filter; five minutes without a question and the node's death do too", async () => {
  const clock = new VirtualClock();
  const chain = stillChain();
  const deps = { clock, random: seededRandom(1) };
  await using provider = await startSimulatedProvider(chain, { name: "sim" }, deps);
  const call = over(provider.url);
  const notFound = { code: -32000, message: "filter not found" };
  const { result: first } = await call("eth_newBlockFilter");
  assert.equal((await call("eth_uninstallFilter", first)).result, true);
  assert.equal((await call("eth_uninstallFilter", first)).result, false);
  assert.deepEqual((await call("eth_getFilterChanges", first)).error, notFound);
  const { result: second } = await call("eth_newBlockFilter");
  await clock.advance(300_000);
  assert.deepEqual((await call("eth_getFilterChanges", second)).result, []);
  await clock.advance(300_001);
  assert.deepEqual((await call("eth_getFilterChanges", second)).error, notFound);
  const { result: third } = await call("eth_newBlockFilter");
  await provider.kill();
  await provider.revive();
  assert.deepEqual((await call("eth_getFilterChanges", third)).error, notFound);
});

for (
  const [method, params, code, message] of [
    ["eth_newFilter", [], -32602, "missing value for required argument 0"],
    ["eth_newFilter", [{ fromBlock: "0x5", toBlock: "0x4" }], -32602, "invalid block range params"],
    ["eth_getFilterChanges", ["0x1"], -32000, "filter not found"],
    [
      "eth_getFilterChanges",
      [1],
      -32602,
      "invalid argument 0: json: cannot unmarshal number into Go value of type rpc.ID",
    ],
  ] as const
) {
  Deno.test(`${method} ${JSON.stringify(params)} is refused as a node does`, async () => {
    await using provider = await startProvider(stillChain());
    assert.deepEqual((await over(provider.url)(method, ...params)).error, { code, message });
  });
}
