// `WS /v1/ws/{chain}` over real sockets and streams under the test's hand: who may come, what is said wrong, what is in
// place after a change, and how a socket ends.

import assert from "node:assert/strict";
// @ts-types="@types/ws"
import { WebSocket } from "ws";
import { refuse } from "../../../core/rpc/refusal.ts";
import { EventHub } from "../../../core/server/event_hub.ts";
import { chainSettings } from "../../support/fake_chain.ts";
import { lassoSettings } from "../../support/fake_router.ts";
import { FakeStreams } from "../../support/fake_streams.ts";
import { ethereum, node, TestLasso, type TestLassoOptions } from "../../support/test_lasso.ts";
import { handshakeText, WsClient } from "../../support/ws_client.ts";
import { RawClient } from "../../support/raw_client.ts";

const usualWs = lassoSettings([]).server.ws;
const heads = '["newHeads"]';
const hashOf = (number: number): string => `0x${number.toString(16).padStart(64, "0")}`;
const header = (number: number): string =>
  JSON.stringify({ number: `0x${number.toString(16)}`, hash: hashOf(number) });

interface Message {
  readonly type: string;
  readonly message?: string;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly include?: string;
  readonly events?: readonly string[];
  readonly filter?: unknown;
}

class Stage implements AsyncDisposable {
  readonly hub = new EventHub(() => 1_000);
  readonly streams = new FakeStreams();
  lasso!: TestLasso;

  static async start(options: TestLassoOptions = {}): Promise<Stage> {
    const stage = new Stage();
    const block = node("a", ({ method, params }) => {
      if (method !== "eth_getBlockByHash") return { result: "a" };
      return { result: { ...JSON.parse(header(Number(params[0]))), transactions: [] } };
    });
    const scripts = { a: block.answer, b: block.answer };
    stage.lasso = await TestLasso.start({ hub: stage.hub, streams: stage.streams, scripts, ...options });
    return stage;
  }

  url(path = "/v1/ws/eth"): string {
    return `${this.lasso.server.url.replace(/^http/, "ws")}${path}`;
  }

  connect(path?: string): Promise<WsClient> {
    return WsClient.connect(this.url(path));
  }

  asked(): number {
    return this.lasso.upstream("a").count("eth_getBlockByHash") +
      this.lasso.upstream("b").count("eth_getBlockByHash");
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.lasso[Symbol.asyncDispose]();
  }
}

async function next(client: WsClient, index: number): Promise<Message> {
  return await client.message(index) as unknown as Message;
}

async function ask(client: WsClient, message: unknown): Promise<Message> {
  return await client.ask(message) as unknown as Message;
}

Deno.test("v1 socket gets blocks unasked, fetched once for all; a header costs no question", async () => {
  await using on = await Stage.start();
  await using a = await on.connect();
  await using b = await on.connect("/v1/ws/1");
  on.streams.tell(heads, header(7));
  const expected = { type: "block", chain: "ethereum", data: { ...JSON.parse(header(7)), transactions: [] } };
  assert.deepEqual([await next(a, 0), await next(b, 0)], [expected, expected]);
  assert.equal(on.asked(), 1);
  for (const client of [a, b]) {
    const said = await ask(client, { type: "subscribe", include: "header" });
    assert.deepEqual(said, {
      type: "subscribed",
      chain: "ethereum",
      include: "header",
      events: ["block"],
      filter: null,
    });
  }
  on.streams.tell(heads, header(8));
  assert.deepEqual((await next(a, 2)).data, JSON.parse(header(8)));
  assert.equal(on.asked(), 1);
});

Deno.test("v1 socket listens to heads only while there is somebody", async () => {
  await using on = await Stage.start();
  const a = await on.connect();
  const b = await on.connect();
  assert.equal(on.streams.listeners.length, 1);
  await a[Symbol.asyncDispose]();
  await b[Symbol.asyncDispose]();
  await on.lasso.until(() => on.streams.listeners.length === 0);
});

Deno.test("v1 socket answers what it does not understand, and stays", async () => {
  await using on = await Stage.start();
  await using client = await on.connect();
  const wrong: readonly (readonly [unknown, string])[] = [
    ["{", "the message is no JSON"],
    ["[]", 'the type must be "subscribe"'],
    [{ type: "unsubscribe" }, 'the type must be "subscribe"'],
    [{ type: "subscribe" }, "include or events must be given"],
    [{ type: "subscribe", include: "all" }, "include must be header, hashes, full"],
    [{ type: "subscribe", topics: [] }, 'there is no "topics"; known: include, events, filter'],
    [{ type: "subscribe", events: "log" }, "events must be a list of names"],
    [
      { type: "subscribe", events: ["logs"] },
      'there is no event "logs"; known: block, log, pending_transaction, reorg, provider',
    ],
    [{ type: "subscribe", events: ["reorg"], filter: {} }, 'a filter goes with events that have "log"'],
    [
      { type: "subscribe", events: ["log"], filter: { address: "0x1" } },
      "filter: address must be a 20-byte hex address or a list of them",
    ],
    [
      { type: "subscribe", events: ["log"], filter: { fromBlock: "0x1" } },
      'filter: there is no "fromBlock"; known: address, topics',
    ],
  ];
  for (const [message, why] of wrong) {
    assert.deepEqual(await ask(client, message), { type: "error", message: why });
  }
  on.streams.tell(heads, header(1));
  assert.equal((await next(client, wrong.length)).type, "block");
});

Deno.test("v1 socket changes its logs without a hole: the old stream is left when the new one is confirmed", async () => {
  await using on = await Stage.start();
  await using client = await on.connect();
  const all = '["logs",{}]';
  const address = `0x${"ab".repeat(20)}`;
  const one = `["logs",{"address":"${address}"}]`;
  const logs = (): string[] =>
    on.streams.listeners.map(({ params }) => params).filter((text) => text !== heads);
  const first = await ask(client, { type: "subscribe", events: ["log", "reorg"] });
  assert.deepEqual([first.events, first.filter, logs()], [["block", "log", "reorg"], {}, [all]]);
  on.streams.tell(all, '{"logIndex":"0x0"}');
  assert.deepEqual(await next(client, 1), { type: "log", chain: "ethereum", data: { logIndex: "0x0" } });
  on.streams.held = [];
  const filter = { address: address.toUpperCase().replace("0X", "0x") };
  for (let k = 0; k < 5; k++) client.send({ type: "subscribe", events: ["log"], filter });
  await on.lasso.until(() => on.streams.held?.length === 1);
  assert.deepEqual(logs(), [all]);
  client.send({ type: "subscribe", events: ["log", "provider"], filter });
  on.hub.emit("provider.state", { chain: "ethereum", provider: "a", state: "open" });
  await ask(client, "{");
  for (const acknowledge of on.streams.held.splice(0)) acknowledge();
  await client.until(() =>
    client.messages.some((text) => text.includes('"subscribed"') && text.includes(address))
  );
  assert.deepEqual(logs(), [one]);
  on.streams.held = null;
  on.streams.refusal = { kind: "refusal", refusal: refuse("timeout", "Nobody has confirmed it.") };
  const count = client.messages.length;
  client.send({ type: "subscribe", events: ["log", "pending_transaction"], filter: {} });
  const said = [await next(client, count), await next(client, count + 1), await next(client, count + 2)];
  assert.deepEqual(said.map(({ type }) => type).sort(), ["error", "error", "subscribed"]);
  const kept = said.find(({ type }) => type === "subscribed")!;
  assert.deepEqual([kept.events, kept.filter], [["block", "log"], { address }]);
});

Deno.test("v1 socket tells of reorgs, providers and gaps to who wants them", async () => {
  await using on = await Stage.start();
  await using all = await on.connect("/v1/ws/eth?gaps=notify");
  await using none = await on.connect("/v1/ws/eth?gaps=continue");
  await using closes = await on.connect();
  await ask(all, { type: "subscribe", include: "header", events: ["reorg", "provider"] });
  const reorg = {
    old_head: { number: 5, hash: hashOf(5) },
    new_head: { number: 5, hash: hashOf(55) },
    depth: 1,
    ancestor: { number: 4, hash: hashOf(4) },
  };
  on.hub.emit("stream.reorg", { chain: "ethereum", ...reorg });
  on.hub.emit("stream.reorg", { chain: "base", ...reorg });
  assert.deepEqual(await next(all, 1), { type: "reorg", chain: "ethereum", data: reorg });
  on.hub.emit("provider.state", { chain: "ethereum", provider: "a", state: "open", reason: "für" });
  assert.deepEqual((await next(all, 2)).data, { provider: "a", state: "open", reason: "für" });
  on.streams.listeners[0]!.listener.missed({ from: 6, to: 9 });
  assert.deepEqual((await next(all, 3)).data, { events: "block", from_block: 6, to_block: 9 });
  assert.equal((await closes.closed()).code, 1012);
  on.streams.tell(heads, header(10));
  await next(none, 0);
  assert.equal(none.messages.length, 1);
});

Deno.test("v1 socket says when there are no blocks, and tries again", async () => {
  await using on = await Stage.start();
  on.streams.refusal = { kind: "refusal", refusal: refuse("timeout", "Nobody has confirmed it.") };
  on.streams.held = [];
  await using client = await on.connect();
  for (const acknowledge of on.streams.held.splice(0)) acknowledge();
  assert.deepEqual(await next(client, 0), {
    type: "error",
    message: "No blocks at this moment: Nobody has confirmed it.",
  });
  on.streams.refusal = null;
  on.streams.held = null;
  await on.lasso.until(() => on.streams.listeners.length === 1);
  on.streams.tell(heads, header(3));
  assert.equal((await next(client, 1)).type, "block");
});

Deno.test("v1 socket is closed when it does not keep up, and nobody waits for it", async () => {
  await using on = await Stage.start({ server: { ws: { ...usualWs, queueBytes: 65_536 } } });
  await using slow = await on.connect();
  await using quick = await on.connect();
  await ask(slow, { type: "subscribe", include: "header" });
  await ask(quick, { type: "subscribe", include: "header" });
  slow.ws.pause();
  const long = JSON.stringify({ number: "0x1", hash: hashOf(1), extraData: `0x${"00".repeat(16_000)}` });
  for (let k = 1; slow.end === null && on.lasso.server.state.websockets() === 2; k++) {
    on.streams.tell(heads, long);
    await next(quick, k);
  }
  slow.ws.resume();
  const { code } = await slow.closed();
  // Where the client took nothing at all, its socket is reset before it can read why.
  assert.ok(code === 1013 || code === 1006, String(code));
  assert.equal(quick.end, null);
  assert.ok(on.lasso.logged.some(({ event, fields }) => event === "ws.closed" && fields.code === 1013));
});

Deno.test("v1 socket ends with the server, with its chain, and with the chain's service", async () => {
  const base = chainSettings(["a"], { name: "base", chainId: 8453 });
  const on = await Stage.start({ chains: [ethereum, base] });
  await using _ = on;
  await using gone = await on.connect("/v1/ws/base");
  await using drained = await on.connect();
  on.lasso.swap({ chains: [ethereum] });
  assert.deepEqual(await gone.closed(), { code: 1012, reason: "the chain base is no longer served" });
  on.lasso.server.state.dismiss("ethereum");
  assert.equal((await drained.closed()).code, 1001);
  await using last = await on.connect();
  const stopped = on.lasso.server.stop(1_000);
  assert.equal((await last.closed()).code, 1001);
  await stopped;
});

Deno.test("v1 socket is for those who may read, and says what is wrong with a handshake", async () => {
  await using on = await Stage.start({ server: { adminToken: "s3cret" } });
  const away = { "x-forwarded-for": "203.0.113.9" };
  const status = async (path: string, headers: Record<string, string> = {}): Promise<string> => {
    await using client = await RawClient.connect(on.lasso.server.port);
    await client.send(new TextEncoder().encode(handshakeText(path, headers)));
    const text = await client.until((received) => received.includes("\r\n\r\n"));
    return text.split(" ")[1] ?? "";
  };
  assert.equal(await status("/v1/ws/eth", away), "401");
  assert.equal(await status("/v1/ws/nope", away), "401", "what exists is not told");
  assert.equal(await status("/v1/ws/eth", { ...away, authorization: "Bearer no" }), "403");
  assert.equal(await status("/v1/ws/nope"), "404");
  assert.equal(await status("/v1/ws"), "404");
  assert.equal(await status("/v1/ws/eth?gaps=maybe"), "400");
  assert.equal(await status("/v1/ws/eth", { "sec-websocket-version": "12" }), "426");
  const protocols = ["lasso.v1", `lasso.token.${btoa("s3cret").replaceAll("=", "")}`];
  await using client = new WsClient(new WebSocket(on.url(), protocols, { headers: away }));
  await client.until(() => client.ws.readyState === WebSocket.OPEN);
  assert.equal(client.ws.protocol, "lasso.v1");
});
