import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { RequestHead } from "../../../core/http/request_head.ts";
import type { IncomingRequest, SocketOwner } from "../../../core/server/handler.ts";
import type { ResponseWriter } from "../../../core/server/response_writer.ts";
import { RawClient } from "../../support/raw_client.ts";
import { startTestServer, TestHandler } from "../../support/test_server.ts";

const get = (path: string, more = ""): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n${more}\r\n`;
const get10 = (path: string, more = ""): string => `GET ${path} HTTP/1.0\r\n${more}\r\n`;

Deno.test("send() writes status line, headers, length and body", async () => {
  await using server = await startTestServer();
  await using client = await RawClient.connect(server.listener.port);
  await client.send(`POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n\xe9!`);
  const { request, response } = await server.handler.call(0);
  assert.equal(request.body.toString("latin1"), "\xe9!");
  assert.equal(request.remoteAddress, "127.0.0.1");
  assert.equal(request.secure, false);
  response.send(503, "a: b\r\n", "\xe9 body");
  const expected = "HTTP/1.1 503 Service Unavailable\r\na: b\r\ncontent-length: 6\r\n\r\n\xe9 body";
  assert.equal(await client.until((text) => text.length >= expected.length), expected);
  client.take();
  await client.send(get("/b"));
  (await server.handler.call(1)).response.send(200, "", new Uint8Array([104, 105]));
  await client.until((text) => text === "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi");
});

Deno.test("send() gives 204 and 304 no body and no length, HEAD a length and no body", async () => {
  await using server = await startTestServer();
  await using client = await RawClient.connect(server.listener.port);
  await client.send(get("/a") + get("/b") + `HEAD /c HTTP/1.1\r\nHost: x\r\n\r\n` + get("/now"));
  (await server.handler.call(0)).response.send(204, "", "dropped");
  (await server.handler.call(1)).response.send(304, "", "dropped");
  (await server.handler.call(2)).response.send(200, "", "dropped");
  assert.equal(
    await client.until((text) => text.endsWith("/now")),
    "HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 304 Not Modified\r\n\r\n" +
      "HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n/now",
  );
});

Deno.test("connection: close, HTTP/1.0 and its keep-alive are honoured", async () => {
  await using server = await startTestServer();
  const port = server.listener.port;
  await using close = await RawClient.connect(port);
  await close.send(get("/now", "Connection: close\r\n") + get("/now2"));
  const closing = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 4\r\n\r\n/now";
  assert.equal(await close.untilEnd(), closing);
  await using old = await RawClient.connect(port);
  await old.send(get10("/now"));
  assert.equal(await old.untilEnd(), closing);
  await using kept = await RawClient.connect(port);
  await kept.send(get10("/now", "Connection: keep-alive\r\n") + get10("/now"));
  const keeping = "HTTP/1.1 200 OK\r\nconnection: keep-alive\r\ncontent-length: 4\r\n\r\n/now";
  assert.equal(await kept.untilEnd(), keeping + closing);
});

Deno.test("handle() hears pipelined requests one after the other, a slow first one too", async () => {
  await using server = await startTestServer();
  await using client = await RawClient.connect(server.listener.port);
  await client.send(get("/slow") + get("/second") + get("/now3"));
  const first = await server.handler.call(0);
  await server.settled();
  assert.equal(server.handler.calls.length, 1);
  first.response.send(200, "", "1");
  (await server.handler.call(1)).response.send(200, "", "2");
  const bodies = (await client.until((text) => text.endsWith("/now3"))).split(/HTTP.*\r\n.*\r\n\r\n/);
  assert.deepEqual(bodies, ["", "1", "2", "/now3"]);
});

Deno.test("handle() is spared a flood behind an answer under way, and gets all of it later", async () => {
  await using server = await startTestServer();
  await using client = await RawClient.connect(server.listener.port);
  const count = 600;
  const request = `POST /now HTTP/1.1\r\nHost: x\r\nContent-Length: 20000\r\n\r\n${"x".repeat(20_000)}`;
  await client.send(get("/slow"));
  const first = await server.handler.call(0);
  const flood = client.send(request.repeat(count));
  await server.settled();
  assert.ok(client.socket.writableLength > 0, "the flood was taken whole");
  first.response.send(200, "", "first");
  const answer = "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n/now";
  const expected = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nfirst" + answer.repeat(count);
  await client.until((text) => text.length >= expected.length);
  await flood;
  assert.equal(client.received, expected);
});

Deno.test("begin(), write() and end() stream in chunks, and the connection lives on", async () => {
  await using server = await startTestServer();
  await using client = await RawClient.connect(server.listener.port);
  await client.send(get("/stream") + get("/now"));
  const { response } = await server.handler.call(0);
  response.begin(200, "a: b\r\n");
  response.write("hello \xe9");
  response.write("");
  const reused = new Uint8Array(18).fill(120);
  response.write(reused);
  reused.fill(0);
  response.end();
  assert.equal(
    await client.until((text) => text.endsWith("/now")),
    `HTTP/1.1 200 OK\r\na: b\r\ntransfer-encoding: chunked\r\n\r\n7\r\nhello \xe9\r\n12\r\n${
      "x".repeat(18)
    }\r\n0\r\n\r\n` +
      "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n/now",
  );
});

Deno.test("begin() is ended by the close for HTTP/1.0, and silent for HEAD", async () => {
  await using server = await startTestServer();
  await using old = await RawClient.connect(server.listener.port);
  await old.send(get10("/stream", "Connection: keep-alive\r\n"));
  const { response } = await server.handler.call(0);
  response.begin(200, "");
  response.write("abc");
  response.write(new Uint8Array([100]));
  response.end();
  assert.equal(await old.untilEnd(), "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nabcd");
  await using head = await RawClient.connect(server.listener.port);
  await head.send("HEAD /stream HTTP/1.1\r\nHost: x\r\n\r\n" + get("/now"));
  const second = (await server.handler.call(1)).response;
  second.begin(200, "");
  assert.equal(second.write("abc"), true);
  second.end();
  assert.equal(
    await head.until((text) => text.endsWith("/now")),
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n/now",
  );
});

Deno.test("abort() leaves out the final chunk, and resets an HTTP/1.0 client", async () => {
  await using server = await startTestServer();
  await using client = await RawClient.connect(server.listener.port);
  await client.send(get("/cut"));
  const first = (await server.handler.call(0)).response;
  let closes = 0;
  first.onClose = { cancel: () => closes++ };
  first.begin(200, "");
  first.write("abc");
  await client.until((text) => text.endsWith("abc\r\n"));
  first.abort();
  assert.ok((await client.untilEnd()).endsWith("3\r\nabc\r\n"));
  await using old = await RawClient.connect(server.listener.port);
  await old.send(get10("/cut"));
  const second = (await server.handler.call(1)).response;
  second.begin(200, "");
  second.write("abc");
  await old.until((text) => text.endsWith("abc"));
  second.abort();
  await old.untilEnd();
  assert.equal(old.ending, "reset");
  await old.closed;
  assert.equal(closes, 0);
});

for (const how of ["fin", "reset"] as const) {
  Deno.test(`onClose is called once when the client leaves by ${how}`, async () => {
    await using server = await startTestServer();
    await using client = await RawClient.connect(server.listener.port);
    await client.send(get("/wait"));
    const { response } = await server.handler.call(0);
    let closes = 0;
    const left = new Promise<void>((resolve) => {
      response.onClose = {
        cancel: () => {
          closes++;
          resolve();
        },
      };
    });
    assert.equal(response.closed, false);
    if (how === "fin") client.socket.end();
    else client.socket.resetAndDestroy();
    await left;
    assert.equal(response.closed, true);
    response.send(200, "", "nobody reads it");
    assert.equal(response.write("nor this"), true);
    response.end();
    response.abort();
    await client.closed;
    await server.settled();
    assert.equal(closes, 1);
  });
}

Deno.test("write() gives false to a client that does not read, onDrain follows when it does", async () => {
  await using server = await startTestServer();
  await using client = await RawClient.connect(server.listener.port);
  await client.send(get("/stream"));
  const { response } = await server.handler.call(0);
  client.socket.pause();
  response.begin(200, "");
  const chunk = "x".repeat(65_536);
  let written = 0;
  while (response.write(chunk)) written++;
  written++;
  const drained = new Promise<void>((resolve) => response.onDrain = resolve);
  client.socket.resume();
  await drained;
  response.end();
  await client.until((text) => text.endsWith("\r\n0\r\n\r\n"));
  const head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".length;
  assert.equal(client.receivedBytes, head + written * (65_536 + 9) + 5);
});

Deno.test("handle() gets a large body whole, from pieces and from chunks", async () => {
  await using server = await startTestServer();
  await using client = await RawClient.connect(server.listener.port);
  const body = Buffer.alloc(1_500_000);
  for (let i = 0; i < body.length; i++) body[i] = (i * 31 + (i >> 8)) & 255;
  await client.send(`POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n`);
  for (let at = 0; at < body.length; at += 99_991) await client.send(body.subarray(at, at + 99_991));
  const first = await server.handler.call(0);
  assert.ok(first.request.body.equals(body));
  first.response.send(200, "", "");
  await client.send(`POST /b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n`);
  for (let at = 0; at < body.length; at += 77_777) {
    const piece = body.subarray(at, at + 77_777);
    await client.send(
      Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from("\r\n")]),
    );
  }
  await client.send("0\r\n\r\n");
  assert.ok((await server.handler.call(1)).request.body.equals(body));
});

Deno.test("Expect: 100-continue is answered before the body, in its turn", async () => {
  await using server = await startTestServer();
  await using client = await RawClient.connect(server.listener.port);
  await client.send(
    get("/slow") + "POST /e HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n",
  );
  const first = await server.handler.call(0);
  await server.settled();
  assert.equal(client.received, "");
  first.response.send(204, "", "");
  await client.until((text) => text === "HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n");
  await client.send("hi");
  assert.equal((await server.handler.call(1)).request.body.toString(), "hi");
});

Deno.test("refuse() makes the answer to what is not HTTP, and the connection ends", async () => {
  await using server = await startTestServer();
  await using client = await RawClient.connect(server.listener.port);
  await client.send(get("/now") + "GET / HTTP/1.1\r\nHost : x\r\n\r\n" + get("/now"));
  const message = "A blank stands before a header's colon.";
  assert.equal(
    await client.untilEnd(),
    "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n/now" +
      `HTTP/1.1 400 Bad Request\r\nx-refused: yes\r\nconnection: close\r\ncontent-length: ${message.length}\r\n\r\n${message}`,
  );
  assert.equal(client.ending, "fin");
  assert.equal(server.handler.faults[0]?.head, null);
});

Deno.test("refuse() reaches a client that goes on sending its body", async () => {
  await using server = await startTestServer({ maxBodyBytes: 1000 });
  await using client = await RawClient.connect(server.listener.port, { allowHalfOpen: true });
  await client.send("POST /big HTTP/1.1\r\nHost: x\r\nContent-Length: 500000\r\n\r\n");
  for (let piece = 0; piece < 5; piece++) await client.send("x".repeat(100_000));
  await client.untilEnd();
  assert.equal(client.ending, "fin");
  assert.ok(client.received.startsWith("HTTP/1.1 413 Content Too Large\r\n"), client.received);
  assert.equal(server.handler.faults[0]?.head?.path, "/big");
  client.socket.end();
  await client.closed;
});

Deno.test("refuse() answers a client that ends within a request", async () => {
  await using server = await startTestServer();
  await using client = await RawClient.connect(server.listener.port, { allowHalfOpen: true });
  await client.send("GET / HTTP/1.1\r\nHos");
  client.socket.end();
  assert.match(await client.untilEnd(), /^HTTP\/1.1 400 [^]*The connection ended within a request\.$/);
});

Deno.test("handle() that throws is answered with 500, or cut when the answer had begun", async () => {
  await using server = await startTestServer();
  await using client = await RawClient.connect(server.listener.port);
  await client.send(get("/throw") + get("/now"));
  assert.match(
    await client.until((text) => text.endsWith("/now")),
    /^HTTP\/1.1 500 Internal Server Error\r\n[^]*The request failed here\./,
  );
  assert.equal((server.handler.thrownHere[0] as Error).message, "handler failed");
  class Half extends TestHandler {
    override handle(...[, response]: Parameters<TestHandler["handle"]>): void {
      response.begin(200, "");
      throw new Error("half way");
    }
  }
  await using half = await startTestServer({}, new Half());
  await using cut = await RawClient.connect(half.listener.port);
  await cut.send(get("/"));
  assert.ok(!(await cut.untilEnd()).includes("0\r\n\r\n"));
});

Deno.test("send() on an answer that is complete throws and leaves the next answer alone", async () => {
  await using server = await startTestServer();
  await using client = await RawClient.connect(server.listener.port);
  await client.send(get("/a") + get("/b"));
  const first = (await server.handler.call(0)).response;
  first.send(200, "", "a");
  const second = (await server.handler.call(1)).response;
  assert.throws(() => first.send(200, "", "again"), {
    message: "An answer that is complete can't take send().",
  });
  assert.throws(() => first.write("x"), { message: "An answer that is complete can't take write()." });
  first.abort();
  second.send(200, "", "b");
  assert.match(await client.until((text) => text.endsWith("b")), /\r\n\r\naHTTP[^]*\r\n\r\nb$/);
});

/** Takes over sockets for paths below /now; refuses /no. */
class Upgrading extends TestHandler {
  upgrades(head: RequestHead): boolean {
    return head.fields.get("upgrade") === "websocket";
  }

  upgrade({ head }: IncomingRequest, response: ResponseWriter, owner: SocketOwner): void {
    if (head.path === "/no") return response.send(404, "", "no");
    const { socket, rest } = owner.handOver();
    if (head.path === "/thrown") {
      socket.destroy();
      throw new Error("the upgrade failed");
    }
    socket.end(`HTTP/1.1 101 Switching Protocols\r\n\r\n${head.path} ${rest.toString("latin1")}`);
    socket.on("end", () => socket.destroy());
    socket.resume();
  }
}

function upgrade(path: string, protocol = "websocket"): string {
  return get(path, `Connection: Upgrade\r\nUpgrade: ${protocol}\r\n`);
}

Deno.test("upgrade() gets the request, and by handOver() the socket and what came in behind the head", async () => {
  await using server = await startTestServer({}, new Upgrading());
  await using client = await RawClient.connect(server.listener.port);
  await client.send(`${upgrade("/now")}frames`);
  assert.equal(await client.untilEnd(), "HTTP/1.1 101 Switching Protocols\r\n\r\n/now frames");
  await client.closed;
  await server.connected(0);
});

Deno.test("upgrade() that answers refuses, and ends the connection: what is behind it may be no HTTP", async () => {
  await using server = await startTestServer({}, new Upgrading());
  await using client = await RawClient.connect(server.listener.port);
  await client.send(`${upgrade("/no")}${get("/now")}`);
  const received = await client.untilEnd();
  assert.match(received, /^HTTP\/1.1 404 Not Found\r\nconnection: close\r\n[^]*\r\n\r\nno$/);
});

Deno.test("upgrade() that throws is reported, and takes nothing with it", async () => {
  const handler = new Upgrading();
  await using server = await startTestServer({}, handler);
  await using client = await RawClient.connect(server.listener.port);
  await client.send(upgrade("/thrown"));
  assert.equal(await client.untilEnd(), "");
  assert.equal(handler.thrownHere.length, 1);
  await server.settled();
});

Deno.test("a request for a protocol that is not spoken here is handled like any other", async () => {
  for (const handler of [new Upgrading(), new TestHandler()]) {
    await using server = await startTestServer({}, handler);
    await using client = await RawClient.connect(server.listener.port);
    await client.send(upgrade("/now1", "h2c") + get("/now2"));
    await client.until((text) => text.endsWith("/now2"));
  }
});

Deno.test("a client that ends behind pipelined requests gets the answers that were ready, and no half one", async () => {
  await using server = await startTestServer();
  await using client = await RawClient.connect(server.listener.port, { allowHalfOpen: true });
  client.socket.end(get("/now1") + get("/now2") + get("/later") + get("/now3"));
  const received = await client.untilEnd();
  assert.deepEqual(received.match(/\/\w+$|\/now\d/g), ["/now1", "/now2"]);
  assert.equal(client.ending, "fin");
  const { response } = await server.handler.call(0);
  assert.equal(response.closed, true);
  response.send(200, "", "late");
  await server.connected(0);
});
