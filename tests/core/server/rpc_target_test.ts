import assert from "node:assert/strict";
import { isRpcPath } from "../../../core/server/rpc_target.ts";
import { chainSettings } from "../../support/fake_chain.ts";
import { requestText } from "../../support/http_exchange.ts";
import { RawClient } from "../../support/raw_client.ts";
import { ethereum, TestLasso } from "../../support/test_lasso.ts";

const call = '{"jsonrpc":"2.0","id":1,"method":"eth_gasPrice"}';

interface Seen {
  readonly status: number;
  readonly provider: string | undefined;
  readonly strategy: string | undefined;
  readonly reason: string | undefined;
}

async function ask(
  lasso: TestLasso,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Seen> {
  const answer = await lasso.post(path, call, { "x-lasso-include-meta": "body", ...headers });
  const body = JSON.parse(answer.body);
  return {
    status: answer.status,
    provider: body.lasso_meta?.selected_provider?.id,
    strategy: body.lasso_meta?.strategy,
    reason: body.error?.data.reason,
  };
}

Deno.test("isRpcPath() knows its paths from their look-alikes", () => {
  for (const path of ["/rpc", "/rpc/", "/rpc/x", "/ws/rpc", "/ws/rpc/x/y"]) assert.ok(isRpcPath(path), path);
  for (const path of ["/", "/rpcx", "/ws", "/ws/rpcfoo/ethereum", "/x/rpc/y", "/RPC/x", "/status"]) {
    assert.ok(!isRpcPath(path), path);
  }
});

Deno.test("targetOf() finds a chain by name, alias and decimal id, under /rpc and /ws/rpc", async () => {
  await using lasso = await TestLasso.start();
  for (const chain of ["ethereum", "eth", "1", "Ethereum", "ETH", "ethereum/", "%65th"]) {
    for (const base of ["/rpc/", "/ws/rpc/"]) {
      assert.equal((await ask(lasso, base + chain)).status, 200, base + chain);
    }
  }
  for (const path of ["/rpc", "/rpc/", "/rpc/2", "/rpc/0x1", "/rpc/a/b/c/d", "/rpc/%ff", "/rpc/x/y/eth"]) {
    assert.deepEqual([path, (await ask(lasso, path)).reason], [path, "unknown_chain"]);
  }
});

Deno.test("targetOf() takes strategy and provider from the path, then the header, then the query", async () => {
  await using lasso = await TestLasso.start();
  assert.equal((await ask(lasso, "/rpc/eth")).strategy, "priority");
  assert.equal((await ask(lasso, "/rpc/fastest/eth/")).strategy, "fastest");
  assert.equal((await ask(lasso, "/rpc/eth?strategy=fastest")).strategy, "fastest");
  assert.equal((await ask(lasso, "/rpc/eth", { "X-Lasso-Strategy": "fastest" })).strategy, "fastest");
  const header = { "x-lasso-strategy": "priority" };
  assert.equal((await ask(lasso, "/rpc/eth?strategy=fastest", header)).strategy, "priority");
  assert.equal((await ask(lasso, "/rpc/fastest/eth?strategy=priority", header)).strategy, "fastest");
  assert.equal((await ask(lasso, "/rpc/provider/b/eth")).provider, "b");
  assert.equal((await ask(lasso, "/rpc/eth?provider=b")).provider, "b");
  assert.equal((await ask(lasso, "/rpc/eth?provider=a", { "x-lasso-provider": "b" })).provider, "b");
  assert.equal((await ask(lasso, "/rpc/provider/a/eth", { "x-lasso-provider": "b" })).provider, "a");
});

Deno.test("targetOf() takes an empty header or query value for silence", async () => {
  await using lasso = await TestLasso.start();
  const silent = { "x-lasso-strategy": "", "x-lasso-provider": "", "x-lasso-transport": "" };
  assert.equal((await ask(lasso, "/rpc/eth?strategy=&provider=&transport=", silent)).status, 200);
  assert.equal((await ask(lasso, "/rpc/eth?strategy=fastest", silent)).strategy, "fastest");
});

Deno.test("targetOf() refuses what it does not know rather than ignore it", async () => {
  await using lasso = await TestLasso.start();
  const cases: readonly (readonly [string, Readonly<Record<string, string>>, string, number])[] = [
    ["/rpc/slowest/eth", {}, "invalid_request", 400],
    ["/rpc/eth", { "x-lasso-strategy": "slowest" }, "invalid_request", 400],
    ["/rpc/eth", { "x-lasso-provider": "z" }, "unknown_provider", 404],
    ["/rpc/eth", { "x-lasso-transport": "udp" }, "invalid_request", 400],
    ["/rpc/eth", { "x-lasso-include-meta": "yes" }, "invalid_request", 400],
  ];
  for (const [path, headers, reason, status] of cases) {
    const seen = await ask(lasso, path, headers);
    assert.deepEqual([seen.reason, seen.status], [reason, status], JSON.stringify(headers));
  }
});

Deno.test("targetOf() pins the transport: http and both are served, ws has no provider here", async () => {
  await using lasso = await TestLasso.start();
  for (const [transport, status] of [["http", 200], ["both", 200], ["ws", 503]] as const) {
    assert.equal((await ask(lasso, "/rpc/eth", { "X-Lasso-Transport": transport })).status, status);
  }
});

Deno.test("targetOf() does not fail over from a pinned provider", async () => {
  await using lasso = await TestLasso.start();
  lasso.upstream("a").script = () => ({ failure: { code: "refused", message: "refused", sent: false } });
  assert.equal((await ask(lasso, "/rpc/eth")).provider, "b");
  assert.equal((await ask(lasso, "/rpc/provider/a/eth")).status, 503);
});

Deno.test("targetOf() keeps nothing of a router that was replaced, on one connection with one head", async () => {
  await using lasso = await TestLasso.start();
  await using client = await RawClient.connect(lasso.server.port);
  const next = async (path: string): Promise<string> => {
    client.take();
    await client.send(requestText({ method: "POST", path, body: call }));
    return await client.until((received) => received.endsWith("}"));
  };
  assert.match(await next("/rpc/eth"), /"result":"a"/);
  assert.match(await next("/rpc/eth"), /"result":"a"/);
  lasso.swap({ chains: [chainSettings(["b", "a"], { aliases: ["eth"] })] });
  assert.match(await next("/rpc/eth"), /"result":"b"/);
  lasso.swap({ chains: [chainSettings(["a"], { name: "base", chainId: 8453 })] });
  assert.match(await next("/rpc/eth"), /"unknown_chain"/);
  lasso.swap({ chains: [ethereum] });
  assert.match(await next("/rpc/eth"), /"result":"a"/);
});
