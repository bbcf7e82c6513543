import assert from "node:assert/strict";
import tls from "node:tls";
import { LassoError } from "../../../core/errors.ts";
import { VirtualClock } from "../../../core/virtual_clock.ts";
import { RawClient } from "../../support/raw_client.ts";
import { makeCertificates } from "../../support/test_certificates.ts";
import { startTestServer } from "../../support/test_server.ts";

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
const waiting = "POST /body HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 100\r\n\r\n";
const timedOut = /^HTTP\/1.1 408 Request Timeout\r\n[^]*connection: close\r\n/;

Deno.test("listen() says why it can't, and how to go on", async () => {
  await using server = await startTestServer();
  assert.equal(server.listener.host, "127.0.0.1");
  const port = server.listener.port;
  await assert.rejects(startTestServer({ port }), (thrown) => {
    assert.ok(thrown instanceof LassoError && thrown.code === "io");
    assert.match(thrown.summary, new RegExp(`^Cannot listen on 127.0.0.1 port ${port}: .*EADDRINUSE`));
    return true;
  });
});

Deno.test("listen() refuses a certificate that is none", async () => {
  await assert.rejects(startTestServer({ tls: { cert: "no", key: "no" } }), (thrown) => {
    assert.ok(thrown instanceof LassoError && thrown.code === "config");
    assert.match(thrown.summary, /^The TLS certificate or key can't be used: /);
    return true;
  });
});

Deno.test("connections counts those that are open", async () => {
  await using server = await startTestServer();
  assert.equal(server.listener.connections, 0);
  {
    await using client = await RawClient.connect(server.listener.port);
    await client.send(get("/now"));
    await client.until((text) => text.endsWith("/now"));
    assert.equal(server.listener.connections, 1);
  }
  await server.connected(0);
});

Deno.test("header_timeout: a head that trickles in is answered with 408", async () => {
  const clock = new VirtualClock();
  await using server = await startTestServer({ clock });
  await using silent = await RawClient.connect(server.listener.port);
  await using slow = await RawClient.connect(server.listener.port);
  for (const piece of ["GET / HT", "TP/1.1\r\n", "Host", ": x\r\n", "a: b\r\n"]) {
    await slow.send(piece);
    await server.settled();
    await clock.advance(1_900);
  }
  assert.equal(slow.ending, "open");
  await clock.advance(1_600);
  assert.match(await slow.untilEnd(), timedOut);
  assert.match(await silent.untilEnd(), timedOut);
  assert.equal(server.handler.faults[0]?.fault.message, "The head did not arrive in time.");
});

Deno.test("header_timeout: a body that falls silent is answered with 408", async () => {
  const clock = new VirtualClock();
  await using server = await startTestServer({ clock });
  await using client = await RawClient.connect(server.listener.port);
  await client.send(waiting);
  await client.until((text) => text.endsWith("Continue\r\n\r\n"));
  client.take();
  await clock.advance(9_000);
  await client.send("x");
  await server.settled();
  await clock.advance(9_500);
  assert.equal(client.ending, "open");
  await clock.advance(2_000);
  assert.match(await client.untilEnd(), timedOut);
});

Deno.test("idle_timeout: a body that trickles for longer is answered with 408", async () => {
  const clock = new VirtualClock();
  await using server = await startTestServer({ clock, idleTimeoutMs: 20_000 });
  await using client = await RawClient.connect(server.listener.port);
  await client.send(waiting);
  await client.until((text) => text.endsWith("Continue\r\n\r\n"));
  client.take();
  for (let byte = 0; byte < 4; byte++) {
    await clock.advance(5_000);
    await client.send("x");
    await server.settled();
  }
  assert.equal(client.ending, "open");
  await clock.advance(1_500);
  assert.match(await client.untilEnd(), timedOut);
});

Deno.test("idle_timeout: a connection without requests is closed without a word", async () => {
  const clock = new VirtualClock();
  await using server = await startTestServer({ clock });
  await using client = await RawClient.connect(server.listener.port);
  await client.send(get("/now"));
  await client.until((text) => text.endsWith("/now"));
  client.take();
  await clock.advance(74_500);
  assert.equal(client.ending, "open");
  await clock.advance(2_000);
  assert.equal(await client.untilEnd(), "");
});

Deno.test("idle_timeout: an answer that takes its time is none of it", async () => {
  const clock = new VirtualClock();
  await using server = await startTestServer({ clock });
  await using client = await RawClient.connect(server.listener.port);
  await client.send(get("/slow"));
  const { response } = await server.handler.call(0);
  await clock.advance(600_000);
  response.send(200, "", "at last");
  await client.until((text) => text.endsWith("at last"));
});

Deno.test("idle_timeout: a client that takes nothing of its answer is cut, and the handler hears of it", async () => {
  const clock = new VirtualClock();
  await using server = await startTestServer({ clock });
  await using client = await RawClient.connect(server.listener.port);
  await client.send(get("/large"));
  const { response } = await server.handler.call(0);
  client.socket.pause();
  response.begin(200, "");
  assert.equal(response.write("x".repeat(48_000_000)), false);
  const left = new Promise<void>((resolve) => response.onClose = { cancel: resolve });
  await server.settled();
  await clock.advance(74_000);
  assert.equal(response.closed, false);
  await clock.advance(3_000);
  await left;
  assert.equal(response.closed, true);
  client.socket.resume();
  assert.ok(!(await client.untilEnd()).endsWith("0\r\n\r\n"));
});

Deno.test("lingering after a refusal has an end", async () => {
  const clock = new VirtualClock();
  await using server = await startTestServer({ clock });
  await using client = await RawClient.connect(server.listener.port, { allowHalfOpen: true });
  await client.send("nonsense\r\n\r\n");
  await client.untilEnd();
  await server.connected(1);
  await clock.advance(4_000);
  await server.connected(0);
});

Deno.test("drain() closes what is idle, lets answers end, takes nobody new", async () => {
  await using server = await startTestServer();
  const port = server.listener.port;
  await using idle = await RawClient.connect(port);
  await idle.send(get("/now"));
  await idle.until((text) => text.endsWith("/now"));
  idle.take();
  await using busy = await RawClient.connect(port);
  await busy.send(get("/busy"));
  const { response } = await server.handler.call(0);
  await using reading = await RawClient.connect(port);
  await reading.send(waiting);
  await reading.until((text) => text.endsWith("Continue\r\n\r\n"));
  reading.take();
  const drained = server.listener.drain(60_000);
  assert.equal(await idle.untilEnd(), "");
  await assert.rejects(RawClient.connect(port));
  response.send(200, "", "done");
  assert.equal(
    await busy.untilEnd(),
    "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 4\r\n\r\ndone",
  );
  await reading.send("x".repeat(100));
  (await server.handler.call(1)).response.send(200, "", "read");
  assert.match(await reading.untilEnd(), /connection: close\r\n[^]*read$/);
  await drained;
  assert.equal(server.listener.connections, 0);
});

Deno.test("drain() destroys what is left after its time", async () => {
  const clock = new VirtualClock();
  await using server = await startTestServer({ clock });
  await using client = await RawClient.connect(server.listener.port);
  await client.send(get("/busy"));
  const { response } = await server.handler.call(0);
  const drained = server.listener.drain(5_000);
  await clock.advance(4_900);
  assert.equal(response.closed, false);
  await clock.advance(200);
  assert.equal(response.closed, true);
  await drained;
  await client.untilEnd();
  assert.equal(clock.pending, 0);
});

async function connectTls(port: number, ca: string): Promise<RawClient> {
  const socket = tls.connect({ port, host: "127.0.0.1", servername: "localhost", ca });
  const client = new RawClient(socket);
  await new Promise<void>((resolve, reject) => {
    socket.once("secureConnect", resolve);
    socket.once("error", reject);
  });
  return client;
}

Deno.test("listen() over TLS: requests, keep-alive, streams, close", async () => {
  const { ca, cert, key } = await makeCertificates();
  await using server = await startTestServer({ tls: { cert, key } });
  await using client = await connectTls(server.listener.port, ca);
  await client.send(get("/now1") + get("/stream"));
  const { request, response } = await server.handler.call(0);
  assert.equal(request.secure, true);
  assert.equal(request.remoteAddress, "127.0.0.1");
  assert.equal(server.listener.connections, 1);
  response.begin(200, "");
  response.write("x".repeat(300_000));
  response.end();
  await client.until((text) => text.endsWith("0\r\n\r\n"));
  await client.send("GET /now2 HTTP/1.0\r\n\r\n");
  assert.match(await client.untilEnd(), /connection: close\r\n[^]*\/now2$/);
});

Deno.test("listen() over TLS: what is no handshake, or never ends it, goes", async () => {
  const { cert, key } = await makeCertificates();
  const clock = new VirtualClock();
  await using server = await startTestServer({ clock, tls: { cert, key } });
  await using plain = await RawClient.connect(server.listener.port);
  await plain.send(get("/now"));
  await plain.untilEnd();
  await using silent = await RawClient.connect(server.listener.port);
  const leaver = await RawClient.connect(server.listener.port);
  await server.connected(2);
  await leaver[Symbol.asyncDispose]();
  await clock.advance(11_500);
  await silent.untilEnd();
  await server.connected(0);
  assert.equal(server.handler.faults.length, 0);
});

Deno.test("Listener.adjust() holds for connections that are open already", async () => {
  await using server = await startTestServer({ maxBodyBytes: 100 });
  await using client = await RawClient.connect(server.listener.port);
  const post = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc";
  await client.send(post);
  (await server.handler.call(0)).response.send(200, "", "taken");
  await client.until((received) => received.endsWith("taken"));
  server.listener.adjust({ headerTimeoutMs: 10_000, idleTimeoutMs: 75_000, maxBodyBytes: 2 });
  await client.send(post);
  await client.until((received) => received.includes("HTTP/1.1 413 "));
});

Deno.test("idle_timeout: a client that takes its whole answer slowly, but goes on taking, gets all of it", async () => {
  const clock = new VirtualClock();
  await using server = await startTestServer({ clock });
  await using client = await RawClient.connect(server.listener.port);
  await client.send(get("/large"));
  const { response } = await server.handler.call(0);
  const bytes = 40_000_000;
  response.send(200, "", "x".repeat(bytes));
  for (let target = 8_000_000; target < bytes; target += 8_000_000) {
    client.socket.resume();
    await client.until(() => client.receivedBytes >= target);
    client.socket.pause();
    client.received = "";
    await server.settled();
    await clock.advance(50_000);
  }
  client.socket.resume();
  await client.until(() => client.receivedBytes > bytes);
  client.received = "";
  await client.send(get("/now"));
  await client.until((text) => text.endsWith("/now"));
});
