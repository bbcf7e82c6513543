// The feed of what happens: its sockets over a real server, its windows on virtual time.

import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
// @ts-types="@types/ws"
import type { WebSocket } from "ws";
import { EventHub, type Topic } from "../../../core/server/event_hub.ts";
import { FeedSocket } from "../../../core/server/feed_socket.ts";
import { VirtualClock } from "../../../core/virtual_clock.ts";
import { ethereum, TestLasso } from "../../support/test_lasso.ts";
import { WsClient } from "../../support/ws_client.ts";

interface FeedMessage {
  readonly type: string;
  readonly seq: number;
  readonly message?: string;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly dropped: number;
  readonly events: readonly Readonly<Record<string, unknown>>[];
}

/** Without the figures of each second, which come when they come. */
function told(client: WsClient): string[] {
  return client.messages.filter((text) => !text.includes('"event":"stats"'));
}

async function message(client: WsClient, index: number): Promise<FeedMessage> {
  await client.until(() => told(client).length > index);
  return JSON.parse(told(client)[index]!) as FeedMessage;
}

function feedUrl(lasso: TestLasso, path: string): string {
  return `${lasso.server.url.replace(/^http/, "ws")}${path}`;
}

Deno.test("feed gives a snapshot, then events as they come", async () => {
  const hub = new EventHub(() => 1_000);
  await using lasso = await TestLasso.start({ hub });
  await using client = await WsClient.connect(feedUrl(lasso, "/channels/events"));
  const snapshot = await message(client, 0);
  assert.equal(snapshot.type, "snapshot");
  assert.equal(snapshot.seq, 1);
  assert.ok(Array.isArray(snapshot.data?.chains));
  hub.emit("provider.set_aside", { chain: "ethereum", provider: "a", for_ms: 30_000 });
  assert.deepEqual(await message(client, 1), {
    type: "batch",
    seq: 2,
    events: [{
      topic: "provider",
      at: 1_000,
      chain: "ethereum",
      event: "provider.set_aside",
      provider: "a",
      for_ms: 30_000,
    }],
    dropped: 0,
  });
});

Deno.test("feed of one chain tells of that chain, and of what concerns all", async () => {
  const hub = new EventHub(() => 0);
  await using lasso = await TestLasso.start({
    hub,
    chains: [ethereum, { ...ethereum, name: "base", chainId: 8453, aliases: [] }],
  });
  await using client = await WsClient.connect(feedUrl(lasso, "/channels/chain/eth"));
  const { chains, blocks } = (await message(client, 0)).data as {
    chains: { name: string }[];
    blocks: object;
  };
  assert.deepEqual([chains.map(({ name }) => name), Object.keys(blocks)], [["ethereum"], ["ethereum"]]);
  hub.emit("head", { chain: "base", block: 1 });
  hub.emit("config.reload", { result: "ok" });
  assert.deepEqual((await message(client, 1)).events.map(({ topic }) => topic), ["config"]);
});

Deno.test("feed takes topics and chains, and says what it does not understand", async () => {
  const hub = new EventHub(() => 0);
  await using lasso = await TestLasso.start({ hub });
  await using client = await WsClient.connect(feedUrl(lasso, "/channels/events"));
  await client.message(0);
  const wrong = [
    ["{", "the message is no JSON"],
    ["{}", 'the type must be "subscribe"'],
    ['{"type":"subscribe","topics":"head"}', "topics and chains must be lists of names"],
    ['{"type":"subscribe","topic":"stream"}', /^there is no member "topic"; known: type, topics, chains$/],
    ['{"type":"subscribe","topics":["heads"]}', /^there is no topic "heads"; known: routing, /],
    ['{"type":"subscribe","chains":["nope"]}', 'the chain "nope" is not served'],
  ] as const;
  for (const [text, why] of wrong) {
    const answer = await client.ask(text) as unknown as FeedMessage;
    assert.equal(answer.type, "error");
    if (typeof why === "string") assert.equal(answer.message, why);
    else assert.match(answer.message ?? "", why);
  }
  client.send({ type: "subscribe", topics: ["head"] });
  // An answer to a message that follows shows that this one was taken.
  await client.ask("{");
  hub.emit("breaker", { chain: "ethereum", provider: "a", state: "open" });
  hub.emit("head", { chain: "ethereum", block: 7 });
  const { events } = await message(client, told(client).length);
  assert.deepEqual(events.map(({ topic }) => topic), ["head"]);
});

Deno.test("feed is refused without the token away from loopback, and taken with it", async () => {
  await using lasso = await TestLasso.start({ server: { adminToken: "s3cret/+" } });
  const url = feedUrl(lasso, "/channels/events");
  const away = { "x-forwarded-for": "203.0.113.9" };
  const status = async (headers: Record<string, string>, protocols: string[] = []): Promise<number> => {
    const { WebSocket } = await import("ws");
    return await new Promise((resolve) => {
      const ws = new WebSocket(url, protocols, { headers: { ...away, ...headers } });
      ws.on("unexpected-response", (_request, response) => {
        resolve(response.statusCode ?? 0);
        ws.terminate();
      });
      ws.on("open", () => {
        ws.on("close", () => resolve(101));
        ws.close();
      });
      ws.on("error", () => {});
    });
  };
  assert.equal(await status({}), 401);
  assert.equal(await status({ authorization: "Bearer wrong" }), 403);
  assert.equal(await status({ authorization: "Bearer s3cret/+" }), 101);
  const token = btoa("s3cret/+").replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  assert.equal(await status({}, [`lasso.token.${token}`]), 101);
  assert.equal(await status({}, ["lasso.token.bm9wZQ"]), 403);
});

Deno.test("feed closes with 1001 when the server drains", async () => {
  await using lasso = await TestLasso.start();
  await using client = await WsClient.connect(feedUrl(lasso, "/channels/events"));
  await client.message(0);
  const stopped = lasso.server.stop(1_000);
  assert.equal((await client.closed()).code, 1001);
  await stopped;
});

/** A socket that takes what it is sent and says how much waits. */
class FakeWs extends EventEmitter {
  bufferedAmount = 0;
  readonly sent: FeedMessage[] = [];
  closed = 0;
  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  close(code: number): void {
    this.closed = code;
  }
  terminate(): void {
    this.emit("close");
  }
}

function stage(): { clock: VirtualClock; hub: EventHub; ws: FakeWs } {
  const clock = new VirtualClock();
  const hub = new EventHub(() => clock.wallNow());
  const ws = new FakeWs();
  new FeedSocket(ws as unknown as WebSocket, null, "none", {
    clock,
    hub,
    snapshot: () => ({}),
    chainName: (given) => given,
    gone: () => {},
  });
  return { clock, hub, ws };
}

function publish(hub: EventHub, topic: Topic, count: number, notable: boolean): void {
  for (let n = 0; n < count; n++) hub.publish(topic, "ethereum", { n, notable }, notable);
}

Deno.test("FeedSocket sends the first event at once, then one batch a window", async () => {
  const { clock, hub, ws } = stage();
  publish(hub, "head", 3, true);
  assert.deepEqual(ws.sent.map(({ type }) => type), ["snapshot", "batch"]);
  await clock.advance(49);
  assert.equal(ws.sent.length, 2);
  await clock.advance(1);
  assert.deepEqual(ws.sent[2]?.events.map(({ n }) => n), [1, 2]);
  await clock.advance(1_000);
  assert.equal(ws.sent.length, 3);
  ws.emit("close");
  assert.equal(hub.listening, false);
});

Deno.test("FeedSocket drops plain routing events first, counts them, and never a change of state", async () => {
  const { clock, hub, ws } = stage();
  publish(hub, "system", 1, true);
  publish(hub, "routing", 150, false);
  publish(hub, "routing", 30, true);
  publish(hub, "breaker", 500, true);
  await clock.advance(50);
  const { events, dropped } = ws.sent[2]!;
  assert.equal(events.filter(({ topic }) => topic === "breaker").length, 500);
  assert.equal(events.filter(({ topic }) => topic === "routing").length, 100);
  assert.equal(events.filter(({ topic, notable }) => topic === "routing" && notable === true).length, 30);
  assert.equal(dropped, 80);
  ws.emit("close");
});

Deno.test("FeedSocket gives a slow reader a fresh snapshot when it has caught up, or ends it", async () => {
  const { clock, hub, ws } = stage();
  publish(hub, "head", 1, true);
  ws.bufferedAmount = 2_000_000;
  publish(hub, "head", 5, true);
  await clock.advance(1_000);
  assert.equal(ws.sent.length, 2, "nothing more while it is slow");
  ws.bufferedAmount = 0;
  await clock.advance(50);
  assert.equal(ws.sent.at(-1)?.type, "snapshot");
  ws.bufferedAmount = 2_000_000;
  publish(hub, "head", 1, true);
  await clock.advance(10_100);
  assert.equal(ws.closed, 1013);
  await clock.advance(2_000);
  assert.equal(hub.listening, false);
  assert.equal(clock.pending, 0);
});
