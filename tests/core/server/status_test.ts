import assert from "node:assert/strict";
import { node, TestLasso } from "../../support/test_lasso.ts";

Deno.test("statusOf() shows every chain and provider, without secrets", async () => {
  const wrong = node("b");
  wrong.chainId = 5;
  await using lasso = await TestLasso.start({ scripts: { b: wrong.answer } });
  await lasso.post("/rpc/eth", '{"jsonrpc":"2.0","id":1,"method":"eth_gasPrice"}');
  lasso.server.state.noteReload({ at: 0, result: "failed", message: "no" });
  const { body } = await lasso.get("/status");
  const { data } = JSON.parse(body);
  assert.deepEqual(Object.keys(data), [
    ...["version", "state", "uptime_ms", "config_version", "reloads", "region", "in_flight", "max_in_flight"],
    ...["connections", "websockets", "chains"],
  ]);
  assert.deepEqual(data.reloads, [{ at: "1970-01-01T00:00:00.000Z", result: "failed", message: "no" }]);
  assert.deepEqual([data.version, data.state, data.connections], ["1.2.3", "serving", 1]);
  const [chain] = data.chains;
  assert.deepEqual([chain.name, chain.chain_id, chain.aliases], ["ethereum", 1, ["eth"]]);
  assert.deepEqual([chain.state, chain.awake, chain.head, chain.strategy], ["good", true, 100, "priority"]);
  assert.deepEqual(chain.providers[0], {
    id: "a",
    state: "up",
    reason: null,
    override: null,
    group: "main",
    head: 100,
    lag_blocks: 0,
    transports: [{
      transport: "http",
      breaker: "closed",
      connections: 1,
      in_flight: 0,
      last_failure: null,
      quarantined: null,
    }],
  });
  assert.equal(chain.providers[1].state, "off");
  assert.match(chain.providers[1].reason, /5/);
  assert.ok(!body.includes("secret-key-of"));
});
