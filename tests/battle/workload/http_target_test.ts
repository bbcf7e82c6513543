import assert from "node:assert/strict";
import { setImmediate } from "node:timers";
import { until } from "../../support/until.ts";
import { HttpTarget, type HttpTargetOptions } from "../../../battle/workload/http_target.ts";
import { HeardSink, httpAnswer, RawServer } from "./support.ts";

function target(server: RawServer, sink: HeardSink, more: Partial<HttpTargetOptions> = {}): HttpTarget {
  return new HttpTarget({ url: new URL(`${server.url}/rpc/a`), meta: true, connectAhead: 0, ...more }, sink);
}

Deno.test("HttpTarget sends a request as it is, asks for metadata by the query, and keeps the connection", async () => {
  await using server = await RawServer.start((socket, body) =>
    socket.write(httpAnswer(`<${body}>`), "latin1")
  );
  const sink = new HeardSink();
  await using http = target(server, sink);
  assert.equal(http.send(0, "one"), true);
  await sink.until(1);
  http.send(1, "Gr\xc3\xbc\xc3\x9fe");
  await sink.until(2);
  assert.deepEqual(sink.heard, ["0 200 <one>", "1 200 <Gr\xc3\xbc\xc3\x9fe>"]);
  assert.equal(server.connections, 1);
  assert.equal(
    server.requests[0],
    `POST /rpc/a?include_meta=body HTTP/1.1\r\nhost: ${new URL(server.url).host}\r\n` +
      "content-type: application/json\r\ncontent-length: 3\r\n\r\none",
  );
});

Deno.test("HttpTarget reads answers in pieces, chunked ones, and those that end with the connection", async () => {
  const ways: readonly ((write: (text: string) => void, end: () => void) => void)[] = [
    (write) => {
      const text = httpAnswer("in two pieces");
      write(text.slice(0, -5));
      setImmediate(() => write(text.slice(-5)));
    },
    (write) =>
      write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nchu\r\n4\r\nnked\r\n0\r\n\r\n"),
    (write, end) => {
      write("HTTP/1.1 503 No\r\n\r\nto the end");
      end();
    },
  ];
  await using server = await RawServer.start((socket, _body, nth) =>
    ways[nth]!((text) => socket.write(text), () => socket.end())
  );
  const sink = new HeardSink();
  await using http = target(server, sink);
  for (let nth = 0; nth < ways.length; nth++) {
    http.send(nth, "x");
    await sink.until(nth + 1);
  }
  assert.deepEqual(sink.heard, ["0 200 in two pieces", "1 200 chunked", "2 503 to the end"]);
});

Deno.test("HttpTarget tells how a request broke: refused, closed, cut, or no HTTP", async () => {
  await using server = await RawServer.start((socket, _body, nth) => {
    if (nth === 0) socket.end();
    else if (nth === 1) socket.end("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf");
    else if (nth === 2) socket.write("220 smtp ready\r\n\r\n");
    else socket.write(httpAnswer("fine", "connection: close\r\n"));
  });
  const sink = new HeardSink();
  await using http = target(server, sink);
  for (let nth = 0; nth < 5; nth++) {
    http.send(nth, "x");
    await sink.until(nth + 1);
  }
  assert.deepEqual(sink.heard, [
    "0 broken: the connection was closed before the answer",
    "1 broken: the connection was closed within the answer",
    "2 broken: no HTTP/1.1: The status line is malformed.",
    "3 200 fine",
    "4 200 fine",
  ]);
  assert.equal(server.connections, 5);
  const gone = new URL(server.url);
  await server[Symbol.asyncDispose]();
  const alone = new HeardSink();
  await using refused = new HttpTarget({ url: gone, meta: false, connectAhead: 2 }, alone);
  await refused.open();
  refused.send(0, "x");
  await alone.until(1);
  assert.deepEqual(alone.heard, ["0 broken: the connection was refused"]);
});

Deno.test("HttpTarget opens as many connections as requests are under way, up to its bound; the rest waits and says so", async () => {
  const open: (() => void)[] = [];
  await using server = await RawServer.start((socket, body) =>
    open.push(() => socket.write(httpAnswer(body)))
  );
  const sink = new HeardSink();
  await using http = target(server, sink, { maxConnections: 2 });
  assert.deepEqual([0, 1, 2, 3].map((nth) => http.send(nth, `b${nth}`)), [true, true, false, false]);
  await until("the requests arrive", () => open.length >= 2);
  http.cancel(2);
  open.shift()!();
  await sink.until(2);
  assert.match(sink.heard.join(), /3 sent/);
  await until("the requests arrive", () => open.length >= 2);
  for (const answer of open) answer();
  await sink.until(4);
  assert.equal(server.connections, 2);
  assert.deepEqual(sink.heard.filter((text) => text.endsWith("b3")), ["3 200 b3"]);
});

Deno.test("HttpTarget cancel() leaves the connection: a late answer is nobody's", async () => {
  const open: (() => void)[] = [];
  await using server = await RawServer.start((socket, body) =>
    open.push(() => socket.write(httpAnswer(body)))
  );
  const sink = new HeardSink();
  await using http = target(server, sink);
  http.send(0, "late");
  await until("the requests arrive", () => open.length >= 1);
  http.cancel(0);
  open.shift()!();
  http.send(1, "next");
  await until("the requests arrive", () => open.length >= 1);
  open.shift()!();
  await sink.until(1);
  assert.deepEqual(sink.heard, ["1 200 next"]);
  assert.equal(server.connections, 2);
});
