import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { ChunkedDecoder } from "../../../core/http/chunked.ts";

interface Decoded {
  readonly data: string;
  readonly rest: string;
  readonly done: boolean;
  readonly fault: string | null;
}

/** Decodes `wire`, handed over in pieces of `step` bytes. */
function decode(wire: string, step = wire.length): Decoded {
  const decoder = new ChunkedDecoder();
  const bytes = Buffer.from(wire, "latin1");
  let data = "";
  let at = 0;
  while (at < bytes.length && !decoder.done && decoder.fault === null) {
    const piece = bytes.subarray(at, at + step);
    at += decoder.feed(piece, 0, (from, to) => data += piece.toString("latin1", from, to));
  }
  const fault = decoder.fault;
  return {
    data,
    rest: bytes.toString("latin1", at),
    done: decoder.done,
    fault: fault === null ? null : `${fault.status} ${fault.message}`,
  };
}

const whole =
  '4\r\nWiki\r\n5;name=value;q="a\\"b;"\r\npedia\r\nA\r\n0123456789\r\n00\r\nTrailer: x\r\nOther: y\r\n\r\n';

Deno.test("feed() takes the coding off and stops at the end of the message", () => {
  assert.deepEqual(decode(whole + "GET /"), {
    data: "Wikipedia0123456789",
    rest: "GET /",
    done: true,
    fault: null,
  });
});

Deno.test("feed() gives the same however the bytes are cut", () => {
  for (let step = 1; step < whole.length; step++) {
    assert.deepEqual(
      decode(whole, step),
      { data: "Wikipedia0123456789", rest: "", done: true, fault: null },
      `${step}`,
    );
  }
});

Deno.test("feed() starts at its offset", () => {
  const decoder = new ChunkedDecoder();
  const stretches: number[][] = [];
  const end = decoder.feed(
    Buffer.from("??3\r\nabc\r\n0\r\n\r\n!"),
    2,
    (from, to) => stretches.push([from, to]),
  );
  assert.deepEqual(stretches, [[5, 8]]);
  assert.equal(end, 15);
  assert.equal(decoder.done, true);
});

Deno.test("announced tells what a chunk has still to bring", () => {
  const decoder = new ChunkedDecoder();
  decoder.feed(Buffer.from("ff\r\nabc"), 0, () => {});
  assert.equal(decoder.announced, 252);
});

Deno.test("reset() makes a decoder ready for the next message", () => {
  const decoder = new ChunkedDecoder();
  decoder.feed(Buffer.from("x"), 0, () => {});
  assert.notEqual(decoder.fault, null);
  decoder.reset();
  assert.equal(decoder.fault, null);
  decoder.feed(Buffer.from("0\r\n\r\n"), 0, () => {});
  assert.equal(decoder.done, true);
});

const refused: readonly (readonly [string, string])[] = [
  ["\r\n", "400 A chunk's size is no hexadecimal number."],
  ["-1\r\n", "400 A chunk's size is no hexadecimal number."],
  ["+1\r\n", "400 A chunk's size is no hexadecimal number."],
  [" 1\r\n", "400 A chunk's size is no hexadecimal number."],
  ["0x1\r\n", "400 A chunk's size line holds a forbidden character."],
  ["1 \r\n", "400 A chunk's size line holds a forbidden character."],
  ["1_0\r\n", "400 A chunk's size line holds a forbidden character."],
  ["1\n", "400 A chunk's size line holds a forbidden character."],
  ["1\rX", "400 A chunk's size line does not end with CRLF."],
  ["20000000000000\r\n", "400 A chunk's size is too large."],
  ["00000000000000001\r\n", "400 A chunk's size is too large."],
  ["1;\r\n", "400 A chunk extension is malformed."],
  ["1; a\r\n", "400 A chunk extension is malformed."],
  ["1;a=\r\n", "400 A chunk extension is malformed."],
  ["1;=b\r\n", "400 A chunk extension is malformed."],
  ["1;a\n", "400 A chunk's size line holds a forbidden character."],
  ['1;a="b\n"\r\n', "400 A chunk extension holds a control character."],
  ['1;a="b"c\r\n', "400 A chunk's size line holds a forbidden character."],
  [`1;${"a".repeat(20_000)}`, "413 The chunk extensions are too large."],
  ["1\r\nab\r\n", "400 A chunk is longer than its size."],
  ["1\r\na\n", "400 A chunk is longer than its size."],
  ["1\r\na\rb", "400 A chunk does not end with CRLF."],
  ["0\r\nTrailer : x\r\n\r\n", "400 A blank stands before a header's colon."],
  ["0\r\nContent-Length: 5\r\n\r\n", "400 A trailer tells another length of the body."],
  ["0\r\nTransfer-Encoding: chunked\r\n\r\n", "400 A trailer tells another length of the body."],
  ["0\r\nTrailer: x\n\r\n", "400 A trailer holds a lone LF."],
  ["0\r\nTrailer: x\rY", "400 A trailer holds a lone CR."],
  ["0\r\nTrailer: \0\r\n\r\n", "400 A header field holds a control character."],
  [`0\r\nTrailer: ${"x".repeat(9_000)}`, "431 The trailers are too large."],
  [`0\r\n${"a: b\r\n".repeat(101)}\r\n`, "431 There are too many header fields."],
];
for (const [wire, fault] of refused) {
  Deno.test(`feed() refuses ${JSON.stringify(wire.slice(0, 40))}`, () =>
    assert.equal(decode(wire).fault, fault));
}
