import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { headEnd } from "../../../core/http/head_end.ts";
import { RequestParser } from "../../../core/http/request_parser.ts";

const limits = { maxHeadBytes: 1024, maxFields: 20, maxBodyBytes: 1000 };

/** What comes out of `wire`, pushed in pieces of `step` bytes: one line an event. */
function events(wire: string, step = Math.max(1, wire.length)): string[] {
  const parser = new RequestParser(limits);
  const bytes = Buffer.from(wire, "latin1");
  const seen: string[] = [];
  for (let at = 0; at < bytes.length; at += step) {
    parser.push(bytes.subarray(at, at + step));
    for (let event = parser.next(); event !== "more"; event = parser.next()) {
      if (event === "fault") return [...seen, `${parser.fault?.status} ${parser.fault?.message}`];
      const body = event === "request" ? ` ${parser.body.toString("latin1")}` : "";
      seen.push(`${event} ${parser.head?.method} ${parser.head?.target}${body}`);
    }
  }
  return seen;
}

const get = "GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n";
const post = "POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello";
const chunked =
  "POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";

Deno.test("next() cuts pipelined requests however the bytes are cut", () => {
  const wire = get + post + chunked + "\r\n" + post + get;
  const expected = [
    "request GET /a?b=c ",
    "request POST /p hello",
    "request POST /c abcde",
    "request POST /p hello",
    "request GET /a?b=c ",
  ];
  for (let step = 1; step <= wire.length; step++) {
    assert.deepEqual(events(wire, step), expected, `step ${step}`);
  }
});

Deno.test("head holds what the request line and the fields say", () => {
  const parser = new RequestParser(limits);
  parser.push(
    Buffer.from("GET /a/b?c=d?e HTTP/1.0\r\nX: 1\r\nConnection: keep-alive, upgrade\r\nUpgrade: h2c\r\n\r\n"),
  );
  assert.equal(parser.next(), "request");
  const head = parser.head;
  assert.ok(head !== null);
  assert.deepEqual(
    [head.method, head.target, head.path, head.query, head.version, head.keepAlive, head.upgrade],
    ["GET", "/a/b?c=d?e", "/a/b", "c=d?e", 10, true, false],
  );
  assert.equal(head.fields.get("x"), "1");
});

Deno.test("head is the same object while a client repeats itself", () => {
  const parser = new RequestParser(limits);
  parser.push(Buffer.from(post + post + get));
  parser.next();
  const first = parser.head;
  assert.ok(first !== null);
  first.cache = "kept";
  parser.next();
  assert.equal(parser.head, first);
  parser.next();
  assert.notEqual(parser.head, first);
  assert.equal(parser.head?.cache, undefined);
});

Deno.test("body of a request that came in one piece is not copied", () => {
  const parser = new RequestParser(limits);
  const bytes = Buffer.from(post);
  parser.push(bytes);
  parser.next();
  assert.equal(parser.body.buffer, bytes.buffer);
});

Deno.test("next() says continue once, and only while the body is missing", () => {
  const head = "POST /e HTTP/1.1\r\nHost: x\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n";
  const parser = new RequestParser(limits);
  parser.push(Buffer.from(head));
  assert.equal(parser.next(), "continue");
  assert.equal(parser.next(), "more");
  parser.push(Buffer.from("h"));
  assert.equal(parser.next(), "more");
  parser.push(Buffer.from("i"));
  assert.equal(parser.next(), "request");
  assert.equal(parser.body.toString(), "hi");
  assert.deepEqual(events(`${head}hi`), ["request POST /e hi"]);
  assert.deepEqual(events(head.replace("1.1", "1.0") + "hi"), ["request POST /e hi"]);
});

Deno.test("position tells what of a request has arrived", () => {
  const parser = new RequestParser(limits);
  assert.equal(parser.position, "between");
  parser.push(Buffer.from(post.slice(0, 10)));
  parser.next();
  assert.equal(parser.position, "head");
  parser.push(Buffer.from(post.slice(10, -1)));
  parser.next();
  assert.equal(parser.position, "body");
  parser.push(Buffer.from(post.slice(-1)));
  parser.next();
  assert.equal(parser.position, "between");
});

Deno.test("takeRest() gives what came in behind the last request", () => {
  const parser = new RequestParser(limits);
  parser.push(Buffer.from(`${get}\x81\x00rest`, "latin1"));
  parser.next();
  assert.equal(parser.takeRest().toString("latin1"), "\x81\x00rest");
  assert.equal(parser.buffered, 0);
});

const targets: readonly (readonly [string, string])[] = [
  ["GET http://h.example/p?q HTTP/1.1\r\nHost: x\r\n\r\n", "request GET /p?q "],
  ["GET HTTPS://h.example:8443 HTTP/1.1\r\nHost: x\r\n\r\n", "request GET / "],
  ["GET http://h.example?q HTTP/1.1\r\nHost: x\r\n\r\n", "request GET /?q "],
  ["OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", "request OPTIONS * "],
  ["GET //p HTTP/1.1\r\nHost:\r\n\r\n", "request GET //p "],
  ["GET / HTTP/1.0\r\n\r\n", "request GET / "],
  ["GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", "request GET / "],
];
for (const [wire, expected] of targets) {
  Deno.test(`next() takes ${JSON.stringify(wire.split("\r\n")[0])}`, () =>
    assert.deepEqual(events(wire), [expected]));
}

const line = "400 The request line is not method, target and version with one blank between them.";
const host = "Host: x\r\n\r\n";
const refused: readonly (readonly [string, string])[] = [
  [`GET  / HTTP/1.1\r\n${host}`, line],
  [`GET / HTTP/1.1 \r\n${host}`, line],
  [`GET /\r\n${host}`, line],
  [`GET /a b HTTP/1.1\r\n${host}`, line],
  [` GET / HTTP/1.1\r\n${host}`, line],
  [`GET\t/ HTTP/1.1\r\n${host}`, line],
  [`\r\n\r\nGET / HTTP/1.1\r\n${host}`, line],
  [`\rGET / HTTP/1.1\r\n${host}`, "400 The request begins with a lone CR."],
  [`G(T / HTTP/1.1\r\n${host}`, "400 The method holds a forbidden character."],
  [`get / HTTP/1.1\r\n${host}`, "501 The method is not known."],
  [`BREW / HTTP/1.1\r\n${host}`, "501 The method is not known."],
  [`CONNECT a:1 HTTP/1.1\r\n${host}`, "501 The method is not known."],
  [`GET /\x80 HTTP/1.1\r\n${host}`, "400 The request target holds a forbidden character."],
  [`GET /\t HTTP/1.1\r\n${host}`, "400 The request target holds a forbidden character."],
  [`GET /a#b HTTP/1.1\r\n${host}`, "400 The request target is neither a path nor an http URL."],
  [`GET a HTTP/1.1\r\n${host}`, "400 The request target is neither a path nor an http URL."],
  [`GET * HTTP/1.1\r\n${host}`, "400 The request target is neither a path nor an http URL."],
  [`GET http:///p HTTP/1.1\r\n${host}`, "400 The request target is neither a path nor an http URL."],
  [`GET ftp://h/p HTTP/1.1\r\n${host}`, "400 The request target is neither a path nor an http URL."],
  [`GET / http/1.1\r\n${host}`, "400 The request line does not end with an HTTP version."],
  [`GET / HTTP/1.10\r\n${host}`, "400 The request line does not end with an HTTP version."],
  [`GET / HTTP/2.0\r\n${host}`, "505 Only HTTP/1.1 and HTTP/1.0 are spoken here."],
  [`GET / HTTP/0.9\r\n${host}`, "505 Only HTTP/1.1 and HTTP/1.0 are spoken here."],
  ["GET / HTTP/1.1\r\n\r\n", "400 The Host field is missing."],
  ["GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n", "400 There are several Host fields."],
  ["GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", "400 The Host field is no host."],
  ["GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", "400 The Host field is no host."],
  ["GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", "400 The Host field is no host."],
  [`GET / HTTP/1.1\r\nA : b\r\n${host}`, "400 A blank stands before a header's colon."],
  [`GET / HTTP/1.1\r\nA: b\r\n c\r\n${host}`, "400 A header line is folded."],
  [`GET / HTTP/1.1\nHost: x\n\n`, "400 A line of the head ends with a lone LF."],
  [`GET / HTTP/1.1\nHost: x\r\n\r\n`, line],
  [`GET / HTTP/1.1\r\nHost: x\n\r\n`, "400 A line of the head ends with a lone LF."],
  [`GET / HTTP/1.1\r\nHost: x\r\n\n`, "400 A line of the head ends with a lone LF."],
  ["GET / HTTP/1.1\r\nA: \0", "400 The head holds a control character."],
  ["\x16\x03\x01\x02\x00\x01", "400 The request does not begin with a method."],
  [`GET /${"a".repeat(1100)}`, "414 The request line is too long."],
  [`GET /${"a".repeat(1100)} HTTP/1.1\r\n${host}`, "414 The request line is too long."],
  [`GET / HTTP/1.1\r\nA: ${"a".repeat(1100)}`, "431 The header section is too large."],
  [`GET / HTTP/1.1\r\nA: ${"a".repeat(1100)}\r\n${host}`, "431 The header section is too large."],
  [`GET / HTTP/1.1\r\n${"A: b\r\n".repeat(20)}${host}`, "431 There are too many header fields."],
  [`POST / HTTP/1.1\r\nExpect: 200-ok\r\n${host}`, "417 The expectation is not supported."],
  [`POST / HTTP/1.1\r\nContent-Length: 1001\r\n${host}`, "413 The body is larger than 1000 bytes."],
  [`POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n${host}`, "501 The Transfer-Encoding is not supported."],
  [`POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n${host}`, "400 HTTP/1.0 has no Transfer-Encoding."],
  [
    `POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n${host}3e9\r\n`,
    "413 The body is larger than 1000 bytes.",
  ],
  [
    `POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n${host}${
      `1f4\r\n${"x".repeat(500)}\r\n`.repeat(3)
    }0\r\n\r\n`,
    "413 The body is larger than 1000 bytes.",
  ],
  [
    `POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n${host}1 \r\n`,
    "400 A chunk's size line holds a forbidden character.",
  ],
];
for (const [wire, fault] of refused) {
  Deno.test(`next() refuses ${JSON.stringify(wire.slice(0, 60))}`, () =>
    assert.deepEqual(events(wire), [fault]));
}

Deno.test("next() reads nothing after a fault", () => {
  const parser = new RequestParser(limits);
  parser.push(Buffer.from(`BREW / HTTP/1.1\r\n${host}`));
  assert.equal(parser.next(), "fault");
  parser.push(Buffer.from(get));
  assert.equal(parser.next(), "fault");
});

Deno.test("fault of a body comes with the head that was parsed", () => {
  const parser = new RequestParser(limits);
  parser.push(Buffer.from(`POST /big HTTP/1.1\r\nContent-Length: 1001\r\n${host}`));
  assert.equal(parser.next(), "fault");
  assert.equal(parser.head?.path, "/big");
});

Deno.test("next() takes a body of exactly the limit", () => {
  const body = "x".repeat(1000);
  assert.deepEqual(events(`POST / HTTP/1.1\r\nContent-Length: 1000\r\n${host}${body}`, 7), [
    `request POST / ${body}`,
  ]);
});

Deno.test("headEnd() finds the first empty line, like a plain search", () => {
  const alphabet = ["\r", "\n", "a"];
  for (let code = 0; code < 3 ** 9; code++) {
    let text = "";
    for (let rest = code, i = 0; i < 9; i++, rest = Math.floor(rest / 3)) text += alphabet[rest % 3];
    const bytes = Buffer.from(text);
    for (const from of [0, 2]) {
      assert.equal(headEnd(bytes, from), text.indexOf("\r\n\r\n", from), JSON.stringify(text));
    }
  }
});
