import assert from "node:assert/strict";
// @ts-types="@types/ws"
import { WebSocket } from "ws";
import { readAnswer, requestText } from "../../support/http_exchange.ts";
import { RawClient } from "../../support/raw_client.ts";
import { TestLasso } from "../../support/test_lasso.ts";
import { handshakeText, WsClient } from "../../support/ws_client.ts";
import { callText } from "../../support/ws_stage.ts";

interface Refused {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly code: number;
  readonly reason: string;
  readonly message: string;
}

/** Asks for a WebSocket and is refused: the connection ends behind a JSON-RPC error. */
async function refused(lasso: TestLasso, text: string): Promise<Refused> {
  await using client = await RawClient.connect(lasso.server.port);
  await client.send(text);
  const { status, headers, body, complete } = readAnswer(await client.untilEnd());
  assert.equal(complete, true);
  assert.match(headers.connection ?? "", /\bclose\b/);
  const { jsonrpc, id, error } = JSON.parse(body);
  assert.deepEqual([jsonrpc, id], ["2.0", null]);
  assert.match(error.data.request_id, /^[0-9a-f]{32}$/);
  assert.equal(lasso.server.state.websockets(), 0);
  return { status, headers, code: error.code, reason: error.data.reason, message: error.message };
}

Deno.test("readHandshake() opens the paths of HTTP and their aliases, with the same headers and query", async () => {
  await using lasso = await TestLasso.start();
  const cases: readonly (readonly [string, Readonly<Record<string, string>>, string, string])[] = [
    ["/rpc/ethereum", {}, "a", "priority"],
    ["/ws/rpc/eth", {}, "a", "priority"],
    ["/rpc/1", {}, "a", "priority"],
    ["/rpc/fastest/ethereum", {}, "a", "fastest"],
    ["/ws/rpc/fastest/ethereum/", {}, "a", "fastest"],
    ["/rpc/provider/b/ethereum", {}, "b", "priority"],
    ["/ws/rpc/provider/b/eth", {}, "b", "priority"],
    ["/rpc/eth?provider=b&strategy=fastest", {}, "b", "fastest"],
    ["/rpc/eth?provider=a", { "x-lasso-provider": "b", "x-lasso-strategy": "fastest" }, "b", "fastest"],
  ];
  for (const [path, headers, provider, strategy] of cases) {
    await using client = await WsClient.connect(`ws://127.0.0.1:${lasso.server.port}${path}`, { headers });
    const { lasso_meta: meta } = await client.ask(callText(1, "eth_getCode", "[]", ',"lasso_meta":true'));
    assert.deepEqual([path, meta?.selected_provider, meta?.strategy], [
      path,
      { id: provider, protocol: "http" },
      strategy,
    ]);
  }
});

Deno.test("readHandshake() answers as RFC 6455 section 4.2.2 has it, and agrees to the first subprotocol", async () => {
  await using lasso = await TestLasso.start();
  for (const [offered, agreed] of [[undefined, undefined], ["jsonrpc, other", "jsonrpc"]] as const) {
    await using client = await RawClient.connect(lasso.server.port);
    const more: Record<string, string> = offered === undefined ? {} : { "sec-websocket-protocol": offered };
    const extensions = { "sec-websocket-extensions": "permessage-deflate; client_max_window_bits" };
    await client.send(handshakeText("/rpc/ethereum", { ...more, ...extensions }));
    const { status, headers } = readAnswer(await client.until((text) => text.endsWith("\r\n\r\n")));
    assert.equal(status, 101);
    // The key and its answer in the RFC's section 1.3.
    assert.equal(headers["sec-websocket-accept"], "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    assert.deepEqual([headers.upgrade, headers.connection], ["websocket", "Upgrade"]);
    assert.deepEqual([headers["sec-websocket-protocol"], headers["sec-websocket-extensions"]], [
      agreed,
      undefined,
    ]);
  }
});

Deno.test("readHandshake() refuses unknown chains, providers, strategies and wishes with HTTP's status", async () => {
  await using lasso = await TestLasso.start();
  const cases: readonly (readonly [string, number, number, string])[] = [
    ["/rpc/nope", 404, -32602, "unknown_chain"],
    ["/rpc", 404, -32602, "unknown_chain"],
    ["/rpc/provider/z/eth", 404, -32602, "unknown_provider"],
    ["/rpc/slowest/eth", 400, -32600, "invalid_request"],
    ["/rpc/eth?transport=udp", 400, -32600, "invalid_request"],
    ["/rpc/eth?include_meta=headers", 400, -32600, "invalid_request"],
    ["/rpc/eth?gaps=ignore", 400, -32600, "invalid_request"],
    ["/", 404, -32602, "unknown_chain"],
    ["/health", 404, -32602, "unknown_chain"],
    ["/ws", 404, -32602, "unknown_chain"],
    ["/v2/ws/ethereum", 404, -32602, "unknown_chain"],
  ];
  for (const [path, status, code, reason] of cases) {
    const seen = await refused(lasso, handshakeText(path));
    assert.deepEqual([path, seen.status, seen.code, seen.reason], [path, status, code, reason]);
  }
  const gaps = await refused(lasso, handshakeText("/rpc/eth?gaps=ignore"));
  assert.equal(gaps.message, 'gaps must be "close", "notify" or "continue".');
});

Deno.test("readHandshake() refuses a handshake that is none, and says which version is spoken", async () => {
  await using lasso = await TestLasso.start();
  const without = (name: string): string =>
    handshakeText("/rpc/eth").replace(new RegExp(`${name}: [^\\r]*\\r\\n`), "");
  const other = await refused(lasso, handshakeText("/rpc/eth", { "sec-websocket-version": "8" }));
  assert.deepEqual([other.status, other.headers["sec-websocket-version"]], [426, "13"]);
  assert.deepEqual([other.headers.upgrade, other.headers.connection], ["websocket", "upgrade, close"]);
  const none = await refused(lasso, without("sec-websocket-version"));
  assert.deepEqual([none.status, none.headers["sec-websocket-version"]], [400, "13"]);
  const bad = [
    without("sec-websocket-key"),
    handshakeText("/rpc/eth", { "sec-websocket-key": "short" }),
    handshakeText("/rpc/eth", { "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==, x" }),
    handshakeText("/rpc/eth", { "sec-websocket-protocol": "a b" }),
    handshakeText("/rpc/eth", { "sec-websocket-protocol": "a,,b" }),
  ];
  for (const text of bad) {
    const { status, code, reason } = await refused(lasso, text);
    assert.deepEqual([status, code, reason], [400, -32600, "invalid_request"], text);
  }
});

Deno.test("readHandshake() lets in pages of the origins that may read answers, and no others", async () => {
  const corsOrigins = ["https://good.example"];
  await using lasso = await TestLasso.start({ server: { corsOrigins } });
  const seen = await refused(lasso, handshakeText("/rpc/eth", { origin: "https://evil.example" }));
  assert.deepEqual([seen.status, seen.code, seen.reason], [403, -32001, "unauthorised"]);
  const url = `ws://127.0.0.1:${lasso.server.port}/rpc/eth`;
  for (const options of [{ origin: "https://good.example" }, {}]) {
    await using client = await WsClient.connect(url, options);
    assert.equal((await client.ask(callText(1))).result, "a");
  }
});

Deno.test("wantsWebSocket(): a GET without upgrade stays 405, other upgrades are taken for none", async () => {
  await using lasso = await TestLasso.start();
  assert.equal((await lasso.get("/rpc/ethereum")).status, 405);
  const h2c = {
    connection: "close, Upgrade, HTTP2-Settings",
    upgrade: "h2c",
    "http2-settings": "AAMAAABkAARAAAAA",
  };
  const posted = await lasso.post("/rpc/ethereum", callText(1), h2c);
  assert.equal(JSON.parse(posted.body).result, "a");
  assert.equal((await lasso.get("/health", h2c)).status, 200);
  // A WebSocket begins with GET: this is a call.
  const call = await lasso.post("/rpc/ethereum", callText(1), {
    connection: "close, Upgrade",
    upgrade: "websocket",
  });
  assert.equal(JSON.parse(call.body).result, "a");
});

Deno.test("upgrade() comes after HTTP requests on the same connection, which is forgotten by the listener", async () => {
  await using lasso = await TestLasso.start();
  await using client = await RawClient.connect(lasso.server.port);
  const body = callText(1);
  await client.send(requestText({ method: "POST", path: "/rpc/eth", body }) + handshakeText("/rpc/eth"));
  await client.until((text) => text.includes("101 Switching Protocols"));
  assert.match(client.received, /"result":"a"\}HTTP\/1.1 101/);
  const { state } = lasso.server;
  assert.deepEqual([state.connections(), state.websockets()], [0, 1]);
  const { data } = JSON.parse((await lasso.get("/status")).body);
  assert.deepEqual([data.connections, data.websockets], [1, 1]);
});

Deno.test("the handshake of a client that is gone leaves nothing", async () => {
  await using lasso = await TestLasso.start();
  for (let k = 0; k < 20; k++) {
    const client = await RawClient.connect(lasso.server.port);
    await client.send(handshakeText("/rpc/eth"));
    if (k % 2 === 0) client.socket.resetAndDestroy();
    else client.socket.end();
    await client.closed;
  }
  const { state } = lasso.server;
  await lasso.until(() => state.connections() + state.websockets() === 0);
});

Deno.test("npm:ws sees the refusal as an unexpected response with its status", async () => {
  await using lasso = await TestLasso.start();
  const ws = new WebSocket(`ws://127.0.0.1:${lasso.server.port}/rpc/nope`);
  const message = await new Promise<string>((resolve) => ws.on("error", (error) => resolve(error.message)));
  assert.equal(message, "Unexpected server response: 404");
});
