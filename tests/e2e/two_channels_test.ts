// One provider over HTTP and WebSocket at once: a real node, real sockets, everything that shows the second channel.

import assert from "node:assert/strict";
import type { RunningRouter } from "../../cli/start_router.ts";
import { chainStatus } from "../../core/server/status.ts";
import { type Anvil, anvilChainId, secondAddress, startAnvil } from "../support/anvil.ts";
import { rpc, type RpcBody } from "../support/rpc_post.ts";
import { startLasso } from "../support/start_lasso.ts";
import { TcpGate } from "../support/tcp_gate.ts";
import { until } from "../support/until.ts";

function config(anvil: Anvil, wsUrl: string, strategy: string): string {
  return JSON.stringify({
    defaults: { strategy, health: { interval: "1s", timeout: "1s" } },
    chains: {
      local: { chain_id: anvilChainId, providers: [{ id: "node", url: anvil.url, ws_url: wsUrl }] },
    },
  });
}

const wsOf = (url: string): string => url.replace(/^http/, "ws");

function ask(lasso: RunningRouter, query = ""): Promise<RpcBody> {
  const url = `${lasso.server.url}/rpc/local?include_meta=body${query}`;
  return rpc(url, "eth_getBalance", [secondAddress, "latest"]);
}

function protocolOf(answer: RpcBody): string | undefined {
  assert.notEqual(answer.result, undefined, JSON.stringify(answer.error));
  return answer.lasso_meta?.selected_provider?.protocol;
}

function connectionsOut(lasso: RunningRouter, transport: string): number {
  const line = new RegExp(`^lasso_connections\\{direction="out",transport="${transport}"\\} (\\d+)$`, "m");
  return Number(line.exec(lasso.meter.metrics())?.[1]);
}

function connected(lasso: RunningRouter): Promise<true> {
  return until("the WebSocket is connected", () => connectionsOut(lasso, "ws") === 1);
}

Deno.test("a provider serves over both channels, and a request may ask for one of them", async () => {
  await using anvil = await startAnvil();
  await using lasso = await startLasso(config(anvil, wsOf(anvil.url), "round_robin"));
  const expected = await anvil.rpc("eth_getBalance", [secondAddress, "latest"]);
  assert.equal((await ask(lasso)).result, expected); // Wakes the chain.
  await connected(lasso);
  const seen = new Set<string | undefined>();
  for (let n = 0; n < 8; n++) seen.add(protocolOf(await ask(lasso)));
  assert.deepEqual([...seen].toSorted(), ["http", "ws"]);
  for (const transport of ["http", "ws"]) {
    const answer = await ask(lasso, `&transport=${transport}`);
    assert.deepEqual([protocolOf(answer), answer.result], [transport, expected]);
  }
  assert.ok(connectionsOut(lasso, "http") >= 1);
  const [provider] = chainStatus(lasso.server.state.router.routes[0]!, 0).providers;
  assert.deepEqual(provider?.transports.map(({ transport, breaker }) => [transport, breaker]), [
    ["http", "closed"],
    ["ws", "closed"],
  ]);
});

Deno.test("a WebSocket that is lost costs no call: HTTP serves, and it is connected again by itself", async () => {
  await using anvil = await startAnvil();
  await using gate = await TcpGate.start(Number(new URL(anvil.url).port));
  await using lasso = await startLasso(config(anvil, `ws://127.0.0.1:${gate.port}`, "round_robin"));
  await ask(lasso);
  await connected(lasso);
  assert.equal(protocolOf(await ask(lasso, "&transport=ws")), "ws");
  gate.shut();
  await until("the loss is seen", () => connectionsOut(lasso, "ws") === 0);
  for (let n = 0; n < 20; n++) assert.equal(protocolOf(await ask(lasso)), "http");
  gate.open();
  await connected(lasso);
  await until("both serve again", async () => protocolOf(await ask(lasso)) === "ws");
});

Deno.test("a WebSocket of another chain serves nothing, HTTP does", async () => {
  await using anvil = await startAnvil();
  await using other = await startAnvil(["--chain-id", "5"]);
  await using lasso = await startLasso(config(anvil, wsOf(other.url), "round_robin"));
  await ask(lasso);
  const route = lasso.server.state.router.routes[0]!;
  const wrong = await until("it is found out", () => route.chain.channels[1]?.quarantined ?? undefined);
  assert.equal(wrong, `answers chain id 5 over WebSocket, expected ${anvilChainId}`);
  for (let n = 0; n < 6; n++) assert.equal(protocolOf(await ask(lasso)), "http");
  const pinned = await ask(lasso, "&transport=ws");
  assert.equal(pinned.error?.data?.reason, "wrong_chain");
  assert.equal(chainStatus(route, 0).providers[0]?.transports[1]?.quarantined, wrong);
});
