import assert from "node:assert/strict";
import { RawSocket } from "../simulator/raw_socket.ts";
import { until } from "../../support/until.ts";
import { connecting, startStage, WireClient } from "./support.ts";

Deno.test("TcpProxy passes HTTP and WebSocket through as they are", async () => {
  await using stage = await startStage();
  const { proxy } = stage;
  using client = await WireClient.open(proxy.host, proxy.port);
  for (let count = 1; count <= 3; count++) {
    client.ask();
    await client.answered(count);
  }
  assert.match(client.text, /"result":"0x1"\}$/);
  await using socket = await RawSocket.open(stage.wsUrl);
  assert.equal((await socket.call("eth_chainId")).result, "0x1");
  assert.equal(proxy.accepted, 2);
});

Deno.test("TcpProxy kill: the port refuses, every socket is torn down, the same port answers again", async () => {
  await using stage = await startStage();
  const { proxy } = stage;
  const { host, port } = proxy;
  using client = await WireClient.open(host, port);
  client.ask();
  await client.answered();
  await using socket = await RawSocket.open(stage.wsUrl);
  const end = await proxy.begin({ kind: "kill" });
  assert.equal(await connecting(host, port), "ECONNREFUSED");
  await client.until(() => client.state !== "open");
  await until("the socket closes", () => socket.closed !== undefined);
  assert.equal(socket.closed, 1006);
  await end();
  assert.equal(proxy.port, port);
  using again = await WireClient.open(host, port);
  again.ask();
  await again.answered();
});

Deno.test("TcpProxy kill twice: the port opens when the last one ends", async () => {
  await using stage = await startStage();
  const { proxy } = stage;
  const ends = [await proxy.begin({ kind: "kill" }), await proxy.begin({ kind: "kill" })];
  await ends[0]!();
  assert.equal(await connecting(proxy.host, proxy.port), "ECONNREFUSED");
  await ends[1]!();
  assert.equal(await connecting(proxy.host, proxy.port), "open");
});

Deno.test("TcpProxy blackhole: connections are taken, nothing flows, what waited flows after it", async () => {
  await using stage = await startStage();
  const { proxy, provider } = stage;
  using before = await WireClient.open(proxy.host, proxy.port);
  await using socket = await RawSocket.open(stage.wsUrl);
  const end = await proxy.begin({ kind: "blackhole" });
  using during = await WireClient.open(proxy.host, proxy.port);
  before.ask();
  during.ask();
  const id = socket.send("eth_chainId");
  await until("all three are taken", () => proxy.accepted === 3);
  assert.equal(provider.stats.calls, 0);
  assert.deepEqual([before.text, during.text, socket.messages.length], ["", "", 0]);
  await end();
  await before.answered();
  await during.answered();
  await until("the message is answered", () => socket.messages.some((message) => message.id === id));
});

Deno.test("TcpProxy blackhole: not even a close gets through", async () => {
  await using stage = await startStage();
  const { proxy, provider } = stage;
  await using socket = await RawSocket.open(stage.wsUrl);
  const end = await proxy.begin({ kind: "blackhole" });
  const gone = new Promise((resolve) => socket.ws.on("close", resolve));
  socket.ws.terminate();
  await gone;
  using other = await WireClient.open(proxy.host, proxy.port);
  other.ask();
  await until("the other is taken", () => proxy.accepted === 2);
  assert.equal(provider.stats.sockets.open, 1);
  await end();
  await other.answered();
  await until("the provider hears of it", () => provider.stats.sockets.open === 0);
});

Deno.test("TcpProxy reset: each socket is reset once, as soon as bytes flow", async () => {
  await using stage = await startStage();
  const { proxy } = stage;
  using idle = await WireClient.open(proxy.host, proxy.port);
  await using socket = await RawSocket.open(stage.wsUrl);
  const end = await proxy.begin({ kind: "reset" });
  assert.equal(idle.state, "open");
  idle.ask();
  await idle.until(() => idle.state !== "open");
  assert.equal(idle.state, "ECONNRESET");
  socket.send("eth_chainId");
  await until("the socket is reset", () => socket.closed === 1006);
  using during = await WireClient.open(proxy.host, proxy.port);
  during.ask();
  await during.until(() => during.state !== "open");
  assert.equal(during.state, "ECONNRESET");
  using spared = await WireClient.open(proxy.host, proxy.port);
  await end();
  spared.ask();
  await spared.answered();
});

Deno.test("TcpProxy reset as a single act: the sockets that are open, and no others", async () => {
  await using stage = await startStage();
  const { proxy } = stage;
  using open = await WireClient.open(proxy.host, proxy.port);
  open.ask();
  await open.answered();
  await (await proxy.begin({ kind: "reset" }, true))();
  using later = await WireClient.open(proxy.host, proxy.port);
  later.ask();
  await later.answered();
  open.ask();
  await open.until(() => open.state !== "open");
  assert.equal(open.state, "ECONNRESET");
});

Deno.test("TcpProxy drop_sockets: every open socket is dropped once, new ones are taken", async () => {
  await using stage = await startStage();
  const { proxy } = stage;
  using client = await WireClient.open(proxy.host, proxy.port);
  client.ask();
  await client.answered();
  await using socket = await RawSocket.open(stage.wsUrl);
  const end = await proxy.begin({ kind: "drop_sockets" });
  await client.until(() => client.state !== "open");
  await until("the socket is gone", () => socket.closed === 1006);
  using again = await WireClient.open(proxy.host, proxy.port);
  again.ask();
  await again.answered();
  await end();
});

Deno.test("TcpProxy dns nxdomain: nobody new gets through, open connections live on", async () => {
  await using stage = await startStage();
  const { proxy } = stage;
  using client = await WireClient.open(proxy.host, proxy.port);
  const end = await proxy.begin({ kind: "dns", how: "nxdomain" });
  assert.equal(await connecting(proxy.host, proxy.port), "ECONNREFUSED");
  await assert.rejects(RawSocket.open(stage.wsUrl));
  client.ask();
  await client.answered();
  await end();
  assert.equal(await connecting(proxy.host, proxy.port), "open");
});

Deno.test("TcpProxy dns wrong_address: a stranger answers new connections, open ones live on", async () => {
  await using stage = await startStage();
  const { proxy, provider } = stage;
  using old = await WireClient.open(proxy.host, proxy.port);
  old.ask();
  await old.answered();
  const end = await proxy.begin({ kind: "dns", how: "wrong_address" });
  using client = await WireClient.open(proxy.host, proxy.port);
  client.ask();
  await client.until(() => client.state !== "open");
  assert.match(client.text, /^HTTP\/1\.1 404 Not Found\r\n.*<h1>Not Found<\/h1>/s);
  await assert.rejects(RawSocket.open(stage.wsUrl), /404/);
  old.ask();
  await old.answered(2);
  assert.equal(provider.stats.calls, 2);
  await end();
  await using socket = await RawSocket.open(stage.wsUrl);
  assert.equal((await socket.call("eth_chainId")).result, "0x1");
});

Deno.test("TcpProxy.begin() refuses figures that make no sense, and TLS where none is spoken", async () => {
  await using stage = await startStage();
  await assert.rejects(
    stage.proxy.begin({ kind: "bandwidth", bytesPerSecond: 0 }),
    /^LassoError: Cannot break the wire as bytesPerSecond of bandwidth must be a finite number above 0: it is 0\.$/,
  );
  await assert.rejects(
    stage.proxy.begin({ kind: "latency", ms: NaN, jitterMs: 0 }),
    /ms of latency must be a finite number of 0 or more: it is NaN/,
  );
  await assert.rejects(
    stage.proxy.begin({ kind: "tls", how: "expired" }),
    /Cannot show a bad certificate as nothing speaks TLS to this provider\./,
  );
});
