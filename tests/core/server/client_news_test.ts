// What is told of clients' WebSockets: bounded, counted, and nothing while nobody watches.

import assert from "node:assert/strict";
import { ClientNews, type ClientSocket } from "../../../core/server/client_news.ts";
import { EventHub, type FeedEvent } from "../../../core/server/event_hub.ts";
import type { HistoryEvent } from "../../../core/measure/history/model.ts";
import { noHistory } from "../../../core/measure/history/no_history.ts";
import { VirtualClock } from "../../../core/virtual_clock.ts";
import { ethereum, TestLasso } from "../../support/test_lasso.ts";
import { FakeStreams } from "../../support/fake_streams.ts";
import { WsClient } from "../../support/ws_client.ts";

const socket: ClientSocket = { client: 1, kind: "rpc", chain: "ethereum", address: "203.0.113.77" };

Deno.test("ClientNews tells at most 20 a second, and the rest as a sum", async () => {
  const clock = new VirtualClock();
  const hub = new EventHub(() => clock.wallNow());
  const news = new ClientNews(clock, hub);
  news.connected(socket);
  assert.equal(clock.pending, 0, "nobody watches");
  const told: FeedEvent[] = [];
  hub.listen({ heard: (event) => void told.push(event) });
  for (let k = 0; k < 50; k++) {
    news.connected(socket);
    news.disconnected(socket, 5, 1001);
  }
  assert.equal(told.length, 20);
  assert.deepEqual(told[1]?.fields, {
    event: "client.disconnected",
    client: 1,
    kind: "rpc",
    from: "203.0.113.0/24",
    open_ms: 5,
    code: 1001,
  });
  await clock.advance(1_000);
  assert.deepEqual(told[20]?.fields, {
    event: "client.more",
    connected: 40,
    disconnected: 40,
    subscriptions: 0,
  });
  news.subscriptions(socket, 3);
  assert.deepEqual(told[21]?.fields, {
    event: "client.subscriptions",
    client: 1,
    kind: "rpc",
    from: "203.0.113.0/24",
    subscriptions: 3,
  });
  assert.equal(clock.pending, 0);
});

Deno.test("the feed tells of clients' sockets and subscriptions, history does not", async () => {
  const hub = new EventHub(() => 1_000);
  const streams = new FakeStreams();
  const kept: string[] = [];
  const history = { ...noHistory, event: ({ event }: HistoryEvent) => void kept.push(event) };
  await using lasso = await TestLasso.start({ hub, streams, history, chains: [ethereum] });
  const url = lasso.server.url.replace(/^http/, "ws");
  const told: string[] = [];
  hub.listen({ heard: ({ topic, fields }) => void (topic === "client" && told.push(String(fields.event))) });
  const client = await WsClient.connect(`${url}/rpc/eth`);
  const { result } = await client.ask({
    jsonrpc: "2.0",
    id: 1,
    method: "eth_subscribe",
    params: ["newHeads"],
  });
  await client.ask({ jsonrpc: "2.0", id: 2, method: "eth_unsubscribe", params: [result] });
  await client[Symbol.asyncDispose]();
  await lasso.until(() => told.length === 4);
  const v1 = await WsClient.connect(`${url}/v1/ws/eth`);
  await v1[Symbol.asyncDispose]();
  await lasso.until(() => told.length === 6);
  assert.deepEqual(told, [
    "client.connected",
    "client.subscriptions",
    "client.subscriptions",
    "client.disconnected",
    "client.connected",
    "client.disconnected",
  ]);
  hub.emit("mark", {});
  assert.deepEqual(kept.filter((event) => event !== "provider.state"), ["mark"]);
});
