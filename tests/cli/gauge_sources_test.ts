import assert from "node:assert/strict";
import { routerGauges } from "../../cli/gauge_sources.ts";
import { silentLog } from "../../core/log.ts";
import { seededRandom } from "../../core/random.ts";
import { Streams } from "../../core/streams/streams.ts";
import { VirtualClock } from "../../core/virtual_clock.ts";
import { TestLasso } from "../support/test_lasso.ts";

Deno.test("routerGauges() tells heads while the chain is awake, and what the process holds", async () => {
  const random = seededRandom(1);
  using streams = new Streams({ clock: new VirtualClock(), random, log: silentLog, emit: () => {} });
  await using lasso = await TestLasso.start();
  const source = routerGauges(lasso.server.state, streams);
  const read = (): Map<string, number> => {
    const found = new Map<string, number>();
    source((chain, provider, name, value) => void found.set(`${chain}/${provider}/${name}`, value));
    return found;
  };
  assert.deepEqual([...read()], [["//in_flight", 0], ["//connections", 0]]);
  const answer = await lasso.post("/rpc/ethereum", '{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}');
  assert.equal(answer.status, 200);
  await lasso.post("/rpc/ethereum", '{"jsonrpc":"2.0","id":1,"method":"eth_gasPrice"}');
  const { chain } = lasso.server.state.router.routes[0]!;
  await lasso.until(() => chain.providers.every(({ head }) => head !== null));
  const found = read();
  assert.deepEqual([...found.keys()], [
    "ethereum//head",
    "ethereum/a/head",
    "ethereum/a/lag_blocks",
    "ethereum/b/head",
    "ethereum/b/lag_blocks",
    "//in_flight",
    "//connections",
  ]);
  assert.equal(found.get("ethereum//head"), chain.head);
  assert.equal(found.get("ethereum/a/lag_blocks"), 0);
});
