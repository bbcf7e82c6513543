import assert from "node:assert/strict";
import { RawSocket } from "../simulator/raw_socket.ts";
import { until } from "../../support/until.ts";
import { startStage, WireClient } from "./support.ts";

/** An answer of about 50 kB. */
const blockCall = '{"jsonrpc":"2.0","id":1,"method":"eth_getBlockReceipts","params":["latest"]}';

async function timed(client: WireClient, body?: string): Promise<number> {
  const before = client.answers;
  const started = performance.now();
  client.ask(body);
  await client.answered(before + 1);
  return performance.now() - started;
}

Deno.test("TcpProxy latency: answers come so much later, two faults add up, one ends", async () => {
  await using stage = await startStage();
  const { proxy } = stage;
  using client = await WireClient.open(proxy.host, proxy.port);
  await using socket = await RawSocket.open(stage.wsUrl);
  const ends = [
    await proxy.begin({ kind: "latency", ms: 60, jitterMs: 0 }),
    await proxy.begin({ kind: "latency", ms: 60, jitterMs: 10 }),
  ];
  assert.ok(await timed(client) >= 109);
  const started = performance.now();
  await socket.call("eth_chainId");
  assert.ok(performance.now() - started >= 109);
  await ends[1]!();
  const one = await timed(client);
  assert.ok(one >= 59, `${one} ms`);
  await ends[0]!();
  assert.ok(await timed(client) < one);
});

Deno.test("TcpProxy bandwidth: bytes come at the rate, and all of them", async () => {
  await using stage = await startStage();
  const { proxy } = stage;
  using client = await WireClient.open(proxy.host, proxy.port);
  await timed(client, blockCall);
  const { length } = client.text;
  const bytesPerSecond = length * 4;
  const end = await proxy.begin({ kind: "bandwidth", bytesPerSecond });
  const ms = await timed(client, blockCall);
  assert.ok(ms >= 230, `${length} bytes at ${bytesPerSecond}/s came in ${ms} ms`);
  assert.equal(client.text.length, 2 * length);
  assert.equal(
    client.text.slice(length).split("\r\n\r\n")[1],
    client.text.slice(0, length).split("\r\n\r\n")[1],
  );
  await end();
  assert.ok(await timed(client, blockCall) < ms);
});

Deno.test("TcpProxy slow_body: the first bytes of each answer at once, the rest trickles", async () => {
  await using stage = await startStage();
  const { proxy } = stage;
  using client = await WireClient.open(proxy.host, proxy.port);
  const end = await proxy.begin({ kind: "slow_body", bytesPerSecond: 400, afterBytes: 100 });
  for (let round = 0; round < 2; round++) {
    const from = client.chunks.length;
    const bytes = client.text.length;
    await timed(client);
    const chunks = client.chunks.slice(from);
    const rest = client.text.length - bytes - 100;
    // What a busy client reads late comes in one piece.
    assert.ok(chunks[0]!.length >= 100 && chunks[0]!.length < 150, `first ${chunks[0]!.length}`);
    assert.ok(chunks.length > 3, `${chunks.length} chunks`);
    const span = chunks.at(-1)!.atMs - chunks[0]!.atMs;
    assert.ok(span >= (rest / 400) * 1000 * 0.7, `${rest} bytes in ${span} ms`);
  }
  await end();
});

Deno.test("TcpProxy slow_body: what trickled comes at once when it ends", async () => {
  await using stage = await startStage();
  const { proxy } = stage;
  await using socket = await RawSocket.open(stage.wsUrl);
  const end = await proxy.begin({ kind: "slow_body", bytesPerSecond: 1, afterBytes: 5 });
  const id = socket.send("eth_chainId");
  await until("it was asked", () => stage.provider.stats.calls === 1);
  assert.equal(socket.messages.length, 0);
  await end();
  await until("the answer is whole", () => socket.messages.some((message) => message.id === id));
});

Deno.test("TcpProxy cut_body: the connection ends in the midst of an answer", async () => {
  await using stage = await startStage();
  const { proxy } = stage;
  using client = await WireClient.open(proxy.host, proxy.port);
  await using socket = await RawSocket.open(stage.wsUrl);
  const end = await proxy.begin({ kind: "cut_body", afterBytes: 150 });
  client.ask();
  await client.until(() => client.state !== "open");
  assert.equal(client.state, "ended");
  assert.equal(client.text.length, 150);
  assert.match(client.text, /^HTTP\/1\.1 200 OK\r\n/);
  socket.send("eth_getBlockByNumber", "latest", false);
  await until("the socket ends", () => socket.closed === 1006);
  assert.equal(socket.messages.length, 0);
  await end();
  using again = await WireClient.open(proxy.host, proxy.port);
  again.ask();
  await again.answered();
});

Deno.test("TcpProxy slow_close: a close is passed on only after a while", async () => {
  await using stage = await startStage();
  const { proxy, provider } = stage;
  await using socket = await RawSocket.open(stage.wsUrl);
  const end = await proxy.begin({ kind: "slow_close", ms: 120 });
  const started = performance.now();
  await provider.kill();
  await until("the socket closes", () => socket.closed !== undefined);
  assert.ok(performance.now() - started >= 119);
  await end();
});

Deno.test("TcpProxy: a slow reader holds the source back, and loses nothing", async () => {
  await using stage = await startStage();
  const { proxy } = stage;
  using client = await WireClient.open(proxy.host, proxy.port);
  client.socket.pause();
  const body = `[${Array.from({ length: 60 }, () => blockCall).join(",")}]`;
  client.ask(body);
  await until("it was asked", () => stage.provider.stats.calls === 60);
  client.socket.resume();
  await client.until(() => client.text.endsWith("]}]}]") || client.text.endsWith("}]"));
  const declared = Number(/content-length: (\d+)/i.exec(client.text)![1]);
  await client.until(() => client.text.length - client.text.indexOf("\r\n\r\n") - 4 >= declared);
  assert.equal(JSON.parse(client.text.slice(client.text.indexOf("\r\n\r\n") + 4)).length, 60);
});
