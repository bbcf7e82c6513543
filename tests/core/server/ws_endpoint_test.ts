import assert from "node:assert/strict";
import type { WsSettings } from "../../../core/settings.ts";
import { VirtualClock } from "../../../core/virtual_clock.ts";
import { chainSettings } from "../../support/fake_chain.ts";
import { FakeStreams } from "../../support/fake_streams.ts";
import { readAnswer } from "../../support/http_exchange.ts";
import { RawClient } from "../../support/raw_client.ts";
import { makeCertificates } from "../../support/test_certificates.ts";
import { ethereum, node, TestLasso } from "../../support/test_lasso.ts";
import { clientFrame, handshakeText, rawWs, serverFrames, WsClient } from "../../support/ws_client.ts";
import { callText, wsStage } from "../../support/ws_stage.ts";

const ws: WsSettings = {
  queueBytes: 4_194_304,
  maxFrameBytes: 2_097_152,
  maxInFlight: 256,
  maxSubscriptions: 1000,
  pingMs: 30_000,
  idleTimeoutMs: 7_200_000,
};

/** What clients had sent before has been read then. */
async function settled(lasso: TestLasso): Promise<void> {
  for (let round = 0; round < 3; round++) await lasso.get("/health");
}

function opcodes(client: RawClient): number[] {
  return serverFrames(client.received).map(({ opcode }) => opcode);
}

/** Code and reason of the close frame in it. */
function closeOf(received: string): [code: number, reason: string] | undefined {
  const frame = serverFrames(received).find(({ opcode }) => opcode === 8);
  if (frame === undefined) return undefined;
  return [(frame.payload.charCodeAt(0) << 8) | frame.payload.charCodeAt(1), frame.payload.slice(2)];
}

Deno.test("sweep() pings, and terminates who says nothing till the next ping", async () => {
  const clock = new VirtualClock();
  await using on = await wsStage({ clock });
  const { lasso } = on;
  await using mute = await rawWs(lasso.server.port, "/rpc/eth");
  await using busy = await rawWs(lasso.server.port, "/rpc/eth");
  await clock.advance(29_000);
  assert.deepEqual([on.client.pings, opcodes(mute)], [0, []]);
  for (let round = 1; round <= 4; round++) {
    await clock.advance(30_000);
    await on.client.until(() => on.client.pings === round);
    await busy.until(() => opcodes(busy).length === round);
    // Any byte is a sign of life, even a part of a frame.
    await busy.send(clientFrame("x".repeat(8)).subarray(round * 2 - 2, round * 2));
    await settled(lasso);
    if (round === 1) continue;
    await mute.untilEnd();
    assert.equal(lasso.server.state.websockets(), 2);
  }
  assert.deepEqual(opcodes(mute), [9]);
});

Deno.test("sweep() closes who says nothing for idle_timeout and listens to nothing", async () => {
  const clock = new VirtualClock();
  const streams = new FakeStreams();
  const settings = { ...ws, idleTimeoutMs: 60_000, pingMs: 1e9 };
  await using on = await wsStage({ clock, streams, server: { ws: settings } });
  await using listening = await on.connect();
  await listening.ask(callText(1, "eth_subscribe", '["newHeads"]'));
  await using talking = await on.connect();
  await clock.advance(50_000);
  await talking.ask(callText(1, "eth_chainId"));
  await clock.advance(20_000);
  assert.deepEqual(await on.client.closed(), { code: 1000, reason: "idle" });
  assert.equal((await talking.ask(callText(2, "eth_chainId"))).result, "0x1");
  await listening.ask(callText(3, "eth_unsubscribe", '["0x1"]'));
  await clock.advance(70_000);
  assert.equal((await listening.closed()).code, 1000);
});

Deno.test("sweep() terminates a client that does not leave within 2 s of the close frame", async () => {
  const clock = new VirtualClock();
  await using lasso = await TestLasso.start({ clock });
  const clients = await Promise.all(["mine", "theirs"].map(() => rawWs(lasso.server.port, "/rpc/eth")));
  // The one is closed by the server (a bad frame), the other begins to close and never ends its side.
  await clients[0]!.send(clientFrame("x", { masked: false }));
  await clients[1]!.send(clientFrame("\x03\xe8", { opcode: 8 }));
  for (const client of clients) await client.until((text) => closeOf(text) !== undefined);
  assert.deepEqual(clients.map(({ received }) => closeOf(received)?.[0]), [1002, 1000]);
  clients.forEach(({ socket }) => socket.pause());
  await clock.advance(1_400);
  assert.equal(lasso.server.state.websockets(), 2);
  await clock.advance(1_200);
  await lasso.until(() => lasso.server.state.websockets() === 0);
  for (const client of clients) await client[Symbol.asyncDispose]();
});

// ---- the end of the server ------------------------------------------------------------------------------------------

Deno.test("drain() lets calls under way end, refuses new ones, and closes with 1001", async () => {
  const scripts = { a: node("a", ({ params: [ms] }) => ({ result: "slow", afterMs: Number(ms) })).answer };
  await using on = await wsStage({ scripts });
  await using idle = await on.connect();
  await using keptAlive = await RawClient.connect(on.lasso.server.port);
  await keptAlive.send("GET /health HTTP/1.1\r\nhost: x\r\n\r\n");
  await keptAlive.until((text) => text.endsWith("}}"));
  on.client.send(callText(1, "eth_getCode", "[200]"));
  await on.lasso.until(() => on.lasso.server.state.inFlight === 1);
  const stopped = on.lasso.server.stop(5_000);
  assert.deepEqual(await idle.closed(), { code: 1001, reason: "going away" });
  on.client.send(callText(2));
  const refused = await on.client.message(0);
  assert.deepEqual([refused.id, refused.error?.code, refused.error?.data.retry_after_ms], [2, -32008, 1000]);
  assert.deepEqual([(await on.client.message(1)).id, (await on.client.message(1)).result], [1, "slow"]);
  assert.deepEqual(await on.client.closed(), { code: 1001, reason: "going away" });
  await stopped;
});

Deno.test("drain() destroys what has not left in time; upgrades meanwhile are refused with 503", async () => {
  const clock = new VirtualClock();
  const hang = node("a", () => ({ hang: true }));
  const lasso = await TestLasso.start({ clock, scripts: { a: hang.answer, b: hang.answer } });
  await using stuck = await rawWs(lasso.server.port, "/rpc/eth");
  await stuck.send(clientFrame(callText(1)));
  await using deaf = await rawWs(lasso.server.port, "/rpc/eth");
  await lasso.until(() => lasso.server.state.inFlight === 1);
  await using late = await RawClient.connect(lasso.server.port);
  // A request under way keeps its connection while Lasso drains.
  const head = 'POST /rpc/eth HTTP/1.1\r\nhost: x\r\ncontent-length: 61\r\n\r\n{"jsonrpc":"2.0",';
  await late.send(head);
  await settled(lasso);
  const stopped = lasso.server.stop(10_000);
  await deaf.until((text) => closeOf(text)?.[0] === 1001);
  assert.equal(closeOf(stuck.received), undefined);
  await late.send('"id":1,"method":"eth_chainId","params":  []}' + handshakeText("/rpc/eth"));
  assert.match(await late.untilEnd(), /"result":"0x1"/);
  await clock.advance(10_500);
  await stopped;
  await stuck.untilEnd();
  await deaf.untilEnd();
  assert.equal(lasso.server.state.inFlight, 0);
});

Deno.test("upgrade() is refused with 503 while Lasso drains", async () => {
  await using lasso = await TestLasso.start();
  await using client = await RawClient.connect(lasso.server.port);
  lasso.server.state.draining = true;
  await client.send(handshakeText("/rpc/eth"));
  const { status, headers, body } = readAnswer(await client.untilEnd());
  assert.deepEqual([status, headers["retry-after"]], [503, "1"]);
  assert.equal(JSON.parse(body).error.code, -32008);
});

// ---- reload ---------------------------------------------------------------------------------------------------------

Deno.test("adopt() sends later calls through the new router, and leaves those under way alone", async () => {
  const scripts = { a: node("a", ({ params: [ms] }) => ({ result: "a", afterMs: Number(ms ?? 0) })).answer };
  await using on = await wsStage({ scripts });
  on.client.send(callText(1, "eth_getCode", "[100]"));
  await on.lasso.until(() => on.lasso.upstream("a").count("eth_getCode") === 1);
  on.lasso.swap({ chains: [chainSettings(["b", "a"], { aliases: ["eth"] })] });
  assert.equal((await on.client.ask(callText(2))).result, "b");
  assert.equal((await on.client.message(1)).result, "a");
});

Deno.test("adopt() closes with 1012 and the reason whose chain, provider or strategy is gone", async () => {
  const chains = [ethereum, chainSettings(["c"], { name: "base", chainId: 8453 })];
  await using on = await wsStage({ chains }, "/rpc/base");
  await using pinned = await on.connect("/rpc/provider/b/ethereum");
  await using alias = await on.connect("/rpc/eth");
  on.lasso.swap({ chains: [chainSettings(["a"])] });
  assert.deepEqual(await on.client.closed(), {
    code: 1012,
    reason: 'The chain "base" is not configured; known: ethereum.',
  });
  assert.deepEqual(await pinned.closed(), {
    code: 1012,
    reason: 'The chain ethereum has no provider "b"; known: a.',
  });
  // The alias is gone too, but the socket has found its chain.
  assert.equal((await alias.ask(callText(1))).result, "a");
  const closed = on.lasso.logged.filter(({ event }) => event === "ws.closed");
  assert.deepEqual(closed.map(({ level, fields }) => [level, fields.code]), [["warn", 1012], ["warn", 1012]]);
});

Deno.test("adopt() changes the limits of open sockets: frame, calls, subscriptions, ping, idle time", async () => {
  const clock = new VirtualClock();
  const streams = new FakeStreams();
  await using on = await wsStage({ clock, streams });
  await using second = await on.connect();
  const subscribe = callText(1, "eth_subscribe", '["newHeads"]');
  const change = (limits: Partial<WsSettings>): void => {
    const { server } = on.lasso.server.state.router.settings;
    on.lasso.swap({ server: { ...server, ws: { ...ws, ...limits } } });
  };
  change({ maxInFlight: 1 });
  // On this clock no time passes, so that this call waits for its provider to be known.
  on.client.send(callText(1));
  assert.equal((await on.client.ask(callText(2))).error?.code, -32008);
  change({ maxFrameBytes: 64 });
  on.client.send(" ".repeat(65));
  assert.equal((await on.client.closed()).code, 1009);
  for (const [maxSubscriptions, code] of [[1, undefined], [1, -32008], [2, undefined]] as const) {
    change({ maxSubscriptions });
    assert.equal((await second.ask(subscribe)).error?.code, code);
  }
  for (const id of streams.clients[0]?.ids ?? []) {
    await second.ask(callText(1, "eth_unsubscribe", `["${id}"]`));
  }
  change({ pingMs: 1_000 });
  await clock.advance(1_500);
  await second.until(() => second.pings === 1);
  change({ idleTimeoutMs: 1_000 });
  await clock.advance(1_500);
  assert.deepEqual(await second.closed(), { code: 1000, reason: "idle" });
});

// ---- TLS ------------------------------------------------------------------------------------------------------------

Deno.test("WebSockets work over TLS: calls, pings, events and the drain", async () => {
  const { ca, cert, key } = await makeCertificates();
  const clock = new VirtualClock();
  const streams = new FakeStreams();
  await using lasso = await TestLasso.start({ clock, streams, server: { tls: { cert, key } } });
  const url = `wss://localhost:${lasso.server.port}/rpc/ethereum`;
  await using client = await WsClient.connect(url, { ca });
  assert.equal((await client.ask(callText(1, "eth_subscribe", '["newHeads"]'))).result, "0x1");
  streams.emit(JSON.stringify("x".repeat(100_000)));
  assert.equal(String((await client.message(1)).params?.result).length, 100_000);
  for (let round = 1; round <= 3; round++) {
    await clock.advance(30_500);
    await client.until(() => client.pings === round);
    // The pong is read behind this call.
    await client.ask(callText(1, "eth_chainId"));
  }
  await using cut = await WsClient.connect(url, { ca });
  cut.ws.send("x".repeat(3_000_000), () => {});
  assert.equal((await cut.closed()).code, 1009);
  await lasso.until(() => lasso.server.state.websockets() === 1);
  const stopped = lasso.server.stop(1_000);
  assert.equal((await client.closed()).code, 1001);
  await stopped;
});
