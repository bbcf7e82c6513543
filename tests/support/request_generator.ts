// Makes byte strings that are HTTP/1.1 requests, nearly: right ones, wrong ones and ones that only some servers take,
// pipelined and mutated. For tests that compare two readers; the same seed makes the same strings.

import { below, type Random } from "../../core/random.ts";

const crlf = "\r\n";

/** One to three requests, one char a byte. */
export function generateRequests(random: Random): string {
  let wire = chance(random, 0.04) ? pick(random, ["\r\n", "\n", "\r\n\r\n", " ", "\r"]) : "";
  const count = pick(random, [1, 1, 1, 2, 2, 3]);
  for (let i = 0; i < count; i++) wire += request(random);
  const mutations = pick(random, [0, 0, 0, 0, 1, 1, 2]);
  for (let i = 0; i < mutations; i++) wire = mutate(random, wire);
  return wire;
}

function request(random: Random): string {
  const body = text(random, below(random, 12));
  const framed = frame(random, body);
  const lines = [requestLine(random)];
  const headers = [...framed.headers];
  if (!chance(random, 0.04)) headers.push(odd(random, "Host: a.example", oddHosts));
  const more = below(random, 4);
  for (let i = 0; i < more; i++) headers.splice(below(random, headers.length + 1), 0, header(random));
  lines.push(...headers);
  return lines.map((line) => line + eol(random)).join("") + eol(random) + framed.body;
}

function requestLine(random: Random): string {
  const method = odd(
    random,
    pick(random, ["GET", "POST", "POST", "PUT", "DELETE", "OPTIONS", "HEAD"]),
    oddMethods,
  );
  const target = odd(random, pick(random, ["/", "/rpc/ethereum", "/a?b=c", "/a/../b", "/%41"]), oddTargets);
  const version = chance(random, 0.08) ? "HTTP/1.0" : odd(random, "HTTP/1.1", oddVersions);
  return method + odd(random, " ", oddBlanks) + target + odd(random, " ", oddBlanks) + version;
}

function header(random: Random): string {
  return chance(random, 0.15) ? pick(random, oddHeaders) : pick(random, plainHeaders);
}

function frame(random: Random, body: string): { readonly headers: readonly string[]; readonly body: string } {
  const length = `Content-Length: ${body.length}`;
  switch (below(random, 12)) {
    case 0:
    case 1:
    case 2:
      return { headers: [], body: "" };
    case 3:
    case 4:
    case 5:
    case 6:
      return { headers: [length], body };
    case 7:
      return { headers: [pick(random, oddLengths).replaceAll("N", String(body.length))], body };
    case 8:
      return { headers: pick(random, [[length, length], [length, "Transfer-Encoding: chunked"]]), body };
    case 9:
      return { headers: [pick(random, oddCodings)], body: chunk(random, body) };
    default:
      return { headers: ["Transfer-Encoding: chunked"], body: chunk(random, body) };
  }
}

function chunk(random: Random, body: string): string {
  let wire = "";
  for (let at = 0; at < body.length;) {
    const size = 1 + below(random, body.length - at);
    const digits = odd(random, size.toString(16), [
      `0${size.toString(16)}`,
      `0x${size}`,
      `+${size}`,
      `-${size}`,
      "",
    ]);
    wire += digits + odd(random, "", oddExtensions) + eol(random) + body.slice(at, at + size) + eol(random);
    at += size;
  }
  return `${wire}${odd(random, "0", ["00", "000", "", "0;x"])}${eol(random)}${odd(random, "", oddTrailers)}${
    eol(random)
  }`;
}

function mutate(random: Random, wire: string): string {
  const at = below(random, wire.length + 1);
  const to = Math.min(wire.length, at + 1 + below(random, 8));
  switch (below(random, 6)) {
    case 0:
      return wire.slice(0, at);
    case 1:
      return wire.slice(0, at) + wire.slice(to);
    case 2:
      return wire.slice(0, at) + wire.slice(at, to) + wire.slice(at);
    case 3:
      return wire.slice(0, at) + pick(random, specials) + wire.slice(at + 1);
    default:
      return wire.slice(0, at) + pick(random, specials) + wire.slice(at);
  }
}

function eol(random: Random): string {
  return chance(random, 0.006)
    ? pick(random, ["\n", "\r", "\r\r\n", "\n\r", "\r\n ", " \r\n", "\r\n\t", ""])
    : crlf;
}

function text(random: Random, length: number): string {
  let made = "";
  for (let i = 0; i < length; i++) {
    made += pick(random, ["a", "0", "\r", "\n", "{", '"', "\x00", "\xff", "G", " "]);
  }
  return made;
}

function odd<T>(random: Random, usual: T, others: readonly T[]): T {
  return chance(random, 0.03) ? pick(random, others) : usual;
}

function chance(random: Random, probability: number): boolean {
  return random.next() < probability;
}

function pick<T>(random: Random, items: readonly T[]): T {
  return items[below(random, items.length)]!;
}

const specials = [
  "\r",
  "\n",
  "\r\n",
  " ",
  "\t",
  "\0",
  "\x7f",
  "\x80",
  "\xff",
  ":",
  ",",
  ";",
  "0",
  "1",
  "a",
  "\x0b",
  "\x0c",
];
const oddMethods = [
  "get",
  "FOO",
  "",
  "G ET",
  "PRI",
  "CONNECT",
  "PROPFIND",
  "M-SEARCH",
  "SOURCE",
  "QUERY",
  "GET\0",
  "DESCRIBE",
];
const oddTargets = [
  "*",
  "http://a.example/p?q",
  "HTTP://a.example",
  "http://",
  "a",
  "a:80",
  "/\x80",
  "/a b",
  "/#f",
  "//",
  "",
  "/\t",
];
const oddVersions = [
  "HTTP/0.9",
  "HTTP/2.0",
  "HTTP/1.2",
  "http/1.1",
  "HTTP/1",
  "HTTP/1.1 ",
  "HTTPS/1.1",
  "HTTP/01.1",
  "",
  "RTSP/1.0",
];
const oddBlanks = ["  ", "\t", "", "\x0b", " \t"];
const oddHosts = [
  "Host:",
  "Host: a b",
  "Host: a\r\nHost: a",
  "Host : a",
  " Host: a",
  "hOST:a",
  "Host: a,b",
  "Host: u@a",
  "Host\t: a",
];
const oddLengths = [
  ...[
    "Content-Length: +N",
    "Content-Length: -N",
    "Content-Length: N, N",
    "Content-Length: 0N",
    "Content-Length: N ",
  ],
  ...[
    "Content-Length: 0xN",
    "Content-Length:",
    "Content-Length: N\r\n N",
    "Content-Length : N",
    "Content-Length: N;",
  ],
  ...[
    "Content-Length: 99999999999999999999",
    "Content-Length: 18446744073709551616",
    "Content_Length: N",
    "Content-Length:\tN",
  ],
  ...[
    "Content-Length: N\r\nContent-Length: 0",
    "content-length: N\r\nContent-Length: N",
    "Content-Length: 1e1",
  ],
];
const oddCodings = [
  ...[
    "Transfer-Encoding: gzip",
    "Transfer-Encoding: gzip, chunked",
    "Transfer-Encoding: chunked, gzip",
    "Transfer-Encoding:",
  ],
  ...[
    "Transfer-Encoding: chunked, chunked",
    "Transfer-Encoding: CHUNKED",
    "Transfer-Encoding: xchunked",
    "Transfer-Encoding: chunkedx",
  ],
  ...[
    "Transfer-Encoding: identity",
    "Transfer-Encoding : chunked",
    "Transfer-Encoding:\tchunked ",
    "Transfer-Encoding: \x0bchunked",
  ],
  ...[
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
    "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked",
  ],
  ...[
    "Transfer-Encoding: chunked;q=1",
    "Transfer-Encoding: ,chunked",
    "Transfer-Encoding: chunked,",
    "Transfer-Encoding:\r\n chunked",
  ],
];
const oddExtensions = [
  ";a",
  ";a=b",
  ';a="b;c"',
  "; a",
  " ",
  ";",
  ";a=",
  ";a = b",
  "\t",
  ';a="',
  ";\n",
  ";a\0",
  ';a="\\""',
];
const oddTrailers = [
  "A: b\r\n",
  "A : b\r\n",
  "A\r\n",
  " A: b\r\n",
  "Content-Length: 5\r\n",
  "A: b\n",
  "A: \0\r\n",
  "A: b\r\n c\r\n",
];
const plainHeaders = [
  ...[
    "Accept: */*",
    "User-Agent: test/1.0",
    "X-Empty:",
    "Content-Type: application/json",
    "Connection: keep-alive",
  ],
  ...[
    "Connection: close",
    "X-Tabs:\t a \t",
    "X-High: \xe9\xff",
    "Cookie: a=b; c=d",
    "X: y",
    "Origin: http://a.example",
  ],
];
// No `Connection: Upgrade`: node:http reads nothing behind such a request, whether it upgrades or not.
const oddHeaders = [
  ...[
    "Expect: 100-continue",
    "Expect: other",
    "Upgrade: websocket",
    "X\0: a",
    "X: a\0b",
  ],
  ...[
    "X : a",
    "X",
    ": a",
    " X: a",
    "X: a\rb",
    "X: a\nb",
    "X: a\r\n b",
    "X(a): b",
    "X\x80: a",
    "X: \x7f",
    "Connection: close, x",
  ],
  ...[
    "Connection: x\r\nConnection: close",
    "Connection: closed",
    "Connection:",
    "Keep-Alive: timeout=5",
    "TE: trailers",
    "X: \x01",
  ],
];
