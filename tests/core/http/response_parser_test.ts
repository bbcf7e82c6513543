// The response parser against what servers send, whole and cut at each byte.

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { isFault } from "../../../core/http/fault.ts";
import { parseResponseHead, type ResponseHead, retryAfterMs } from "../../../core/http/response_head.ts";
import { ResponseParser } from "../../../core/http/response_parser.ts";

interface Seen {
  readonly heads: ResponseHead[];
  body: string;
  /** Bytes behind the answer. */
  rest: string;
  readonly parser: ResponseParser;
}

/** Feeds `text` in pieces of `size` bytes. */
function read(text: string, size = text.length, parser = new ResponseParser()): Seen {
  const seen: Seen = { heads: [], body: "", rest: "", parser };
  parser.begin({
    onHead: (head) => seen.heads.push(head),
    onData: (bytes, from, to) => seen.body += bytes.toString("latin1", from, to),
  });
  for (let at = 0; at < text.length; at += Math.max(1, size)) {
    const piece = Buffer.from(text.slice(at, at + size), "latin1");
    const end = parser.feed(piece);
    if (parser.done) seen.rest += piece.toString("latin1", end);
    if (parser.fault !== null) break;
  }
  return seen;
}

/** How it ends, whether it comes whole or in pieces of any size. */
function everyWay(text: string, check: (seen: Seen) => void): void {
  for (const size of [text.length, 1, 2, 3, 7, 20]) check(read(text, size));
}

function faultOf(text: string): string {
  let message = "";
  everyWay(text, ({ parser }) => {
    assert.equal(parser.done, false);
    assert.ok(parser.fault !== null, `no fault in ${JSON.stringify(text.slice(0, 60))}`);
    message = parser.fault.message;
  });
  return message;
}

const head = "HTTP/1.1 200 OK\r\n";

Deno.test("ResponseParser reads a body of declared length, and nothing behind it", () => {
  everyWay(`${head}Content-Length: 5\r\n\r\nhello`, ({ parser, body, heads }) => {
    assert.equal(parser.done, true);
    assert.equal(body, "hello");
    assert.equal(heads.length, 1);
    assert.equal(heads[0]!.length, 5);
    assert.equal(heads[0]!.keepAlive, true);
  });
  assert.equal(read(`${head}content-length: 5\r\n\r\nhelloHTTP`).rest, "HTTP");
  everyWay(`${head}content-length: 0\r\n\r\n`, ({ parser }) => assert.equal(parser.done, true));
});

Deno.test("ResponseParser reads a chunked body", () => {
  everyWay(
    `${head}transfer-encoding: chunked\r\n\r\n3;a=b\r\nhel\r\n2\r\nlo\r\n0\r\nx: 1\r\n\r\n`,
    ({ parser, body }) => {
      assert.equal(parser.done, true);
      assert.equal(body, "hello");
    },
  );
});

Deno.test("ResponseParser reads a body up to the end of the connection", () => {
  everyWay(`${head}\r\nhello`, ({ parser, body, heads }) => {
    assert.equal(parser.done, false);
    assert.equal(parser.finish(), true);
    assert.equal(body, "hello");
    assert.equal(heads[0]!.keepAlive, false);
  });
});

Deno.test("ResponseParser finish() tells a cut answer from a whole one", () => {
  for (
    const cut of [
      "",
      "HTTP/1.1 2",
      `${head}content-length: 9\r\n\r\nhello`,
      `${head}transfer-encoding: chunked\r\n\r\n0\r\n`,
    ]
  ) {
    assert.equal(read(cut).parser.finish(), false, cut);
  }
  assert.equal(read("").parser.started, false);
  assert.equal(read("H").parser.started, true);
});

Deno.test("ResponseParser reads several answers one after the other, the same head or another", () => {
  const parser = new ResponseParser();
  for (const body of ["one", "two", "three", "four4"]) {
    const seen = read(`${head}content-length: ${body.length}\r\n\r\n${body}`, 1_000, parser);
    assert.equal(seen.body, body);
    assert.equal(seen.heads[0]!.length, body.length);
    assert.equal(parser.done, true);
  }
});

Deno.test("ResponseParser skips interim answers, a bounded number of them", () => {
  const interim = "HTTP/1.1 103 Early Hints\r\nlink: <x>\r\n\r\n";
  everyWay(`${interim.repeat(8)}${head}content-length: 2\r\n\r\nok`, ({ body, heads }) => {
    assert.equal(body, "ok");
    assert.deepEqual(heads.map(({ status }) => status), [200]);
  });
  assert.match(faultOf(`${interim.repeat(9)}${head}content-length: 2\r\n\r\nok`), /too many interim/);
  assert.match(faultOf("HTTP/1.1 101 Switching Protocols\r\n\r\n"), /switched protocols/);
});

Deno.test("ResponseParser expects no body with 204 and 304, whatever they declare", () => {
  for (const status of ["204 No Content", "304 Not Modified"]) {
    everyWay(
      `HTTP/1.1 ${status}\r\ncontent-length: 5\r\n\r\n`,
      ({ parser }) => assert.equal(parser.done, true),
    );
  }
});

Deno.test("ResponseParser finds a fault without waiting for more", () => {
  const faults = [
    ["SSH-2.0-OpenSSH\r\n", /not HTTP/],
    ["HTTP/2 200\r\n\r\n", /not HTTP|status line/],
    ["<html>", /not HTTP/],
    ["HTTP/1.1 200 OK\ncontent-length: 1\n\n", /without CR/],
    ["HTTP/1.1 20 OK\r\n\r\n", /status line/],
    ["HTTP/1.1 999 Odd\r\n\r\n", /status line/],
    ["HTTP/1.1  200 OK\r\n\r\n", /status line/],
    ["HTTP/1.2 200 OK\r\n\r\n", /status line/],
    [`${head}content-length: 1\r\ncontent-length: 2\r\n\r\n`, /several Content-Lengths/],
    [`${head}content-length: 1\r\ncontent-length: 1\r\n\r\n`, /several Content-Lengths/],
    [`${head}content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n`, /exclude each other/],
    [`${head}content-length: +1\r\n\r\n`, /no length/],
    [`${head}transfer-encoding: gzip\r\n\r\n`, /not supported/],
    [`HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n`, /can't be chunked/],
    [`${head}x y: 1\r\n\r\n`, /blank/],
    [`${head} folded: 1\r\n\r\n`, /folded/],
    [`${head}transfer-encoding: chunked\r\n\r\nzz\r\n`, /hexadecimal/],
  ] as const;
  for (const [text, message] of faults) assert.match(faultOf(text), message);
});

Deno.test("ResponseParser bounds the head at 64 KB", () => {
  const fits = `${head}x: ${"a".repeat(65_000)}\r\ncontent-length: 2\r\n\r\nok`;
  for (const size of [fits.length, 1_000]) assert.equal(read(fits, size).body, "ok");
  const over = `${head}x: ${"a".repeat(66_000)}\r\ncontent-length: 2\r\n\r\nok`;
  for (const size of [over.length, 1_000]) assert.match(read(over, size).parser.fault!.message, /too large/);
  const endless = `${head}${"x: a\r\n".repeat(20_000)}`;
  for (const size of [endless.length, 1_000]) {
    assert.match(read(endless, size).parser.fault!.message, /too large/);
  }
});

Deno.test("parseResponseHead() tells whether the connection lives on, and for how long", () => {
  const keepAlive = (text: string): readonly [boolean, number | null] => {
    const parsed = parseResponseHead(text);
    assert.ok(!isFault(parsed));
    return [parsed.keepAlive, parsed.keepAliveMs];
  };
  const length = "\r\ncontent-length: 0";
  assert.deepEqual(keepAlive(`HTTP/1.1 200 OK${length}`), [true, null]);
  assert.deepEqual(keepAlive(`HTTP/1.1 200${length}`), [true, null]);
  assert.deepEqual(keepAlive(`HTTP/1.1 200 OK${length}\r\nConnection: Close`), [false, null]);
  assert.deepEqual(keepAlive(`HTTP/1.0 200 OK${length}`), [false, null]);
  assert.deepEqual(keepAlive(`HTTP/1.0 200 OK${length}\r\nconnection: keep-alive`), [true, null]);
  assert.deepEqual(keepAlive(`HTTP/1.1 200 OK${length}\r\nkeep-alive: max=5, timeout=15`), [true, 15_000]);
});

Deno.test("retryAfterMs() reads seconds and dates", () => {
  const now = Date.parse("2026-01-01T00:00:00Z");
  assert.equal(retryAfterMs(undefined, now), null);
  assert.equal(retryAfterMs("120", now), 120_000);
  assert.equal(retryAfterMs("0.5", now), 500);
  assert.equal(retryAfterMs("Thu, 01 Jan 2026 00:00:30 GMT", now), 30_000);
  assert.equal(retryAfterMs("Thu, 01 Jan 2015 00:00:30 GMT", now), 0);
  assert.equal(retryAfterMs("soon", now), null);
  assert.equal(retryAfterMs("-5", now), null);
});
