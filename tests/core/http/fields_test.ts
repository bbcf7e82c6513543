import assert from "node:assert/strict";
import { isFault } from "../../../core/http/fault.ts";
import { type FieldLimits, type Fields, parseFields } from "../../../core/http/fields.ts";
import { framingOf, keepsAlive, listHas } from "../../../core/http/framing.ts";

const defaultFieldLimits: FieldLimits = { maxFields: 100, maxBytes: 16_384 };

function parse(text: string, limits: FieldLimits = defaultFieldLimits): Fields {
  const fields = parseFields(text, 0, text.length, limits);
  if (isFault(fields)) throw new Error(fields.message);
  return fields;
}

function faultOf(text: string, limits: FieldLimits = defaultFieldLimits): string {
  const fields = parseFields(text, 0, text.length, limits);
  return isFault(fields) ? `${fields.status} ${fields.message}` : "accepted";
}

Deno.test("parseFields() keeps order, lowers names, trims values", () => {
  const fields = parse("Host: a.example\r\nX-One:\t 1 \t\r\nX-Empty:\r\nx-oNE:two words");
  assert.deepEqual([...fields], [["host", "a.example"], ["x-one", "1"], ["x-empty", ""], [
    "x-one",
    "two words",
  ]]);
  assert.equal(fields.get("x-one"), "1, two words");
  assert.deepEqual(fields.all("x-one"), ["1", "two words"]);
  assert.equal(fields.count("x-one"), 2);
  assert.equal(fields.get("x-empty"), "");
  assert.equal(fields.get("absent"), undefined);
  assert.equal(fields.size, 4);
});

Deno.test("parseFields() reads only from start to end", () => {
  const text = "GET / HTTP/1.1\r\nHost: a\r\n\r\nBODY";
  const fields = parseFields(text, 16, 23, defaultFieldLimits);
  assert.ok(!isFault(fields));
  assert.deepEqual([...fields], [["host", "a"]]);
  const none = parseFields(text, 16, 16, defaultFieldLimits);
  assert.ok(!isFault(none) && none.size === 0);
});

Deno.test("parseFields() lets bytes from 0x80 through", () => {
  assert.equal(parse("x: caf\xe9\x80\xff").get("x"), "caf\xe9\x80\xff");
});

const refused: readonly (readonly [string, string])[] = [
  ["Host : a", "400 A blank stands before a header's colon."],
  ["Host\t: a", "400 A blank stands before a header's colon."],
  [" Host: a", "400 A header line is folded."],
  ["a: b\r\n folded", "400 A header line is folded."],
  ["a: b\r\n\tfolded: c", "400 A header line is folded."],
  ["nocolon", "400 A header line has no colon."],
  ["nocolon\r\na: b", "400 A header name holds a forbidden character."],
  [": empty name", "400 A header name holds a forbidden character."],
  ["a(b): c", "400 A header name holds a forbidden character."],
  ["caf\xe9: c", "400 A header name holds a forbidden character."],
  ["a: b\nc: d", "400 A header field holds a control character."],
  ["a: b\rc: d", "400 A header field holds a lone CR."],
  ["a: b\r", "400 A header field holds a lone CR."],
  ["a: b\r\n", "400 The header section ends with an empty line too many."],
  ["a: b\0c", "400 A header field holds a control character."],
  ["a: b\x7f", "400 A header field holds a control character."],
  ["Content-Length: 1\t", "400 A tab stands behind the length of the body."],
  ["Transfer-Encoding: chunked \t", "400 A tab stands behind the length of the body."],
  ["a: \x01", "400 A header field holds a control character."],
];
for (const [text, fault] of refused) {
  Deno.test(`parseFields() refuses ${JSON.stringify(text)}`, () => assert.equal(faultOf(text), fault));
}

Deno.test("parseFields() bounds the count and the size", () => {
  const limits = { maxFields: 2, maxBytes: 20 };
  assert.equal(faultOf("a: 1\r\nb: 2", limits), "accepted");
  assert.equal(faultOf("a: 1\r\nb: 2\r\nc: 3", limits), "431 There are too many header fields.");
  assert.equal(faultOf(`a: ${"x".repeat(18)}`, limits), "431 The header section is too large.");
});

function framing(text: string): string {
  const result = framingOf(parse(text));
  return isFault(result) ? `${result.status} ${result.message}` : `${result.kind} ${result.length}`;
}

const framings: readonly (readonly [string, string])[] = [
  ["a: b", "none -1"],
  ["content-length: 0", "length 0"],
  ["content-length: 12", "length 12"],
  ["content-length: 9007199254740991", "length 9007199254740991"],
  ["content-length: 9007199254740992", "400 The Content-Length is no length."],
  ["content-length: +1", "400 The Content-Length is no length."],
  ["content-length: -1", "400 The Content-Length is no length."],
  ["content-length: 0x1", "400 The Content-Length is no length."],
  ["content-length: 1 2", "400 The Content-Length is no length."],
  ["content-length:", "400 The Content-Length is no length."],
  ["content-length: 5, 5", "400 The Content-Length is no length."],
  ["content-length: 5\r\ncontent-length: 5", "400 There are several Content-Lengths."],
  ["content-length: 5\r\ncontent-length: 6", "400 There are several Content-Lengths."],
  ["transfer-encoding: chunked", "chunked -1"],
  ["transfer-encoding: Chunked", "chunked -1"],
  ["transfer-encoding: gzip", "501 The Transfer-Encoding is not supported."],
  ["transfer-encoding: gzip, chunked", "501 The Transfer-Encoding is not supported."],
  ["transfer-encoding:", "501 The Transfer-Encoding is not supported."],
  ["transfer-encoding: chunked, gzip", "400 In the Transfer-Encoding chunked is not the last."],
  [
    "transfer-encoding: chunked\r\ntransfer-encoding: chunked",
    "400 In the Transfer-Encoding chunked is not the last.",
  ],
  [
    "transfer-encoding: chunked\r\ncontent-length: 1",
    "400 Content-Length and Transfer-Encoding exclude each other.",
  ],
  [
    "content-length: x\r\ntransfer-encoding: x",
    "400 Content-Length and Transfer-Encoding exclude each other.",
  ],
];
for (const [text, expected] of framings) {
  Deno.test(`framingOf() ${JSON.stringify(text)}`, () => assert.equal(framing(text), expected));
}

Deno.test("keepsAlive() follows version and Connection", () => {
  assert.equal(keepsAlive(parse("a: b"), 11), true);
  assert.equal(keepsAlive(parse("a: b"), 10), false);
  assert.equal(keepsAlive(parse("connection: Close"), 11), false);
  assert.equal(keepsAlive(parse("connection: x, close"), 11), false);
  assert.equal(keepsAlive(parse("connection: keep-alive"), 10), true);
  assert.equal(keepsAlive(parse("connection: Keep-Alive, close"), 10), false);
  assert.equal(keepsAlive(parse("connection: x-close-y"), 11), true);
});

Deno.test("listHas() compares whole items", () => {
  assert.equal(listHas("keep-alive, Upgrade", "upgrade"), true);
  assert.equal(listHas("upgrades", "upgrade"), false);
  assert.equal(listHas("", "upgrade"), false);
});
